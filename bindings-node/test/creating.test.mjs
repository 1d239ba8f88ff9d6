// An app that is made while the event loop goes on.

import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'

import { App, InvalidArgumentError, PrivateKeyError } from 'appmint'
import { KEY, appOn, settings } from './support.mjs'

const PASSPHRASE = 'correct horse battery staple'
const ENCRYPTED = createPrivateKey(KEY.privateKey).export({
  type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE,
})
const URL = 'http://127.0.0.1:9'

test('the event loop turns while an encrypted key is read', async () => {
  let hasTurned = false
  setImmediate(() => { hasTurned = true })
  const app = await App.create(settings(URL, { privateKey: ENCRYPTED, privateKeyPassphrase: PASSPHRASE }))
  assert.ok(hasTurned)
  assert.ok(app instanceof App)
  assert.equal(app.fingerprint, appOn(URL).fingerprint)
  assert.equal((await app.jwt()).kind, 'jwt')
  app.close()
})

test('an app of a class that extends App is one of that class', async () => {
  class Mine extends App {}
  const app = await Mine.create(settings(URL))
  assert.ok(app instanceof Mine)
  app.close()
})

test('a setting that cannot be used rejects', async () => {
  await assert.rejects(App.create({ platform: 'nowhere' }), InvalidArgumentError)
  await assert.rejects(App.create({ platform: 1 }), InvalidArgumentError)
  const wrong = settings(URL, { privateKey: ENCRYPTED, privateKeyPassphrase: 'wrong' })
  await assert.rejects(App.create(wrong), (error) => error instanceof PrivateKeyError && error.reason === 'wrong_passphrase')
})
