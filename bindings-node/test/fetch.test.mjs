// source.fetch, and an app whose requests go through the program's fetch.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import axios from 'axios'
import got from 'got'
import { MockAgent, fetch as undiciFetch } from 'undici'

import { InvalidArgumentError } from 'appmint'
import { SECRETS, appOn, platform } from './support.mjs'

const LATER = '2100-01-01T00:00:00Z'

/** A platform whose tokens are numbered, and that refuses all but the last one. */
async function strict(t, respond = () => ({ json: { ok: true } })) {
  const state = { minted: 0, valid: '' }
  const { url, requests } = await platform(t, (request, body) => {
    if (request.url.endsWith('/access_tokens')) {
      state.valid = `ats_${state.minted += 1}`
      return { status: 201, json: { token: state.valid, expires_at: LATER } }
    }
    if (request.headers.authorization !== `Bearer ${state.valid}`) return { status: 401, json: { message: 'Bad credentials' } }
    return respond(request, body)
  })
  const calls = () => requests.filter(({ url }) => !url.endsWith('/access_tokens'))
  return { url, calls, state, source: appOn(url).installation(14) }
}

/** Another host: a server that records what it gets. */
async function foreignServer(t, respond) {
  const requests = []
  const server = createServer((request, response) => {
    requests.push(request)
    respond ? respond(request, response) : response.end('theirs')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.closeAllConnections(); server.close() })
  return { url: `http://127.0.0.1:${server.address().port}`, requests }
}

test('a path and a URL of the platform get the token', async (t) => {
  const { url, calls, source } = await strict(t)
  const { fetch } = source
  for (const input of ['/user/repos', `${url}/user/repos`, new URL(`${url}/user/repos`), new Request(`${url}/user/repos`)]) {
    const response = await fetch(input, { headers: { 'x-mine': '1' } })
    assert.deepEqual([response.status, await response.json()], [200, { ok: true }])
  }
  assert.deepEqual(calls().map(({ url, headers }) => [url, headers['x-mine']]), Array(4).fill(['/user/repos', '1']))
  assert.equal(source.fetch, fetch)
})

test('a path of the app gets its JWT', async (t) => {
  const { url, requests } = await platform(t)
  const source = appOn(url, { platform: 'github' }).installation(14)
  assert.ok((await source.fetch('/app')).ok)
  assert.match(requests[0].headers.authorization, /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
  await assert.rejects(source.fetch('/applications/Iv1.75/token'), /OAuth client/)
  assert.equal(requests.length, 1)
})

test('forty callers who were refused with one token share a new one', async (t) => {
  const { state, calls, source } = await strict(t)
  await source.token()
  state.valid = 'ats_gone'
  const responses = await Promise.all(Array.from({ length: 40 }, () => source.fetch('/x')))
  assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]))
  assert.equal(state.minted, 2)
  assert.equal(calls().length, 80)
})

test('a body that is not a stream is sent again, and a stream is not', async (t) => {
  const { state, calls, source } = await strict(t, (_, body) => ({ json: body }))
  const form = new URLSearchParams({ a: 'b' })
  for (const body of ['text', Buffer.from('text'), form, new Blob(['text']), new TextEncoder().encode('text').buffer]) {
    await source.token()
    state.valid = 'ats_gone'
    assert.equal((await source.fetch('/x', { method: 'POST', body })).status, 200)
  }
  assert.deepEqual(calls().slice(-2).map(({ body }) => body), ['text', 'text'])
  const count = calls().length
  state.valid = 'ats_gone'
  const body = new Blob(['text']).stream()
  assert.equal((await source.fetch('/x', { method: 'POST', body, duplex: 'half' })).status, 401)
  assert.equal(calls().length, count + 1)
  assert.equal((await source.fetch('/x')).status, 200) // the refused token was forgotten
})

test('a token that is refused again is the answer', async (t) => {
  const { url, requests } = await platform(t, ({ method }) => (method === 'POST' ? undefined : { status: 401, json: {} }))
  const response = await appOn(url).installation(14).fetch('/x')
  assert.equal(response.status, 401)
  assert.equal(requests.filter(({ method }) => method === 'GET').length, 2)
})

