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

test('a signer gets a Buffer, and is called once for a JWT that is reused', async () => {
  const messages = []
  const app = appWith((message) => { messages.push(message); return sign(message) })
  const first = await app.jwt()
  assert.equal((await app.jwt()).reveal(), first.reveal())
  assert.equal(messages.length, 1)
  assert.ok(Buffer.isBuffer(messages[0]))
  assert.equal(app.fingerprint, null)
})

test('an error of a signer is the cause of a CallbackError', async () => {
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

test('a signer must return bytes', async () => {
  for (const wrong of ['text', undefined, null, [1], {}]) {
    await assert.rejects(appWith(() => wrong).jwt(), { kind: 'callback', message: /^the signer returned .*, not bytes$/ })
  }
})

test('a signer that never settles is named', async () => {
  const waiting = new Promise(() => {})
  const refusal = { kind: 'callback', message: /the signer/ }
  await assert.rejects(appWith(() => waiting, { timeoutMs: 20 }).jwt(), refusal)
})

test('there may be more signatures than threads', async () => {
  const apps = Array.from({ length: 40 }, () => appWith(async (message) => sign(message)))
  const shared = appWith(async (message) => sign(message))
  const jwts = await Promise.all([...apps, ...Array(40).fill(shared)].map((app) => app.jwt()))
  assert.ok(jwts.every(verifies))
})
