import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { Event, ManualClock, Stats, Token, TransportError } from 'appmint'
import { SECRETS, appOn, platform } from './support.mjs'

/** A callback, and the things it was told as they come. */
function told() {
  const [things, waiting] = [[], []]
  const callback = (thing) => (waiting.length > 0 ? waiting.shift()(thing) : things.push(thing))
  const next = () => (things.length > 0 ? things.shift() : new Promise((resolve) => { waiting.push(resolve) }))
  return { callback, next }
}

test('an app tells that it minted, without the token', async (t) => {
  const { url } = await platform(t)
  const { callback, next } = told()
  await appOn(url, { onEvent: callback }).installation(14).token()
  const event = await next()
  assert.ok(event instanceof Event)
  const { durationMs, text, ...said } = event
  assert.deepEqual(said, { kind: 'minted', installationId: '14', clockOffsetMs: null, error: null, isWarning: false })
  assert.ok(Number.isFinite(durationMs))
  assert.match(text, /^minted installation 14, \d+ ms$/)
  assert.throws(() => { event.kind = 'renewed' }, TypeError)
  assert.ok(!inspect(event, { depth: null, showHidden: true }).includes(SECRETS.installation))
})

test('an event has the error that it is about', async () => {
  const { callback, next } = told()
  const source = appOn('http://127.0.0.1:9', { onEvent: callback }).installation(14)
  await assert.rejects(source.token(), TransportError)
  const { kind, error, isWarning } = await next()
  assert.deepEqual([kind, isWarning], ['mint_failed', true])
  assert.ok(error instanceof TransportError)
  assert.deepEqual([error.code, error.isRetryable], ['transport', true])
})

test('an event tells how far the platform’s clock is off', async (t) => {
  const noon = Date.UTC(2026, 10, 21, 12)
  const headers = { date: new Date(noon + 3600_000).toUTCString() }
  let isRefused = true
  const { url } = await platform(t, () => {
    if (!isRefused) return { status: 201, json: { token: 'ats_1' }, headers }
    isRefused = false
    return { status: 401, json: {}, headers }
  })
  const { callback, next } = told()
  await appOn(url, { clock: new ManualClock(noon), onEvent: callback }).installation(14).token()
  const { kind, clockOffsetMs } = await next()
  assert.deepEqual([kind, clockOffsetMs], ['skew_found', 3600_000])
})

test('what a callback throws, or rejects with, ends nothing', async (t) => {
  const { url } = await platform(t)
  const broken = [
    () => { throw new Error('no') },
    async () => { throw new Error('no') },
    () => ({ get then() { throw new Error('no') } }),
  ]
  for (const callback of broken) {
    let calls = 0
    const { callback: last, next } = told()
    const fail = (thing) => { calls += 1; last(thing); return callback() }
    const source = appOn(url, { onEvent: fail }).installation(14)
    source.onChange(fail)
    assert.equal((await source.token()).reveal(), SECRETS.installation)
    await next()
    await next()
    assert.equal(calls, 2)
  }
  await new Promise(setImmediate) // an unhandled rejection would have failed the test by now
})

test('each new token is told, after the one before, to all who want to know', async (t) => {
  let count = 0
  const { url } = await platform(t, () => ({ status: 201, json: { token: `ats_${++count}` } }))
  const app = appOn(url)
  const source = app.installation(14)
  const [one, other] = [told(), told()]
  const asking = ({ callback }) => (...tokens) => callback(tokens)
  assert.equal(source.onChange(asking(one)), undefined)
  app.installation('14').onChange(asking(other))
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

test('what is looked up is told of once it has been found', async (t) => {
  const { url } = await platform(t)
  const source = appOn(url).installation({ account: 'acme' })
  const { callback, next } = told()
  source.onChange((_, token) => callback(token))
  await source.token()
  assert.equal((await next()).reveal(), SECRETS.installation)
})

test('an app counts what happens', async (t) => {
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

test('a webhook that says so makes tokens be forgotten', async (t) => {
  const { url, asked } = await platform(t, () => ({ status: 201, json: { token: 'ghs_1' } }))
  const app = appOn(url, { platform: 'github' })
  const source = app.installation(14)
  await source.token()
  const body = JSON.stringify({ action: 'suspend', installation: { id: 14 } })
  const signature = `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`
  const said = (event) => app.verifyWebhook({ 'x-hub-signature-256': signature, 'x-github-event': event }, body, 'secret')
  assert.equal(app.applyWebhook(said('push')), 0)
  assert.equal(app.applyWebhook(said('installation')), 1)
  await source.token()
  assert.equal(asked.length, 2)
})

test('an app that is closed refuses new calls, and those on their way come to their end', async (t) => {
  let answer
  const answered = new Promise((resolve) => { answer = resolve })
  const { url } = await platform(t)
  const app = appOn(url, { privateKey: undefined, signer: () => { signing(); return answered } })
  let signing
  const begun = new Promise((resolve) => { signing = resolve })
  const token = app.installation(14).token()
  await begun
  assert.equal(app.close(), undefined)
  answer(Buffer.alloc(256, 1))
  assert.equal((await token).reveal(), SECRETS.installation)
  await assert.rejects(app.installations().toArray(), { code: 'invalid_argument', message: 'the app is closed' })
  app.close()
})

test('an app is disposed of by being closed', { skip: !Symbol.dispose }, async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const source = app.installation(14)
  await source.token()
  app[Symbol.dispose]()
  assert.equal(source.expiresAt, null)
  await assert.rejects(source.token(), { code: 'invalid_argument', message: 'the app is closed' })
})