test('a foreign host gets nothing, unless it is named', async (t) => {
  const { calls, source } = await strict(t)
  const other = await foreignServer(t)
  for (const input of [`${other.url}/x`, new Request(`${other.url}/x`), 'file:///etc/passwd', '//elsewhere.example/x']) {
    await assert.rejects(source.fetch(input), InvalidArgumentError)
  }
  assert.deepEqual([calls().length, other.requests.length], [0, 0])
  const told = source.createFetch({ origins: [other.url] })
  assert.equal(await (await told(`${other.url}/x`)).text(), 'theirs')
  assert.match(other.requests[0].headers.authorization, /^Bearer ats_/)
  assert.throws(() => source.createFetch({ origins: ['uploads.example'] }), /must be a URL/)
})

test('a redirect to a foreign host is followed without the token, and never with a body', async (t) => {
  const other = await foreignServer(t)
  const statuses = { '/302': 302, '/307': 307 }
  const { calls, source } = await strict(t, ({ url }) => ({ status: statuses[url], headers: { location: `${other.url}/file` }, json: {} }))
  assert.equal(await (await source.fetch('/302')).text(), 'theirs')
  assert.equal(other.requests[0].headers.authorization, undefined)
  await assert.rejects(source.fetch('/307', { method: 'POST', body: 'mine' }), /neither its body nor the token/)
  assert.equal((await source.fetch('/302', { redirect: 'manual' })).status, 302)
  assert.equal(other.requests.length, 1)
  assert.equal(calls().length, 3)
})

test('a foreign host gets no cookie and no credential of a proxy either, and the platform keeps them', async (t) => {
  const other = await foreignServer(t)
  const targets = { '/out': `${other.url}/file`, '/in': '/there' }
  const { calls, source } = await strict(t, ({ url }) =>
    (targets[url] ? { status: 302, headers: { location: targets[url] }, json: {} } : { json: {} }))
  const headers = { cookie: 'session=mine', 'proxy-authorization': 'Basic bWluZQ==', 'x-mine': '1' }
  await source.fetch('/out', { headers })
  assert.deepEqual(['cookie', 'proxy-authorization', 'x-mine'].map((name) => other.requests[0].headers[name]), [undefined, undefined, '1'])
  await source.fetch('/in', { headers })
  assert.equal(calls().at(-1).headers.cookie, 'session=mine')
})

test('a redirect on the platform keeps the token and the method', async (t) => {
  const targets = { '/moved': ['/there', 307], '/seen': ['/there', 303], '/loop': ['/loop', 302] }
  const { calls, source } = await strict(t, ({ url }, body) => {
    const [location, status] = targets[url] ?? []
    return location ? { status, headers: { location }, json: {} } : { json: body }
  })
  assert.equal(await (await source.fetch('/moved', { method: 'POST', body: 'mine' })).json(), 'mine')
  assert.equal(await (await source.fetch('/seen', { method: 'POST', body: 'mine' })).json(), '')
  assert.deepEqual(calls().map(({ method, url }) => `${method} ${url}`), ['POST /moved', 'POST /there', 'POST /seen', 'GET /there'])
  await assert.rejects(source.fetch('/loop'), /too many redirects/)
})

test('a header of one’s own, and what is no URL, are refused', async (t) => {
  const { calls, source } = await strict(t)
  await assert.rejects(source.fetch('/x', { headers: { Authorization: 'token mine' } }), /sets the header authorization itself/)
  await assert.rejects(source.fetch(7), { message: 'input must be a URL or a Request, not 7' })
  await assert.rejects(source.fetch('/x', { signal: AbortSignal.abort() }), { name: /AbortError|CancelledError/ })
  assert.equal(calls().length, 0)
})

test('axios and got authenticate with a source', async (t) => {
  const { url, state, source } = await strict(t, (_, body) => ({ json: { body } }))
  const client = axios.create({ baseURL: url, adapter: 'fetch', env: { fetch: source.fetch } })
  assert.equal((await client.get('/x')).data.body, '')
  assert.equal((await client.post('/x', 'mine')).data.body, 'mine')
  state.valid = 'ats_gone'
  assert.equal((await client.get('/x')).status, 200)
  const beforeRequest = async (options) => { options.headers.authorization = await source.authorizationHeader() }
  const api = got.extend({ prefixUrl: url, hooks: { beforeRequest: [beforeRequest] } })
  assert.deepEqual(await api('x').json(), { body: '' })
})

