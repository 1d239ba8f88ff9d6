// A web app whose users log in: it sends them away, takes them back, and calls the API as each of them.

import { randomBytes } from 'node:crypto'

// In a program of your own: from 'appmint' and 'express'.
import { App } from '../../bindings-node/index.mjs'
import express from '../../bindings-node/node_modules/express/index.js'

const setting = (name) => process.env[`APPMINT_${name}`] || undefined
const callback = new URL(setting('REDIRECT_URI')) // as it is registered: http://127.0.0.1:3000/callback

const app = new App({
  platform: setting('PLATFORM'),
  apiUrl: setting('API_URL'),
  webUrl: setting('WEB_URL'),
  clientId: setting('CLIENT_ID'),
  clientSecret: setting('CLIENT_SECRET'),
  store: setting('STORE') ?? 'memory:', // sqlite:FILE or redis://… outlives the process, and serves several
  storeKey: setting('STORE_KEY') ?? randomBytes(32), // one that stays, where the store does
})

const web = express()
const cookie = { httpOnly: true, sameSite: 'lax', secure: callback.protocol === 'https:' }
const cookieOf = (request, name) => request.headers.cookie?.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? ''

web.get('/login', (request, response) => {
  const authorization = app.authorize({ redirectUri: callback })
  response.cookie('login', app.sealAuthorization(authorization), cookie).redirect(authorization.url)
})

web.get(callback.pathname, async (request, response) => {
  const authorization = app.openAuthorization(cookieOf(request, 'login'))
  const token = await app.finishAuthorization(authorization, request.url)
  const session = randomBytes(32).toString('base64url')
  await app.startSession(session, token)
  response.clearCookie('login', cookie).cookie('session', session, cookie).redirect('/')
})

web.get('/', async (request, response) => {
  const session = cookieOf(request, 'session')
  if (!session) return response.send('<a href="/login">Log in</a>')
  const { status, body } = await app.session(session).request('GET', setting('USER_GET_PATH') ?? '/user')
  response.status(status).type('json').send(body)
})

web.post('/logout', async (request, response) => {
  const session = cookieOf(request, 'session')
  if (session) await app.endSession(session)
  response.clearCookie('session', cookie).redirect('/')
})

// A login that was refused, or is over, begins again.
web.use((error, request, response, next) => {
  const status = { reauthorize: 401, denied: 403, invalid_argument: 400 }[error.code]
  if (status === undefined) return next(error)
  response.status(status).clearCookie('session', cookie).send('<a href="/login">Log in</a>')
})

web.listen(callback.port || 80, callback.hostname, () => console.log(`listening on ${callback.origin}`))
