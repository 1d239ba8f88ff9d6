// A token in memory is one object of JavaScript's, which native code is not asked for.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { App, ManualClock } from 'appmint'
import { appOn, platform, settings } from './support.mjs'

const native = createRequire(import.meta.url)('../native.cjs')
const NOON = Date.UTC(2026, 10, 21, 12)
const MINUTE = 60_000
/** The words of Node 20, and of later versions. */
const CLONING = /could not be cloned\.$|^Cannot clone object of unsupported type\.$/

/** A platform whose tokens are told apart, and live for an hour from the time of `now`. */
function numbered(t, now = () => Date.now()) {
  let count = 0
  return platform(t, ({ method }) => {
    if (method !== 'POST') return undefined
    count += 1
    return { status: 201, json: { token: `ats_${count}`, expires_at: new Date(now() + 60 * MINUTE).toISOString() } }
  })
}

/** The names of the native calls of all sources, from now to the end of the test. */
function nativeCalls(t) {
  const calls = []
  const { prototype } = native.TokenSource
  for (const name of ['token', 'tokenSync']) {
    const original = prototype[name]
    prototype[name] = function counted(...args) { calls.push(name); return original.apply(this, args) }
    t.after(() => { prototype[name] = original })
  }
  return calls
}

test('a token in memory is the same object each time', async (t) => {
  const { url, requests } = await numbered(t)
  const source = appOn(url).installation(14)
  const tokens = await Promise.all(Array.from({ length: 32 }, () => source.token()))
  tokens.push(await source.token(), await source.token({ minValidMs: MINUTE }), source.tokenSync(), source.tokenSync({ minValidMs: 2 * MINUTE }))
  assert.equal(new Set(tokens).size, 1)
  assert.equal(requests.length, 1)
})

test('a token in memory is returned without a call of native code', async (t) => {
  const { url } = await numbered(t)
  const source = appOn(url).installation(14)
  await source.token()
  await source.token({ minValidMs: 5 * MINUTE })
  await source.token()
  const calls = nativeCalls(t)
  for (let index = 0; index < 100; index += 1) {
    await source.token()
    await source.token({ minValidMs: 5 * MINUTE })
    source.tokenSync()
  }
  // A slow machine may take longer than the time after which native code is asked again.
  assert.ok(calls.length <= 6 && !calls.includes('token'), String(calls))
})

test('without a token in memory there is none at once', async (t) => {
  const { url, requests } = await numbered(t)
  const source = appOn(url).installation(14)
  assert.equal(source.tokenSync(), null)
  assert.equal(requests.length, 0)
  const token = await source.token()
  assert.equal(source.tokenSync(), token)
  assert.equal(source.tokenSync({ minValidMs: 59 * MINUTE }), token)
  assert.throws(() => source.tokenSync({ minValid: 1 }), { message: 'there is no option minValid' })
  assert.throws(() => source.tokenSync({ minValidMs: -1 }), /minValidMs must be a number of milliseconds/)
})

test('a change by another source of the same token is seen at once', async (t) => {
  const { url } = await numbered(t)
  const app = appOn(url)
  const [one, other] = [app.installation(14), app.installation(14)]
  const first = await one.token()
  assert.ok((await other.token()).equals(first))
  other.invalidate(first)
  assert.equal(one.tokenSync(), null)
  const second = await one.token()
  assert.notEqual(second, first)
  assert.ok(!second.equals(first))
  other.invalidate()
  assert.equal(one.tokenSync(), null)
})

test('a token that a request had replaced is not returned again', async (t) => {
  let refused = ''
  let count = 0
  const { url } = await platform(t, ({ method, headers }) => {
    if (method === 'POST') return { status: 201, json: { token: `ats_${count += 1}`, expires_at: '2100-01-01T00:00:00Z' } }
    return headers.authorization === refused ? { status: 401, json: { message: 'Bad credentials' } } : { json: [] }
  })
  const source = appOn(url, { retries: 2, retryWaitMs: 0 }).installation(14)
  const first = await source.token()
  await source.request('GET', '/accepted')
  refused = first.authorizationHeader()
  assert.equal((await source.request('GET', '/refused')).status, 200)
  const second = await source.token()
  assert.equal(second.reveal(), 'ats_2')
  assert.equal(await source.token(), second)
})

