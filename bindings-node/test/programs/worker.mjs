import { parentPort } from 'node:worker_threads'

import { makeApp } from './app.mjs'

const store = process.env.TEST_STORE
const app = makeApp(store && { store, storeKey: Buffer.alloc(32, 7) })
const token = await app.installation(14).token()
parentPort.postMessage(token.reveal())
