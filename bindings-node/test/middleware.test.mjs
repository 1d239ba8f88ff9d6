// appmint/webhooks at the servers of Node.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'

import { App } from 'appmint'
import { Webhooks } from 'appmint/webhooks'
import { KEY, platform } from './support.mjs'

const SECRET = 'the-webhook-secret'
const OPENED = JSON.stringify({ action: 'opened', issue: { number: 7 }, installation: { id: 14 } })

function signed(body, { secret = SECRET, name = 'issues' } = {}) {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return { 'content-type': 'application/json', 'x-github-event': name, 'x-github-delivery': 'd1', 'x-hub-signature-256': `sha256=${signature}` }
}

function setUp(options = {}) {
  const app = new App({ platform: 'github', appId: 75, privateKey: KEY.privateKey })
  return new Webhooks({ app, secret: SECRET, ...options })
}

async function listen(t, listener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.closeAllConnections(); server.close() })
  return `http://127.0.0.1:${server.address().port}`
}

const post = async (url, body, headers) => {
  const response = await fetch(url, { method: 'POST', body, headers })
  return [response.status, await response.text()]
}

/** What each server is, given webhooks: a function that posts a body with headers to its webhook. */
const servers = {
  'node:http': async (t, webhooks) => {
    const url = await listen(t, webhooks.http())
    assert.equal((await post(`${url}/other`, '{}', {}))[0], 404)
    assert.equal((await fetch(`${url}/webhook`)).status, 405)
    return (body, headers) => post(`${url}/webhook`, body, headers)
  },
  Express: async (t, webhooks) => {
    const web = express()
    web.post('/webhook', webhooks.express())
    web.use(express.json())
    const url = await listen(t, web)
    return (body, headers) => post(`${url}/webhook`, body, headers)
  },
  Fastify: async (t, webhooks) => {
    const server = fastify()
    t.after(() => server.close())
    server.post('/json', async (request) => request.body)
    await server.register(webhooks.fastify, { path: '/webhook' })
    const url = await server.listen({ port: 0, host: '127.0.0.1' })
    const echoed = await post(`${url}/json`, '{"a":1}', { 'content-type': 'application/json' })
    assert.deepEqual(echoed, [200, '{"a":1}'])
    return (body, headers) => post(`${url}/webhook`, body, headers)
  },
  Hono: async (t, webhooks) => {
    const web = new Hono()
    web.post('/webhook', webhooks.hono())
    return async (body, headers) => {
      const response = await web.request('/webhook', { method: 'POST', body, headers })
      return [response.status, await response.text()]
    }
  },
  fetch: async (t, webhooks) => async (body, headers) => {
    const response = await webhooks.fetch(new Request('https://app.example/webhook', { method: 'POST', body, headers }))
    return [response.status, await response.text()]
  },
}

for (const [name, serve] of Object.entries(servers)) {
  test(`${name} verifies a delivery and calls the functions for it`, async (t) => {
    const seen = []
    const webhooks = setUp({ onError: () => {} })
    webhooks.on('issues', ({ name, payload, installationId, deliveryId }) => { seen.push([name, payload.issue.number, installationId, deliveryId]) })
    webhooks.on(['issues.opened', 'issues.closed'], () => { seen.push('opened') })
    webhooks.on('issues.closed', () => { seen.push('closed') })
    webhooks.onAny(({ name }) => { seen.push(`any ${name}`) })
    webhooks.on('push', () => { throw new Error('on purpose') })
    const deliver = await serve(t, webhooks)
    assert.deepEqual(await deliver(OPENED, signed(OPENED)), [200, 'ok'])
    assert.deepEqual(seen, [['issues', 7, '14', 'd1'], 'opened', 'any issues'])
    assert.equal((await deliver(OPENED, signed(OPENED, { secret: 'another' })))[0], 401)
    assert.equal((await deliver('{}', signed(OPENED)))[0], 401)
    assert.equal(seen.length, 3)
    assert.deepEqual(await deliver('{}', signed('{}', { name: 'push' })), [500, 'a handler of the webhook failed'])
  })
}

test('a body that was parsed before is an error that says so', async (t) => {
  const web = express()
  web.use(express.json())
  web.post('/webhook', setUp().express())
  const url = await listen(t, web)
  const [status, text] = await post(`${url}/webhook`, OPENED, signed(OPENED))
  assert.equal(status, 500)
  assert.match(text, /before express\.json\(\)/)
  const raw = express()
  raw.post('/webhook', express.raw({ type: '*/*' }), setUp().express())
  assert.equal((await post(`${await listen(t, raw)}/webhook`, OPENED, signed(OPENED)))[0], 200)
})

test('a handler that takes long does not keep the platform waiting', async () => {
  let finish
  const webhooks = setUp({ timeoutMs: 0 })
  const ended = new Promise((resolve) => webhooks.on('issues', () => new Promise((done) => { finish = done }).then(resolve)))
  const answer = await webhooks.answer(signed(OPENED), OPENED)
  assert.equal(answer.status, 202)
  finish()
  await ended
})

test('receive rejects with what the functions threw', async () => {
  const webhooks = setUp()
  const fail = () => { throw new RangeError('one') }
  webhooks.on('issues', fail).onAny(async () => { throw new RangeError('two') })
  await assert.rejects(webhooks.receive(signed(OPENED), OPENED), ({ errors }) => errors.map(({ message }) => message).join() === 'one,two')
  webhooks.off('issues', fail)
  await assert.rejects(webhooks.receive(signed(OPENED), OPENED), { message: 'two' })
  await assert.rejects(webhooks.receive({}, OPENED), { name: 'UnauthorizedError' })
})

test('what a handler threw becomes a warning of the process', async () => {
  const webhooks = setUp().on('issues', () => { throw new RangeError('on purpose') })
  const warned = once(process, 'warning')
  assert.equal((await webhooks.answer(signed(OPENED), OPENED)).status, 500)
  const [{ name, code, message }] = await warned
  assert.deepEqual([name, code, message], ['AppmintWarning', 'APPMINT_WEBHOOK', 'a handler of the webhook issues failed: RangeError'])
})

test('an installation that was changed has its tokens forgotten before the functions are called', async (t) => {
  const { url } = await platform(t)
  const app = new App({ platform: 'github', apiUrl: url, webUrl: url, appId: 75, privateKey: KEY.privateKey })
  const source = app.installation(14)
  await source.token()
  const webhooks = new Webhooks({ app, secret: ['old', SECRET] })
  webhooks.on('installation', () => assert.equal(source.tokenSync(), null))
  const body = JSON.stringify({ action: 'suspend', installation: { id: 14 } })
  await webhooks.receive(signed(body, { name: 'installation' }), body)
})

test('webhooks need an app, a secret and functions', () => {
  const app = new App({ platform: 'github' })
  for (const options of [{}, { app }, { app, secret: '' }, { app, secret: [] }, { app: {}, secret: 's' }]) {
    assert.throws(() => new Webhooks(options), { code: 'ERR_APPMINT_INVALID_ARGUMENT' }, JSON.stringify(Object.keys(options)))
  }
  assert.throws(() => setUp().on('push'), /handler must be a function/)
  assert.throws(() => setUp().on('', () => {}), /name of the event is empty/)
})
