import assert from 'node:assert/strict'
import { createPublicKey, createSign, verify } from 'node:crypto'
import { test } from 'node:test'

import { CallbackError } from 'appmint'
import { KEY, appOn } from './support.mjs'

const appWith = (signer, more) => appOn('http://127.0.0.1:9', { privateKey: undefined, signer, ...more })
const sign = (message) => createSign('RSA-SHA256').update(message).sign(KEY.privateKey)

function verifies(jwt) {
  const [head, payload, signature] = jwt.reveal().split('.')
  const key = createPublicKey(KEY.publicKey)
  return verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))
}

test('a function signs, at once or by a promise', async () => {
  const signers = [sign, async (message) => sign(message), (message) => new Uint8Array(sign(message)).buffer]
  for (const signer of signers) assert.ok(verifies(await appWith(signer).jwt()))
})

test('a signer is given a Buffer and asked once for a JWT that lasts', async () => {
  const messages = []
  const app = appWith((message) => { messages.push(message); return sign(message) })
  const first = await app.jwt()
  assert.equal((await app.jwt()).reveal(), first.reveal())
  assert.equal(messages.length, 1)
  assert.ok(Buffer.isBuffer(messages[0]))
  assert.equal(app.fingerprint, null)
})

test('what a signer throws is the cause of a callback error', async () => {
  const throwing = [
    [() => { throw new RangeError('boom') }, /RangeError/, 'RangeError: boom'],
    [async () => { throw new TypeError('later') }, /TypeError/, 'TypeError: later'],
    [() => Promise.reject('a text'), /a string/, 'a text'],
  ]
  for (const [signer, message, cause] of throwing) {
    const error = await appWith(signer).jwt().catch((thrown) => thrown)
    assert.ok(error instanceof CallbackError)
    assert.match(error.message, message)
    assert.equal(error.cause.message, cause)
  }
})

test('a signer that gives no bytes has failed', async () => {
  for (const wrong of ['text', undefined, null, [1], {}]) {
    await assert.rejects(appWith(() => wrong).jwt(), { code: 'callback', message: /the signer gave .*, not bytes/ })
  }
})

test('a signer that never answers is given up at the deadline', async () => {
  const waiting = new Promise(() => {})
  await assert.rejects(appWith(() => waiting, { timeout: 20 }).jwt(), { code: 'timeout' })
})

test('more signatures than threads are all given', async () => {
  const apps = Array.from({ length: 40 }, () => appWith(async (message) => sign(message)))
  const shared = appWith(async (message) => sign(message))
  const jwts = await Promise.all([...apps, ...Array(40).fill(shared)].map((app) => app.jwt()))
  assert.ok(jwts.every(verifies))
})
