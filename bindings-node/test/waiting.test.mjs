import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'

import { CancelledError, TimeoutError } from 'appmint'
import { SECRETS, appOn, platform, run, silence } from './support.mjs'

test('calls that hang occupy none of Node’s own threads', async (t) => {
  const { url, callers, hangUp } = await silence(t)
  const source = appOn(url)
  let landed = 0
  const hanging = Array.from({ length: 8 }, () => source.request('GET', '/', { token: 'x' }).finally(() => { landed += 1 }))
  const outcomes = Promise.allSettled(hanging)
  await callers(8)
  for (let turn = 0; turn < 50; turn += 1) await stat(import.meta.filename)
  assert.equal(landed, 0)
  hangUp()
  for (const { reason } of await outcomes) assert.equal(reason.code, 'transport')
})

test('a store that hangs occupies none of Node’s own threads', async (t) => {
  const { url } = await platform(t)
  const asked = []
  const hang = (...parts) => new Promise((resolve) => { asked.push(parts); answer.push(resolve) })
  const answer = []
  const store = { get: hang, put: hang, remove: hang, lock: hang, unlock: hang }
  const app = appOn(url, { store, storeUnencrypted: true })
  let landed = 0
  const tokens = Array.from({ length: 8 }, (_, id) => app.installation(id + 1).token().finally(() => { landed += 1 }))
  while (asked.length < 8) await stat(import.meta.filename)
  for (let turn = 0; turn < 50; turn += 1) await stat(import.meta.filename)
  assert.equal(landed, 0)
  answer.forEach((resolve) => resolve('no bytes'))
  for (const token of await Promise.all(tokens)) assert.equal(token.reveal(), SECRETS.installation)
})

test('a signal ends the waiting, and the call goes on', async (t) => {
  let answer
  const answered = new Promise((resolve) => { answer = resolve })
  const { url, asked } = await platform(t)
  const source = appOn(url, { privateKey: undefined, signer: () => answered }).installation(14)
  const stop = new AbortController()
  const why = new Error('enough')
  const waiting = source.token({ signal: stop.signal })
  stop.abort(why)
  await assert.rejects(waiting, (error) => {
    assert.ok(error instanceof CancelledError)
    assert.deepEqual([error.code, error.cause, error.isRetryable], ['cancelled', why, false])
    return true
  })
  assert.equal(asked.length, 0)
  const other = source.token()
  answer(Buffer.alloc(256, 1))
  await other
  assert.equal(asked.length, 1)
})

test('a timeout ends one caller’s waiting, and minting goes on for the others', async (t) => {
  let answer
  const answered = new Promise((resolve) => { answer = resolve })
  const { url, asked } = await platform(t)
  const source = appOn(url, { privateKey: undefined, signer: () => answered, timeout: 600_000 }).installation(14)
  const patient = [source.token(), source.token({ timeout: Infinity }), source.authorizationHeader({ timeout: 600_000 })]
  for (const call of [() => source.token({ timeout: 0 }), () => source.authorizationHeader({ timeout: 1 })]) {
    await assert.rejects(call(), (error) => error instanceof TimeoutError && error.isRetryable)
  }
  assert.equal(asked.length, 0)
  answer(Buffer.alloc(256, 1))
  await Promise.all(patient)
  assert.equal(asked.length, 1)
  await source.token({ timeout: 0 }) // what is in memory needs no time
})

test('a request’s timeout holds while it waits for a token, too', async (t) => {
  const { url, asked } = await platform(t)
  let answer
  const answered = new Promise((resolve) => { answer = resolve })
  const source = appOn(url, { privateKey: undefined, signer: () => answered, timeout: 600_000 }).installation(14)
  await assert.rejects(source.request('GET', '/', { timeout: 1 }), TimeoutError)
  assert.equal(asked.length, 0)
  answer(Buffer.alloc(256, 1))
  await source.token()
})

test('whoever ends the waiting, a timeout says the same', async (t) => {
  const { url, hangUp } = await silence(t)
  const app = appOn(url)
  const byCore = await app.request('GET', '/', { timeout: 0 }).catch((error) => error)
  const byNode = await app.installation(14).token({ timeout: 0 }).catch((error) => error)
  hangUp()
  assert.ok(byCore instanceof TimeoutError)
  assert.deepEqual({ ...byNode, message: byNode.message }, { ...byCore, message: byCore.message })
  assert.match(byNode.stack, /TokenSource\.token/)
})

test('a signal that was aborted before sends nothing', async (t) => {
  const { url, asked } = await platform(t)
  const signal = AbortSignal.abort('no')
  await assert.rejects(appOn(url).installations({ signal }).toArray(), { code: 'cancelled', cause: 'no' })
  assert.equal(asked.length, 0)
})

test('a signal keeps no listener of a call that has landed', async (t) => {
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

test('a process ends when nobody waits any more', async (t) => {
  const { url } = await silence(t)
  assert.deepEqual(await run('abandon.mjs', { TEST_URL: url }), { code: 0, signal: null, out: 'cancelled\n', err: '' })
})

test('a process lives while somebody waits', async (t) => {
  const { url, callers, hangUp } = await silence(t)
  const ended = run('wait.mjs', { TEST_URL: url })
  await callers(1)
  hangUp()
  assert.deepEqual(await ended, { code: 0, signal: null, out: 'transport\n', err: '' })
})

test('a process may end with calls aloft', async (t) => {
  const { url } = await silence(t)
  const { code, signal } = await run('exit.mjs', { TEST_URL: url })
  assert.deepEqual([code, signal], [7, null])
})