test('an app sends everything through the program’s fetch', async (t) => {
  const { url, requests } = await platform(t)
  const seen = []
  const fetch = (input, init) => { seen.push(`${init.method ?? 'GET'} ${new URL(input).pathname}`); return globalThis.fetch(input, init) }
  const app = appOn(url, { fetch, userAgent: 'mine' })
  const source = app.installation(14)
  assert.equal((await source.token()).reveal(), SECRETS.installation)
  assert.equal((await app.exchangeCode('c1')).reveal(), SECRETS.user)
  assert.deepEqual(await (await source.request('POST', '/x', { json: { a: 1 } })).json(), { path: '/x' })
  assert.ok((await source.fetch('/y')).ok)
  const paths = ['POST /app/installations/14/access_tokens', 'POST /login/oauth/access_token', 'POST /x', 'GET /y']
  assert.deepEqual(seen.map((each) => each.replace(/api\/v\d+\//, '')), paths)
  assert.equal(requests.length, 4)
  assert.match(requests[0].headers['user-agent'], /^mine appmint\/\d/)
  assert.equal(requests[2].body, '{"a":1}')
})

test('a dispatcher of undici’s sees the requests', async (t) => {
  const agent = new MockAgent()
  t.after(() => agent.close())
  agent.disableNetConnect()
  const mocked = agent.get('https://api.github.com')
  mocked.intercept({ method: 'POST', path: '/app/installations/14/access_tokens' }).reply(201, { token: 'ghs_1', expires_at: LATER })
  mocked.intercept({ path: '/rate_limit' }).reply(200, { ok: 1 }, { headers: { 'content-encoding': 'identity' } })
  const app = appOn(undefined, { platform: 'github', dispatcher: agent, fetch: undiciFetch })
  const source = app.installation(14)
  assert.deepEqual(await (await source.request('GET', '/rate_limit')).json(), { ok: 1 })
  agent.assertNoPendingInterceptors()
})

test('failures of fetch say whether the request may have been sent', async () => {
  const failing = async (error) => {
    const app = appOn('http://127.0.0.1:1', { fetch: async () => { throw error } })
    return await app.exchangeCode('c1').catch((thrown) => [thrown.kind, thrown.reason, thrown.isRetryable])
  }
  const caused = (cause) => Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('c'), cause) })
  assert.deepEqual(await failing(caused({ code: 'ECONNREFUSED', syscall: 'connect' })), ['transport', 'unreachable', true])
  assert.deepEqual(await failing(caused({ errors: [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }] })), ['transport', 'unreachable', true])
  assert.deepEqual(await failing(caused({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })), ['transport', 'tls', false])
  assert.deepEqual(await failing(caused({ code: 'UND_ERR_SOCKET' })), ['transport', 'connection_lost', false])
  assert.deepEqual(await failing('a text'), ['transport', 'connection_lost', false])
})

test('what fetch returns is checked, and a body is cut off at its limit', async (t) => {
  const { url } = await platform(t, () => ({ raw: 'x'.repeat(4096) }))
  const app = appOn(url, { fetch, maxResponseBody: 1000 })
  await assert.rejects(app.request('GET', '/x'), { kind: 'protocol', reason: 'body_too_large' })
  await assert.rejects(appOn(url, { fetch: () => ({}) }).request('GET', '/x'), { kind: 'transport', reason: 'connection_lost' })
  await assert.rejects(appOn(url, { fetch: () => new Promise(() => {}), timeoutMs: 50 }).request('GET', '/x'), { kind: 'timeout' })
  assert.throws(() => appOn(url, { fetch, proxy: 'http://proxy.example' }), /give transport or proxy, not both/)
  assert.throws(() => appOn(url, { dispatcher: {} }), /dispatcher must be a Dispatcher of undici/)
})
