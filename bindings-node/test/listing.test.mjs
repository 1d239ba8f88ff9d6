import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { CancelledError, WebhookDelivery, Installation, Listing, Repository } from 'appmint'
import { appOn, platform } from './support.mjs'

/** A platform with pages of two items each, whose ids count up from 1. */
async function paged(t, pages, of = (id) => ({ id })) {
  const served = await platform(t, ({ method, url }) => {
    if (method === 'POST') return undefined
    const page = Number(new URL(url, served.url).searchParams.get('page') ?? 1)
    const link = `<${served.url}/x?page=${page + 1}>; rel="next"`
    const items = [of(2 * page - 1), of(2 * page)]
    const json = url.includes('/repositories') ? { repositories: items } : items
    return { json, headers: page < pages ? { link } : {} }
  })
  return { ...served, app: appOn(served.url, { platform: 'github' }) }
}

const ids = (items) => items.map(({ id }) => id)

test('a list is fetched page by page', async (t) => {
  const { app, requests } = await paged(t, 3)
  const list = app.installations()
  assert.ok(list instanceof Listing)
  assert.equal(requests.length, 0)
  const seen = []
  for await (const installation of list) {
    assert.ok(installation instanceof Installation)
    seen.push([installation.id, requests.length])
  }
  assert.deepEqual(seen, [['1', 1], ['2', 1], ['3', 2], ['4', 2], ['5', 3], ['6', 3]])
  assert.deepEqual(await list.next(), { done: true, value: undefined })
})

test('leaving a loop ends the list', async (t) => {
  const { app, requests } = await paged(t, 3)
  const list = app.installations()
  for await (const { id } of list) {
    if (id === '2') break
  }
  assert.deepEqual(await list.next(), { done: true, value: undefined })
  assert.deepEqual(await list.toArray(), [])
  assert.equal(requests.length, 1)
})

test('an array has all remaining items', async (t) => {
  const { app } = await paged(t, 2)
  assert.deepEqual(ids(await app.installations().toArray()), ['1', '2', '3', '4'])
  const list = app.installations()
  const { value, done } = await list.next()
  assert.deepEqual([value.id, done], ['1', false])
  assert.deepEqual(ids(await list.toArray()), ['2', '3', '4'])
})

test('concurrent calls get the items in order', async (t) => {
  const { app, requests } = await paged(t, 2)
  const list = app.installations()
  const results = await Promise.all(Array.from({ length: 6 }, () => list.next()))
  assert.deepEqual(results.map(({ value }) => value?.id), ['1', '2', '3', '4', undefined, undefined])
  assert.equal(requests.length, 2)
})

test('a page that failed is requested again', async (t) => {
  let failures = 1
  const { url, requests } = await platform(t, () => (failures-- > 0 ? { status: 500, json: {} } : { json: [{ id: 1 }] }))
  const list = appOn(url, { platform: 'github' }).installations()
  const first = async () => { for await (const { id } of list) return id }
  await assert.rejects(first(), { kind: 'server' })
  assert.equal(await first(), '1')
  assert.equal(requests.length, 2)
})

test('a signal ends a list', async (t) => {
  const { app, requests } = await paged(t, 3)
  const stop = new AbortController()
  const list = app.installations({ signal: stop.signal })
  await list.next()
  stop.abort('enough')
  await assert.rejects(list.next(), (error) => error instanceof CancelledError && error.cause === 'enough')
  await assert.rejects(list.toArray(), CancelledError)
  assert.equal(requests.length, 1)
})

test('a list that the platform does not offer is refused at once', () => {
  const app = appOn('http://127.0.0.1:9')
  assert.throws(() => app.webhookDeliveries(), { name: 'UnsupportedError' })
  assert.throws(() => app.installation(14).repositories(), { name: 'UnsupportedError' })
})

test('each list has items of its own kind', async (t) => {
  const { app, requests } = await paged(t, 1, (id) => ({ id, name: `r${id}`, full_name: `acme/r${id}`, private: id === 1, event: 'push' }))
  const [hidden, open] = await app.installation(14).repositories().toArray()
  assert.ok(hidden instanceof Repository)
  assert.deepEqual([hidden.id, hidden.name, hidden.fullName, hidden.isPrivate, open.isPrivate], ['1', 'r1', 'acme/r1', true, false])
  assert.deepEqual([hidden.owner, hidden.raw.name], [null, 'r1'])
  const [delivery] = await app.webhookDeliveries().toArray()
  assert.ok(delivery instanceof WebhookDelivery)
  assert.deepEqual([delivery.event, delivery.statusCode, delivery.isRedelivery], ['push', null, null])
  assert.throws(() => { delivery.event = 'pull' }, TypeError)
  assert.deepEqual(requests.map(({ method, url }) => `${method} ${url.split('?')[0]}`), [
    'POST /app/installations/14/access_tokens', 'GET /installation/repositories', 'GET /app/hook/deliveries',
  ])
})

test('any endpoint has a list, of JSON values', async (t) => {
  const { app, requests } = await paged(t, 2, (id) => (id === 1 ? null : { id, __proto__: null }))
  const seen = []
  const list = app.installation(14).paginate('/installation/repositories', { headers: [['x-one', '1']], timeoutMs: 5000 })
  for await (const item of list) seen.push([item, requests.length])
  assert.deepEqual(seen, [[null, 2], [{ id: 2 }, 2], [{ id: 3 }, 3], [{ id: 4 }, 3]])
  assert.deepEqual(requests.slice(1).map(({ headers }) => headers['x-one']), ['1', '1'])
  assert.equal((await app.paginate('/user/repos', { token: 'ghu_0123' }).toArray()).length, 4)
  assert.equal(requests.at(-1).headers.authorization, 'Bearer ghu_0123')
})

test('the error of a page comes after the items before it', async (t) => {
  let page = 0
  const served = await platform(t, () => (++page === 1 ? { json: [1, 2], headers: { link: '<?page=2>; rel=next' } } : { status: 422, json: {} }))
  const list = appOn(served.url, { platform: 'github' }).paginate('/app/x')
  const seen = []
  await assert.rejects(async () => { for await (const item of list) seen.push(item) }, { kind: 'rejected', status: 422 })
  assert.deepEqual(seen, [1, 2])
})

test('a list of an endpoint takes a signal, and no wrong arguments', async (t) => {
  const { app, requests } = await paged(t, 1)
  const signal = AbortSignal.abort('enough')
  await assert.rejects(app.paginate('/x', { signal }).next(), (error) => error.name === 'AbortError' && error.cause === 'enough')
  for (const wrong of [[], [7], ['/x', { items: 7 }], ['/x', { timeoutMs: 'x' }], ['/x', { method: 'POST' }], ['/x', { json: {} }]]) {
    assert.throws(() => app.paginate(...wrong), { name: 'InvalidArgumentError' }, JSON.stringify(wrong))
  }
  assert.throws(() => app.installation(14).paginate('/x', { token: 'ghu_0123' }), { name: 'InvalidArgumentError' })
  assert.throws(() => app.paginate('x'), { name: 'InvalidArgumentError' })
  assert.equal(requests.length, 0)
})

test('a list does not show its items', async (t) => {
  const { app } = await paged(t, 1)
  assert.equal(inspect(app.installations(), { showHidden: true }), 'Listing {}')
  assert.equal(JSON.stringify(app.installations()), '{}')
})
