// The cost of calls of the Node surface in nanoseconds, beside calls of JavaScript itself in the same run.

import { once } from 'node:events'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

import { App } from '../../bindings-node/index.mjs'

const ROUNDS = 7
const CALLS = 100_000
const WORKERS = 2

if (isMainThread) await main()
else await inWorker(workerData)

async function main() {
  const platform = await startPlatform()
  const settings = { platform: 'atomgit', apiUrl: platform.url, appId: 75, privateKey: key(), proxy: '' }
  const app = new App(settings)
  const source = app.installation(14)
  await source.token() // the token is in memory from now on
  console.log(`${'a call'.padEnd(42)}  median`)
  print('app.platformName', times(CALLS, () => app.platformName))
  const map = new Map([['platformName', 'atomgit']])
  print('map.get', times(CALLS, () => map.get('platformName')))
  const resolved = Promise.resolve(source)
  print('await of a resolved promise', await timesAwaited(CALLS, () => resolved))
  print('await source.token()', await timesAwaited(CALLS, () => source.token()))
  for (const each of await Promise.all(workers(settings))) print('await source.token(), one of two workers', each)
  app.close()
  platform.close()
}

/** The workers have an app each, and begin together once both have a token. */
function workers(settings) {
  const barrier = new SharedArrayBuffer(4)
  return Array.from({ length: WORKERS }, async () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { settings, barrier } })
    const [[rounds]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    return rounds
  })
}

async function inWorker({ settings, barrier }) {
  const app = new App(settings)
  const source = app.installation(14)
  await source.token()
  const arrived = new Int32Array(barrier)
  Atomics.add(arrived, 0, 1)
  Atomics.notify(arrived, 0)
  for (let count = 0; (count = Atomics.load(arrived, 0)) < WORKERS; ) Atomics.wait(arrived, 0, count)
  parentPort.postMessage(await timesAwaited(CALLS, () => source.token()))
  app.close()
}

/** Nanoseconds of a call for each round. The first round is a warm-up. */
function times(calls, call) {
  const rounds = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const began = process.hrtime.bigint()
    for (let index = 0; index < calls; index += 1) kept = call()
    rounds.push(Number(process.hrtime.bigint() - began) / calls)
  }
  return rounds.slice(1)
}

async function timesAwaited(calls, call) {
  const rounds = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const began = process.hrtime.bigint()
    for (let index = 0; index < calls; index += 1) kept = await call()
    rounds.push(Number(process.hrtime.bigint() - began) / calls)
  }
  return rounds.slice(1)
}

function print(label, rounds) {
  const sorted = rounds.toSorted((one, other) => one - other)
  const [least, median] = [sorted[0], sorted[Math.floor(sorted.length / 2)]].map((span) => span.toFixed(0).padStart(8))
  console.log(`${label.padEnd(42)}${median} ns   (least ${least.trim()} ns)`)
}

/** A platform whose tokens do not expire soon. */
async function startPlatform() {
  const token = { token: 'ats_0123456789abcdefghij', expires_at: '2100-01-01T00:00:00Z', permissions: {} }
  const server = createServer((_, response) => {
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(token))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => { server.closeAllConnections(); server.close() }
  return { url: `http://127.0.0.1:${server.address().port}`, close }
}

function key() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
}

/** The results of the calls, so that none is optimized away. */
var kept
