import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { App, InvalidArgumentError, UnauthorizedError, WebhookEvent } from 'appmint'

// From the test suite of GitHub's own webhook library.
const SECRET = 'mysecret'
const BODY = '{"foo":"bar"}'
const SIGNATURE = 'sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3'
const HEADERS = { 'X-Hub-Signature-256': SIGNATURE, 'X-GitHub-Event': 'push', 'X-GitHub-Delivery': 'd-1' }

const github = new App({ platform: 'github' })
const sign = (body) => `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`

test('a verified webhook has the event and the signed payload', () => {
  const webhook = github.verifyWebhook(HEADERS, BODY, SECRET)
  assert.ok(webhook instanceof WebhookEvent)
  assert.deepEqual({ ...webhook }, { name: 'push', deliveryId: 'd-1', installationId: null, payload: { foo: 'bar' } })
  assert.throws(() => { webhook.name = 'pull' }, TypeError)
})

test('headers, a body and secrets may have several types', () => {
  const entries = Object.entries(HEADERS)
  const unrelated = { ...HEADERS, 'x-none': undefined, 'set-cookie': ['a', 'b'] }
  for (const headers of [HEADERS, unrelated, new Headers(HEADERS), new Map(entries), entries, new Map(entries).entries()]) {
    assert.equal(github.verifyWebhook(headers, BODY, SECRET).name, 'push')
  }
  const bytes = new TextEncoder().encode(`[${BODY}]`)
  for (const body of [BODY, Buffer.from(BODY), bytes.subarray(1, -1), bytes.slice(1, -1).buffer]) {
    assert.deepEqual(github.verifyWebhook(HEADERS, body, SECRET).payload, { foo: 'bar' })
  }
  for (const secrets of [SECRET, [SECRET], ['the-next-one', SECRET]]) github.verifyWebhook(HEADERS, BODY, secrets)
})

test('a webhook has the id of its installation', () => {
  const body = '{"installation":{"id":14}}'
  const headers = { 'x-hub-signature-256': sign(body) }
  const { installationId, name, deliveryId } = github.verifyWebhook(headers, body, SECRET)
  assert.deepEqual([installationId, name, deliveryId], ['14', null, null])
})

test('a webhook with a wrong signature is refused', () => {
  const attempts = [
    [HEADERS, '{"foo":"baz"}', SECRET],
    [HEADERS, BODY, 'another'],
    [HEADERS, BODY, ['another', 'and-another']],
    [{ 'X-Hub-Signature-256': SIGNATURE.slice(0, -2) }, BODY, SECRET],
    [{}, BODY, SECRET],
  ]
  for (const attempt of attempts) {
    assert.throws(() => github.verifyWebhook(...attempt), (error) => {
      assert.ok(error instanceof UnauthorizedError)
      assert.deepEqual([error.reason, error.isRetryable], ['invalid_signature', false])
      assert.ok(!inspect(error).includes(attempt[2]))
      return true
    })
  }
})

test('a parsed body is refused with a hint about raw bytes', () => {
  for (const body of [{ foo: 'bar' }, [1], null, undefined, 5]) {
    const refusal = { name: 'InvalidArgumentError', message: /^body must be /, hint: /^Pass the raw bytes / }
    assert.throws(() => github.verifyWebhook(HEADERS, body, SECRET), refusal)
  }
})

test('headers and secrets of a wrong type are refused', () => {
  for (const headers of [undefined, null, 'x', Object.entries(HEADERS).flat(), { 'x-hub-signature-256': {} }]) {
    assert.throws(() => github.verifyWebhook(headers, BODY, SECRET), InvalidArgumentError)
  }
  for (const secrets of [undefined, null, '', [], [''], [SECRET, ''], [undefined], Buffer.from(SECRET)]) {
    assert.throws(() => github.verifyWebhook(HEADERS, BODY, secrets), InvalidArgumentError)
  }
})

test('a platform that signs nothing has no webhooks to verify', () => {
  const app = new App({ platformDescriptor: { extends: 'github', name: 'unsigned', webhook: null } })
  assert.throws(() => app.verifyWebhook(HEADERS, BODY, SECRET), { kind: 'unsupported' })
})

test('a server verifies a webhook that it receives', async (t) => {
  const server = createServer(async (request, response) => {
    const { payload } = github.verifyWebhook(request.headers, await buffer(request), SECRET)
    response.end(payload.text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const body = '{ "text" : "ü" }'
  const headers = { 'x-hub-signature-256': sign(body) }
  const sent = await fetch(`http://127.0.0.1:${server.address().port}`, { method: 'POST', body, headers })
  assert.equal(await sent.text(), 'ü')
})
