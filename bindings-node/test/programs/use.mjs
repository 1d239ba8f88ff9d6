import { makeApp } from './app.mjs'

const emptyStore = { get: () => null, put: () => true, remove: () => {}, lock: () => true, unlock: () => {} }
const more = { store: emptyStore, storeUnencrypted: true, onEvent: () => {} }
const app = makeApp(more)
app.installation(14).onChange(() => {})
const signed = makeApp({ privateKey: undefined, signer: () => Buffer.alloc(256, 1) })
await Promise.all([app.installations().toArray(), app.installation(14).token(), signed.jwt(), signed.installations().toArray()])
globalThis.apps = [app, signed]
console.log('done')
