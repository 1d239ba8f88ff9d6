// A web app whose users log in on the platform, and which then calls the API as each of them.

import { randomBytes } from 'node:crypto'

// In a program of your own: from 'appmint' and 'express'.
import { App } from '../../bindings-node/index.mjs'
import express from '../../bindings-node/node_modules/express/index.js'
import { apiPage, messagePage } from './pages.mjs'

const setting = (name) => process.env[`APPMINT_${name}`] || undefined
const required = (name) => setting(name) ?? fail(`set APPMINT_${name}`)
const callback = new URL(setting('REDIRECT_URI')) // as it is registered, such as http://127.0.0.1:3000/callback
const path = setting('USER_GET_PATH') ?? '/user'

const app = new App({
  platform: setting('PLATFORM'),
  apiUrl: setting('API_URL'),
  webUrl: setting('WEB_URL'),
  clientId: setting('CLIENT_ID'),
  clientSecret: setting('CLIENT_SECRET'),
  // The same for all processes of the app, since any of them may get a user's next request:
  store: required('STORE'), // sqlite:FILE or redis://…
  storeKey: required('STORE_KEY'), // openssl rand -hex 32
})

const web = express()
const cookie = { httpOnly: true, sameSite: 'lax', secure: callback.protocol === 'https:' }
const cookies = ({ headers }) => Object.fromEntries((headers.cookie ?? '').split('; ').map((pair) => pair.split('=')))
// Each login has a cookie of its own, so that two tabs do not disturb each other.
const loginCookie = { ...cookie, path: callback.pathname }
const loginCookieOf = (state) => `login-${String(state).slice(0, 8)}`

web.use((request, response, next) => {
  response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
  next()
})

// --8<-- [start:login]
web.get('/login', (request, response) => {
  const authorization = app.authorize({ redirectUri: callback })
  const sealed = app.sealAuthorization(authorization)
  response.cookie(loginCookieOf(authorization.state), sealed, { ...loginCookie, maxAge: 600_000 })
  response.redirect(authorization.url)
})

web.get(callback.pathname, async (request, response) => {
  const login = loginCookieOf(request.query.state)
  const { [login]: sealed, session: previous } = cookies(request)
  if (!sealed) return response.status(400).send(messagePage('This login has ended, or was begun in another browser.'))
  const token = await app.finishAuthorization(app.openAuthorization(sealed), request.url)
  const session = randomBytes(32).toString('base64url')
  await app.startSession(session, token)
  if (previous) await app.endSession(previous)
  response.clearCookie(login, loginCookie).cookie('session', session, cookie).redirect('/')
})
// --8<-- [end:login]

web.get('/', async (request, response) => {
  const { session } = cookies(request)
  if (!session) return response.send(messagePage('Nobody is logged in.', 'Welcome'))
  const reply = await app.session(session).request('GET', path)
  response.send(apiPage(`GET ${path}: ${reply.status}`, await reply.json()))
})

web.post('/logout', async (request, response) => {
  const { session } = cookies(request)
  if (session) await app.endSession(session)
  response.clearCookie('session', cookie).redirect('/')
})

// A login that was refused or has ended can be begun again.
web.use((error, request, response, next) => {
  const status = { reauthorize: 401, denied: 403, invalid_argument: 400 }[error.kind]
  if (status === undefined) return next(error)
  response.status(status).send(messagePage(error.message))
})

const server = web.listen(callback.port || 80, callback.hostname, () => console.log(`listening on ${callback.origin}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)

function fail(message) {
  throw new Error(message)
}

function stop() {
  server.close(() => app.close()).closeAllConnections()
}