test('a closed app has no tokens', async (t) => {
  const { url } = await numbered(t)
  const app = appOn(url)
  const source = app.installation(14)
  await source.token()
  app.close()
  assert.equal(source.tokenSync(), null)
  await assert.rejects(source.token(), { kind: 'invalid_argument' })
})

test('a clock for tests is asked each time, forwards and back', async (t) => {
  const clock = new ManualClock(NOON)
  const { url } = await numbered(t, () => clock.now().getTime())
  const source = appOn(url, { clock }).installation(14)
  const first = await source.token()
  assert.equal(await source.token(), first)
  clock.advance(30 * MINUTE)
  assert.equal(await source.token(), first)
  assert.equal(source.tokenSync({ minValidMs: 31 * MINUTE }), null)
  clock.advance(30 * MINUTE)
  assert.equal(source.tokenSync(), null)
  const second = await source.token()
  assert.notEqual(second, first)
  clock.set(NOON + 5 * 60 * MINUTE) // the wall clock alone
  assert.equal(source.tokenSync(), null)
})

test('the global clock may be replaced by the program’s tests', async (t) => {
  const { url, requests } = await numbered(t)
  const source = appOn(url).installation(14)
  const token = await source.token()
  t.mock.timers.enable({ apis: ['Date'], now: 0 })
  assert.equal(await source.token(), token)
  t.mock.timers.setTime(Date.UTC(2200, 0, 1))
  assert.equal(await source.token(), token)
  assert.equal(requests.length, 1)
})

test('a signal that is aborted already refuses the token in memory, too', async (t) => {
  const { url } = await numbered(t)
  const source = appOn(url).installation(14)
  await source.token()
  const reason = new Error('enough')
  await assert.rejects(source.token({ signal: AbortSignal.abort(reason) }), (error) => error.cause === reason)
  await assert.rejects(source.token({ signal: 1 }), { message: 'signal must be an AbortSignal, not 1' })
})

test('onChange gets the tokens that token() returns', async (t) => {
  const { url } = await numbered(t)
  const source = appOn(url).installation(14)
  const changes = []
  const seen = new Promise((resolve) => {
    source.onChange((...change) => { if (changes.push(change) === 2) resolve() })
  })
  const first = await source.token()
  source.invalidate(first)
  const second = await source.token()
  await seen
  assert.deepEqual(changes.map(([before]) => before === first), [false, true])
  assert.equal(changes[0][1], first)
  assert.equal(changes[0][0], null)
  assert.equal(changes[1][1], second)
})

test('tokens are equal if their secrets are', async (t) => {
  const { url } = await numbered(t)
  const app = appOn(url)
  const [one, same] = [await app.installation(14).token(), await app.installation(14).token()]
  const other = await app.installation(15).token()
  assert.notEqual(one, same)
  assert.deepEqual([one.equals(same), one.equals(other), one.equals('ats_1'), one.equals(null)], [true, false, false, false])
  assert.deepStrictEqual(one, same)
  assert.notDeepStrictEqual(one, other)
  for (const clone of [structuredClone, (token) => new MessageChannel().port1.postMessage(token)]) {
    assert.throws(() => clone(one), (error) => error.name === 'DataCloneError' && CLONING.test(error.message))
  }
})

test('a million reads keep the memory flat', async (t) => {
  const { url } = await numbered(t)
  const app = new App(settings(url))
  const source = app.installation(14)
  const token = await source.token()
  const read = async (count) => { for (let index = 0; index < count; index += 1) if (await source.token() !== token) return false; return true }
  await read(10_000)
  const before = process.memoryUsage()
  assert.ok(await read(1_000_000))
  const after = process.memoryUsage()
  const grown = after.external + after.rss - before.external - before.rss
  assert.ok(grown < 64 << 20, `${grown >> 20} MiB`)
})
