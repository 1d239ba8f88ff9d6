// Terminates many workers, each at another moment of its calls.

import { once } from 'node:events'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'

if (isMainThread) {
  const file = fileURLToPath(import.meta.url)
  for (let round = 0; round < 10; round += 1) {
    const workers = Array.from({ length: 3 }, () => new Worker(file))
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate)
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  console.log('done')
} else {
  const { makeApp } = await import('./app.mjs')
  const call = (app) => app.installations().toArray().catch(() => {})
  const again = (app) => call(app).then(() => process.env.TEST_BUSY && again(app))
  const never = new Promise(() => {})
  const signers = [() => Buffer.alloc(256, 1), () => never, () => { throw new Error('no') }]
  const apps = signers.map((signer) => makeApp({ privateKey: undefined, signer }))
  const methods = [async () => null, () => never, () => { throw new Error('no') }]
  const stored = methods.map((method) => {
    const store = { get: method, put: method, remove: method, lock: () => true, unlock: method }
    return makeApp({ store, storeUnencrypted: true, onEvent: () => { throw new Error('no') } })
  })
  const mint = (app) => {
    const source = app.installation(14)
    source.onChange(() => {})
    const next = () => source.token().catch(() => {}).then(() => source.invalidate())
    return next().then(() => process.env.TEST_BUSY && mint(app))
  }
  stored.forEach(mint)
  for (const app of [makeApp(), ...apps]) {
    for (let count = 0; count < 5; count += 1) again(app)
  }
  parentPort.postMessage('calls started')
}
