import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as appmint from 'appmint'
import { appOn, platform, silence } from './support.mjs'

test('a refusal is an error of its kind, with all that is known of it', async (t) => {
  const { url } = await platform(t, () => ({
    status: 429,
    headers: { 'retry-after': '7', 'x-request-id': 'r-1' },
    json: { message: 'slow down' },
  }))
  const thrown = await appOn(url).installations().toArray().catch((error) => error)
  assert.ok(thrown instanceof appmint.RateLimitedError)
  assert.ok(thrown instanceof appmint.AppmintError)
  assert.ok(thrown instanceof Error)
  const { name, code, kind, status, requestId, retryAfter, isRetryable } = thrown
  assert.deepEqual(
    { name, code, kind, status, requestId, retryAfter, isRetryable },
    {
      name: 'RateLimitedError',
      code: 'rate_limited',
      kind: 'rate_limited',
      status: 429,
      requestId: 'r-1',
      retryAfter: 7000,
      isRetryable: true,
    },
  )
})

test('the stack leads to the caller', async (t) => {
  const { url, hangUp, callers } = await silence(t)
  async function theCaller() {
    await appOn(url).installations().toArray()
  }
  const waiting = theCaller().catch((error) => error)
  await callers(1)
  hangUp()
  const { stack, code, cause } = await waiting
  assert.equal(code, 'transport')
  assert.ok(cause instanceof Error)
  assert.match(stack, /Listing\.next[\s\S]*Listing\.toArray[\s\S]*theCaller/)
})

test('what is not there is undefined', () => {
  const error = new appmint.ForbiddenError('no')
  assert.deepEqual(Object.keys(error), ['code', 'isRetryable'])
  assert.equal(error.reason, undefined)
  assert.equal(error.isRetryable, false)
})

test('a key that is none says so when the app is made', () => {
  const options = { platform: 'atomgit', appId: 75, privateKey: 'ssh-rsa AAAA' }
  assert.throws(() => new appmint.App(options), { name: 'KeyError', reason: 'not_a_private_key' })
})

test('a credential that is missing is named by the operation that needs it', async () => {
  const app = new appmint.App({ platform: 'atomgit' })
  await assert.rejects(app.jwt(), { code: 'invalid_argument', reason: 'missing_credential' })
  assert.throws(() => app.authorize(), { code: 'invalid_argument', reason: 'missing_credential' })
})
