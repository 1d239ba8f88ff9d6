// The user of this machine logs in with a browser, once; later runs find the session in the store.

import { join } from 'node:path'

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

// --8<-- [start:app]
const app = new App({
  environment: 'APPMINT_',
  store: `sqlite:${join(process.env.STATE_FOLDER, 'tokens.db')}`,
  storeKey: process.env.STORE_KEY, // openssl rand -hex 32, kept in the system's keychain
})
// --8<-- [end:app]

// --8<-- [start:login]
async function logIn() {
  const login = app.startLogin()
  login.openBrowser()
  await app.startSession('me', await login.wait())
}

const me = app.session('me')
try {
  await me.token()
} catch (error) {
  if (error.kind !== 'reauthorize') throw error
  await logIn() // nobody has logged in yet, or the user has withdrawn the authorization
}
const reply = await me.request('GET', '/user')
console.log(`HTTP status ${reply.status}`)
// --8<-- [end:login]
