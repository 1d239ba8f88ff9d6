// A login on another device: the user types a code there, and this program then calls the API as the user.

// In a program of your own: from 'appmint'.
import { App } from '../../bindings-node/index.mjs'

const setting = (name) => process.env[`APPMINT_${name}`] || undefined

const app = new App({
  platform: setting('PLATFORM'),
  apiUrl: setting('API_URL'),
  webUrl: setting('WEB_URL'),
  clientId: setting('CLIENT_ID'),
  clientSecret: setting('CLIENT_SECRET'), // none for a public client
  store: setting('STORE') ?? 'memory:', // sqlite:FILE keeps the session for the next run
  storeKey: setting('STORE_KEY'),
})
const me = app.session('me')

if (!(await isLoggedIn())) {
  // --8<-- [start:login]
  const login = await app.startDeviceLogin()
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  console.log(`go to ${login.verificationUri} and type ${login.userCode}`)
  await app.startSession('me', await login.wait({ signal: stop.signal }))
  // --8<-- [end:login]
}
const { status, body } = await me.request('GET', setting('USER_GET_PATH') ?? '/user')
console.log(status, body.toString())

async function isLoggedIn() {
  try {
    return (await me.token()) !== undefined
  } catch (error) {
    if (error.kind === 'reauthorize') return false
    throw error
  }
}
