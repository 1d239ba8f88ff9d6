// What a call of the Node surface costs, in nanoseconds, beside what JavaScript itself takes in the same run.

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
  const platform = await mint()
  const settings = { platform: 'atomgit', apiUrl: platform.url, appId: 75, privateKey: key(), proxy: '' }
  const app = new App(settings)
  const source = app.installation(14)
  await source.token() // from now on it is in memory
  console.log(`${'a call'.padEnd(42)}  median`)
  say('app.platformName', times(CALLS, () => app.platformName))
  const map = new Map([['platformName', 'atomgit']])
  say('map.get', times(CALLS, () => map.get('platformName')))
  const resolved = Promise.resolve(source)
  say('await of a resolved promise', await timesAwaited(CALLS, () => resolved))
  say('await source.token()', await timesAwaited(CALLS, () => source.token()))
  for (const each of await Promise.all(workers(settings))) say('await source.token(), one of two workers', each)
  app.close()
  platform.close()
}

/** Each with an app of its own; they begin together, once both have their token. */
function workers(settings) {
  const gate = new SharedArrayBuffer(4)
  return Array.from({ length: WORKERS }, async () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { settings, gate } })
    const [[rounds]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    return rounds
  })
}

async function inWorker({ settings, gate }) {
  const app = new App(settings)
  const source = app.installation(14)
  await source.token()
  const arrived = new Int32Array(gate)
  Atomics.add(arrived, 0, 1)
  Atomics.notify(arrived, 0)
  for (let there = 0; (there = Atomics.load(arrived, 0)) < WORKERS; ) Atomics.wait(arrived, 0, there)
  parentPort.postMessage(await timesAwaited(CALLS, () => source.token()))
  app.close()
}

/** Nanoseconds of a call, round by round; the first round only warms up. */
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

function say(what, rounds) {
  const sorted = rounds.toSorted((one, other) => one - other)
  const [least, median] = [sorted[0], sorted[Math.floor(sorted.length / 2)]].map((span) => span.toFixed(0).padStart(8))
  console.log(`${what.padEnd(42)}${median} ns   (least ${least.trim()} ns)`)
}

/** A platform that mints a token which lives for long. */
async function mint() {
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

/** What the calls bring, so that none of them is left out. */
var kept
