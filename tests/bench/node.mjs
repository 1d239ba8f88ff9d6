// The cost of calls of the Node surface in nanoseconds, beside calls of JavaScript itself in the same run.

import { once } from 'node:events'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

import { createAppAuth } from '../../bindings-node/node_modules/@octokit/auth-app/dist-node/index.js'
import { request } from '../../bindings-node/node_modules/@octokit/request/dist-bundle/index.js'

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
  const token = await timesAwaited(CALLS, () => source.token())
  print('await source.token()', token)
  print('source.tokenSync()', times(CALLS, () => source.tokenSync()))
  const fromMap = await timesAwaited(CALLS, async () => map.get('platformName'))
  print('await of an async function with a map', fromMap)
  const peer = createAppAuth({ appId: 75, privateKey: settings.privateKey, request: request.defaults({ baseUrl: platform.url }) })
  const ask = { type: 'installation', installationId: 14 }
  await peer(ask)
  const fromPeer = await timesAwaited(CALLS / 10, () => peer(ask))
  print('await of @octokit/auth-app', fromPeer)
  const ratio = (one, other) => (median(one) / median(other)).toFixed(2)
  console.log(`the token takes ${ratio(token, fromMap)} of the map's time; @octokit/auth-app takes ${ratio(fromPeer, token)} of the token's`)
  await printMemory(source)
  await printLag(app)
  for (const each of await Promise.all(workers(settings))) print('await source.token(), one of two workers', each)
  app.close()
  platform.close()
}

/** What a million reads leave. */
async function printMemory(source) {
  const before = process.memoryUsage().rss
  for (let index = 0; index < 1_000_000; index += 1) kept = await source.token()
  console.log(`1 000 000 reads: ${((process.memoryUsage().rss - before) / (1 << 20)).toFixed(1)} MiB more`)
}

/** How long the event loop is kept from its timers while 500 tokens are minted. */
async function printLag(app) {
  const lag = monitorEventLoopDelay({ resolution: 1 })
  lag.enable()
  const began = performance.now()
  await Promise.all(Array.from({ length: 500 }, (_, index) => app.installation(1000 + index).token()))
  const span = performance.now() - began
  lag.disable()
  console.log(`500 mints: ${span.toFixed(0)} ms, in which the event loop was late by ${(lag.max / 1e6 - 1).toFixed(1)} ms at most`)
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
  const [least, middle] = [Math.min(...rounds), median(rounds)].map((span) => span.toFixed(0).padStart(8))
  console.log(`${label.padEnd(42)}${middle} ns   (least ${least.trim()} ns)`)
}

function median(rounds) {
  return rounds.toSorted((one, other) => one - other)[Math.floor(rounds.length / 2)]
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
