import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'

import { CancelledError, TimeoutError } from 'appmint'
import { SECRETS, appOn, platform, run, silentServer } from './support.mjs'

test('calls that hang occupy none of Node’s own threads', async (t) => {
  const { url, callers, hangUp } = await silentServer(t)
  const source = appOn(url)
  let completed = 0
  const hanging = Array.from({ length: 8 }, () => source.request('GET', '/', { token: 'x' }).finally(() => { completed += 1 }))
  const outcomes = Promise.allSettled(hanging)
  await callers(8)
  for (let turn = 0; turn < 50; turn += 1) await stat(import.meta.filename)
  assert.equal(completed, 0)
  hangUp()
  for (const { reason } of await outcomes) assert.equal(reason.kind, 'transport')
})

test('a store that hangs occupies none of Node’s own threads', async (t) => {
  const { url } = await platform(t)
  const resolvers = []
  const hang = () => new Promise((resolve) => { resolvers.push(resolve) })
  const store = { get: hang, put: hang, remove: hang, lock: hang, unlock: hang }
  const app = appOn(url, { store, storeUnencrypted: true })
  let completed = 0
  const tokens = Array.from({ length: 8 }, (_, id) => app.installation(id + 1).token().finally(() => { completed += 1 }))
  while (resolvers.length < 8) await stat(import.meta.filename)
  for (let turn = 0; turn < 50; turn += 1) await stat(import.meta.filename)
  assert.equal(completed, 0)
  resolvers.forEach((resolve) => resolve('no bytes'))
  for (const token of await Promise.all(tokens)) assert.equal(token.reveal(), SECRETS.installation)
})

test('a signal ends the waiting, and the call goes on', async (t) => {
  let sign
  const signature = new Promise((resolve) => { sign = resolve })
  const { url, requests } = await platform(t)
  const source = appOn(url, { privateKey: undefined, signer: () => signature }).installation(14)
  const stop = new AbortController()
  const why = new Error('enough')
  const waiting = source.token({ signal: stop.signal })
  stop.abort(why)
  await assert.rejects(waiting, (error) => {
    assert.ok(error instanceof CancelledError)
    assert.deepEqual([error.kind, error.code, error.cause, error.isRetryable], ['cancelled', 'ERR_APPMINT_CANCELLED', why, false])
    return true
  })
  assert.equal(requests.length, 0)
  const other = source.token()
  sign(Buffer.alloc(256, 1))
  await other
  assert.equal(requests.length, 1)
})

test('a timeout ends the waiting of one caller, and minting goes on for the others', async (t) => {
  let sign
  const signature = new Promise((resolve) => { sign = resolve })
  const { url, requests } = await platform(t)
  const source = appOn(url, { privateKey: undefined, signer: () => signature, timeoutMs: 600_000 }).installation(14)
  const others = [source.token(), source.token({ timeoutMs: Infinity }), source.authorizationHeader({ timeoutMs: 600_000 })]
  for (const call of [() => source.token({ timeoutMs: 0 }), () => source.authorizationHeader({ timeoutMs: 1 })]) {
    await assert.rejects(call(), (error) => error instanceof TimeoutError && error.isRetryable)
  }
  assert.equal(requests.length, 0)
  sign(Buffer.alloc(256, 1))
  await Promise.all(others)
  assert.equal(requests.length, 1)
  await source.token({ timeoutMs: 0 }) // a token in memory needs no time
})

test('the timeout of a request also limits its wait for a token', async (t) => {
  const { url, requests } = await platform(t)
  let sign
  const signature = new Promise((resolve) => { sign = resolve })
  const source = appOn(url, { privateKey: undefined, signer: () => signature, timeoutMs: 600_000 }).installation(14)
  await assert.rejects(source.request('GET', '/', { timeoutMs: 1 }), TimeoutError)
  assert.equal(requests.length, 0)
  sign(Buffer.alloc(256, 1))
  await source.token()
})

test('a timeout of JavaScript’s has the words of a timeout of the core’s', async (t) => {
  const { url, hangUp } = await silentServer(t)
  const app = appOn(url)
  const byCore = await app.request('GET', '/', { timeoutMs: 0 }).catch((error) => error)
  const byNode = await app.installation(14).token({ timeoutMs: 0 }).catch((error) => error)
  hangUp()
  assert.ok(byCore instanceof TimeoutError)
  assert.deepEqual({ ...byNode, message: byNode.message }, { ...byCore, message: byCore.message })
  assert.match(byNode.stack, /^.*\n +at async (TokenSource\.)?#token.*\n.*waiting\.test\.mjs/)
})

test('a call with an aborted signal sends nothing', async (t) => {
  const { url, requests } = await platform(t)
  const signal = AbortSignal.abort('no')
  await assert.rejects(appOn(url).installations({ signal }).toArray(), { kind: 'cancelled', cause: 'no' })
  assert.equal(requests.length, 0)
})

test('a signal has no listener of a call that has completed', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const { signal } = new AbortController()
  signal.onabort = () => {}
  const listeners = []
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (type, ...rest) => { listeners.push(type); add(type, ...rest) }
  signal.removeEventListener = (type, ...rest) => { listeners.pop(); remove(type, ...rest) }
  await Promise.all([app.installations({ signal }).toArray(), app.request('GET', '/', { signal })])
  assert.deepEqual(listeners, [])
  assert.equal(typeof signal.onabort, 'function')
})

test('a process ends by itself after use', async (t) => {
  const { url } = await platform(t)
  assert.deepEqual(await run('use.mjs', { TEST_URL: url }), { code: 0, signal: null, out: 'done\n', err: '' })
})

test('a process ends by itself when the last wait is cancelled', async (t) => {
  const { url } = await silentServer(t)
  assert.deepEqual(await run('abandon.mjs', { TEST_URL: url }), { code: 0, signal: null, out: 'cancelled\n', err: '' })
})

test('a pending promise keeps the process alive', async (t) => {
  const { url, callers, hangUp } = await silentServer(t)
  const ended = run('wait.mjs', { TEST_URL: url })
  await callers(1)
  hangUp()
  assert.deepEqual(await ended, { code: 0, signal: null, out: 'transport\n', err: '' })
})

test('a process may exit while calls are in progress', async (t) => {
  const { url } = await silentServer(t)
  const { code, signal } = await run('exit.mjs', { TEST_URL: url })
  assert.deepEqual([code, signal], [7, null])
})
