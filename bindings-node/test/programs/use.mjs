import { makeApp } from './app.mjs'

const app = makeApp()
const signed = makeApp({ privateKey: undefined, signer: () => Buffer.alloc(256, 1) })
await Promise.all([app.installations().toArray(), app.installation(14).token(), signed.jwt(), signed.installations().toArray()])
globalThis.kept = [app, signed]
console.log('done')
