import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as appmint from 'appmint'
import { appOn, platform, silentServer } from './support.mjs'

test('a refusal is an error of its kind, with everything that the platform said', async (t) => {
  const { url } = await platform(t, () => ({
    status: 429,
    headers: { 'retry-after': '7', 'x-request-id': 'r-1' },
    json: { message: 'slow down' },
  }))
  const thrown = await appOn(url).installations().toArray().catch((error) => error)
  assert.ok(thrown instanceof appmint.RateLimitedError)
  assert.ok(thrown instanceof appmint.AppmintError)
  assert.ok(thrown instanceof Error)
  const { name, code, kind, status, requestId, retryAfterMs, isRetryable } = thrown
  assert.deepEqual(
    { name, code, kind, status, requestId, retryAfterMs, isRetryable },
    {
      name: 'RateLimitedError',
      code: 'ERR_APPMINT_RATE_LIMITED',
      kind: 'rate_limited',
      status: 429,
      requestId: 'r-1',
      retryAfterMs: 7000,
      isRetryable: true,
    },
  )
})

test('the stack leads to the caller', async (t) => {
  const { url, hangUp, callers } = await silentServer(t)
  async function theCaller() {
    await appOn(url).installations().toArray()
  }
  const waiting = theCaller().catch((error) => error)
  await callers(1)
  hangUp()
  const { stack, kind, cause } = await waiting
  assert.equal(kind, 'transport')
  assert.ok(cause instanceof Error)
  assert.match(stack, /Listing\.next[\s\S]*Listing\.toArray[\s\S]*theCaller/)
})

test('an absent member of an error is undefined', () => {
  const error = new appmint.ForbiddenError('no')
  assert.equal(error.code, 'ERR_APPMINT_FORBIDDEN')
  assert.deepEqual(Object.keys(error), ['code', 'isRetryable'])
  assert.equal(error.reason, undefined)
  assert.equal(error.isRetryable, false)
})

test('the construction of an app refuses text that is no private key', () => {
  const options = { platform: 'atomgit', appId: 75, privateKey: 'ssh-rsa AAAA' }
  assert.throws(() => new appmint.App(options), { name: 'PrivateKeyError', reason: 'not_a_private_key' })
})

test('an operation names the credential that it lacks', async () => {
  const app = new appmint.App({ platform: 'atomgit' })
  await assert.rejects(app.jwt(), { kind: 'invalid_argument', reason: 'missing_credential' })
  assert.throws(() => app.authorize(), { kind: 'invalid_argument', reason: 'missing_credential' })
})
