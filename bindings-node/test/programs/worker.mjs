import { parentPort } from 'node:worker_threads'

import { makeApp } from './app.mjs'

const token = await makeApp().installation(14).token()
parentPort.postMessage(token.reveal())
