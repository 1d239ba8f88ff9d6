import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { AppEvent, ManualClock, Stats, Token, TransportError } from 'appmint'
import { SECRETS, appOn, platform } from './support.mjs'

/** A callback, and a function that returns the value of its next call. */
function recorder() {
  const [values, waiting] = [[], []]
  const callback = (value) => (waiting.length > 0 ? waiting.shift()(value) : values.push(value))
  const next = () => (values.length > 0 ? values.shift() : new Promise((resolve) => { waiting.push(resolve) }))
  return { callback, next }
}

test('minting a token is an event, which does not have the token', async (t) => {
  const { url } = await platform(t)
  const { callback, next } = recorder()
  await appOn(url, { onEvent: callback }).installation(14).token()
  const event = await next()
  assert.ok(event instanceof AppEvent)
  const { durationMs, text, ...others } = event
  assert.deepEqual(others, { kind: 'minted', installationId: '14', clockOffsetMs: null, quota: null, error: null, isWarning: false })
  assert.ok(Number.isFinite(durationMs))
  assert.match(text, /^minted installation 14, \d+ ms$/)
  assert.throws(() => { event.kind = 'renewed' }, TypeError)
  assert.ok(!inspect(event, { depth: null, showHidden: true }).includes(SECRETS.installation))
})

test('an event has the error that caused it', async () => {
  const { callback, next } = recorder()
  const source = appOn('http://127.0.0.1:9', { onEvent: callback }).installation(14)
  await assert.rejects(source.token(), TransportError)
  const { kind, error, isWarning } = await next()
  assert.deepEqual([kind, isWarning], ['mint_failed', true])
  assert.ok(error instanceof TransportError)
  assert.deepEqual([error.kind, error.isRetryable], ['transport', true])
})

test('an event has the offset of the platform’s clock', async (t) => {
  const noon = Date.UTC(2026, 10, 21, 12)
  const headers = { date: new Date(noon + 3600_000).toUTCString() }
  let isRefused = true
  const { url } = await platform(t, () => {
    if (!isRefused) return { status: 201, json: { token: 'ats_1' }, headers }
    isRefused = false
    return { status: 401, json: {}, headers }
  })
  const { callback, next } = recorder()
  await appOn(url, { clock: new ManualClock(noon), onEvent: callback }).installation(14).token()
  const { kind, clockOffsetMs } = await next()
  assert.deepEqual([kind, clockOffsetMs], ['skew_found', 3600_000])
})

test('an error of a callback is ignored', async (t) => {
  const { url } = await platform(t)
  const broken = [
    () => { throw new Error('no') },
    async () => { throw new Error('no') },
    () => ({ get then() { throw new Error('no') } }),
  ]
  for (const callback of broken) {
    let calls = 0
    const { callback: last, next } = recorder()
    const fail = (value) => { calls += 1; last(value); return callback() }
    const source = appOn(url, { onEvent: fail }).installation(14)
    source.onChange(fail)
    assert.equal((await source.token()).reveal(), SECRETS.installation)
    await next()
    await next()
    assert.equal(calls, 2)
  }
  await new Promise(setImmediate) // an unhandled rejection would have failed the test by now
})

test('each callback gets the previous token and the new one', async (t) => {
  let count = 0
  const { url } = await platform(t, () => ({ status: 201, json: { token: `ats_${++count}` } }))
  const app = appOn(url)
  const source = app.installation(14)
  const [one, other] = [recorder(), recorder()]
  const pairs = ({ callback }) => (...tokens) => callback(tokens)
  assert.equal(typeof source.onChange(pairs(one)), 'function')
  app.installation('14').onChange(pairs(other))
  await source.token()
  source.invalidate()
  await source.token()
  for (const { next } of [one, other]) {
    const [[nothing, first], [before, second]] = [await next(), await next()]
    assert.equal(nothing, null)
    assert.deepEqual([first, before, second].map((token) => token.reveal()), ['ats_1', 'ats_1', 'ats_2'])
    assert.ok([first, before, second].every((token) => token instanceof Token))
  }
})

test('a callback that was taken back is not called, not even with a token that is queued', async (t) => {
  let count = 0
  const { url } = await platform(t, () => ({ status: 201, json: { token: `ats_${++count}` } }))
  const source = appOn(url).installation(14)
  const taken = []
  const { callback, next } = recorder()
  const unsubscribe = source.onChange((_, token) => { taken.push(token.reveal()); unsubscribe() })
  const never = source.onChange((_, token) => { taken.push(token.reveal()) })
  source.onChange((_, token) => callback(token.reveal()))
  never()
  await source.token()
  await next()
  source.invalidate()
  await source.token()
  assert.equal(await next(), 'ats_2')
  assert.deepEqual(taken, ['ats_1'])
  unsubscribe()
})

test('the token of an installation that is looked up reaches the callback, too', async (t) => {
  const { url } = await platform(t)
  const source = appOn(url).installation({ account: 'acme' })
  const { callback, next } = recorder()
  source.onChange((_, token) => callback(token))
  await source.token()
  assert.equal((await next()).reveal(), SECRETS.installation)
})

test('an app counts events', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  await app.installation(14).token()
  const stats = app.stats()
  assert.ok(stats instanceof Stats)
  assert.deepEqual({ ...stats }, {
    minted: 1, renewed: 0, failed: 0, servedStale: 0, retried: 0, joined: 0, refused: 0, fromStore: 0, storeFailed: 0, sources: 1,
  })
  assert.throws(() => { stats.minted = 2 }, TypeError)
})

test('a webhook of a suspension makes the app forget the installation’s tokens', async (t) => {
  const { url, requests } = await platform(t, () => ({ status: 201, json: { token: 'ghs_1' } }))
  const app = appOn(url, { platform: 'github' })
  const source = app.installation(14)
  await source.token()
  const body = JSON.stringify({ action: 'suspend', installation: { id: 14 } })
  const signature = `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`
  const webhook = (event) => app.verifyWebhook({ 'x-hub-signature-256': signature, 'x-github-event': event }, body, 'secret')
  assert.equal(app.applyWebhook(webhook('push')), 0)
  assert.equal(app.applyWebhook(webhook('installation')), 1)
  await source.token()
  assert.equal(requests.length, 2)
})

test('a closed app refuses further calls, and calls in progress complete', async (t) => {
  let sign
  const signature = new Promise((resolve) => { sign = resolve })
  const { url } = await platform(t)
  const app = appOn(url, { privateKey: undefined, signer: () => { signing(); return signature } })
  let signing
  const begun = new Promise((resolve) => { signing = resolve })
  const token = app.installation(14).token()
  await begun
  assert.equal(app.close(), undefined)
  sign(Buffer.alloc(256, 1))
  assert.equal((await token).reveal(), SECRETS.installation)
  await assert.rejects(app.installations().toArray(), { kind: 'invalid_argument', message: 'the app is closed' })
  app.close()
})

test('disposing of an app closes it', { skip: !Symbol.dispose }, async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const source = app.installation(14)
  await source.token()
  app[Symbol.dispose]()
  assert.equal(source.expiresAt, null)
  await assert.rejects(source.token(), { kind: 'invalid_argument', message: 'the app is closed' })
})
