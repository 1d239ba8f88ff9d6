import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { CallbackError, StoreError } from 'appmint'
import { SECRETS, appOn, platform } from './support.mjs'

const KEY = Buffer.alloc(32, 7)
const UNSHOWN = 'a value that cannot be shown'
const METHODS = ['get', 'put', 'remove', 'lock', 'unlock']

/** A store in memory, which returns promises and records its calls. */
function memoryStore() {
  const [records, locks, calls] = [new Map(), new Map(), []]
  const store = {
    get: async (name) => records.get(name),
    async put(name, value, expected) {
      const there = records.get(name)
      if (expected === null ? there : !there?.equals(expected)) return false
      records.set(name, value)
      return true
    },
    async remove(name) { records.delete(name) },
    async lock(name, owner) {
      if (!locks.has(name)) locks.set(name, owner)
      return locks.get(name) === owner
    },
    async unlock(name) { locks.delete(name) },
  }
  for (const method of METHODS) {
    const original = store[method]
    store[method] = (...args) => { calls.push([method, args]); return original(...args) }
  }
  return { store, records, locks, calls }
}

const all = (method) => Object.fromEntries(METHODS.map((name) => [name, method]))

test('two apps with one store mint once', async (t) => {
  const { url, requests } = await platform(t)
  const { store, records } = memoryStore()
  const apps = Array.from({ length: 2 }, () => appOn(url, { store, storeKey: KEY }))
  const tokens = await Promise.all(apps.map((app) => app.installation(14).token()))
  for (const token of tokens) assert.equal(token.reveal(), SECRETS.installation)
  assert.equal(requests.length, 1)
  assert.deepEqual(apps.map((app) => app.stats().minted + app.stats().fromStore), [1, 1])
  const [record] = records.values()
  assert.ok(!record.includes(SECRETS.installation))
})

test('the methods of a store get names, bytes, dates and milliseconds', async (t) => {
  const { url } = await platform(t)
  const { store, calls, locks } = memoryStore()
  await appOn(url, { store, storeUnencrypted: true }).installation(14).token()
  // The first one asks whether the installation's tokens are to be forgotten.
  assert.deepEqual(calls.map(([method]) => method), ['get', 'get', 'lock', 'get', 'put', 'unlock'])
  const [, get, lock, , put, unlock] = calls.map(([, args]) => args)
  const [name] = get
  const [, owner, leaseMs] = lock
  const [, value, expected, keepUntil] = put
  assert.equal(typeof name, 'string')
  assert.deepEqual([lock, unlock], [[name, owner, leaseMs], [name, owner]])
  assert.deepEqual([typeof owner, leaseMs], ['string', 5000])
  assert.ok(Buffer.isBuffer(value) && value.includes(SECRETS.installation))
  assert.deepEqual([expected, keepUntil], [null, new Date(Date.UTC(2100, 0, 1))])
  assert.equal(locks.size, 0)
})

test('a new value replaces the value that was read', async (t) => {
  const { url } = await platform(t)
  const { store, calls, records } = memoryStore()
  store.get = async () => Buffer.from('of another')
  await appOn(url, { store, storeUnencrypted: true }).installation(14).token()
  const [, [, , expected]] = calls.find(([method]) => method === 'put')
  assert.deepEqual(expected, Buffer.from('of another'))
  assert.equal(records.size, 0)
})

test('a store’s methods are called as methods', async (t) => {
  class OwnStore {
    #records = new Map()
    get(name) { return this.#records.get(name) }
    put(name, value) { return Boolean(this.#records.set(name, value)) }
    remove() {}
    lock() { return this.#records.size === 0 }
    unlock() {}
  }
  const { url, requests } = await platform(t)
  const store = new OwnStore()
  for (let app = 0; app < 2; app += 1) await appOn(url, { store, storeUnencrypted: true }).installation(14).token()
  assert.equal(requests.length, 1)
})

test('a failure of a store is an event and no error', async (t) => {
  const secret = 'redis://user:password@host'
  const failures = [
    [() => { throw new RangeError(secret) }, /^the store's get threw RangeError$/, `RangeError: ${secret}`],
    [async () => { throw new TypeError(secret) }, /^the store's get threw TypeError$/, `TypeError: ${secret}`],
    [() => Promise.reject(secret), /^the store's get threw a string$/, secret],
    [() => 'text', /^the store's get returned a string, not bytes or null$/],
    [() => 1, /^the store's get returned 1, not bytes or null$/],
    [() => { throw { get [Symbol.toStringTag]() { throw new Error(secret) } } }, /^the store's get threw an object$/, UNSHOWN],
    [() => { throw Object.defineProperty(new Error(), 'name', { get() { throw secret } }) }, /^the store's get threw an error without a name$/, UNSHOWN],
    [() => ({ then: () => { throw new Error('no') } }), /^the store's get threw Error$/, 'Error: no'],
  ]
  for (const [method, message, cause] of failures) {
    const { url, requests } = await platform(t)
    const [event, token] = await failing(url, all(method))
    assert.equal(token.reveal(), SECRETS.installation)
    assert.equal(requests.length, 1)
    assert.deepEqual([event.isWarning, event.installationId], [true, '14'])
    assert.ok(event.error instanceof CallbackError)
    assert.match(event.error.message, message)
    assert.equal(event.error.cause?.message, cause)
    assert.ok(!event.text.includes(secret))
  }
})

test('a method of a store that returns neither true nor false has failed', async (t) => {
  for (const [method, wrong] of [['lock', undefined], ['put', 1], ['put', null]]) {
    const { url } = await platform(t)
    const [event, token] = await failing(url, { ...memoryStore().store, [method]: async () => wrong })
    assert.equal(token.reveal(), SECRETS.installation)
    assert.equal(event.error.message, `the store's ${method} returned ${wrong}, not true or false`)
  }
})

test('a store that never settles times out before the call does', async (t) => {
  const { url, requests } = await platform(t)
  const [event, token] = await failing(url, all(() => new Promise(() => {})), { timeoutMs: 2000 })
  assert.equal(token.reveal(), SECRETS.installation)
  assert.equal(requests.length, 1)
  assert.ok(event.error instanceof StoreError)
  assert.equal(event.error.message, 'the store did not reply within 500 ms')
})

test('an app does not show its store', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url, { store: { ...memoryStore().store, password: 'the-password' }, storeKey: KEY })
  for (const secret of ['the-password', KEY.toString('hex'), KEY.toString('base64')]) {
    assert.ok(!inspect(app, { depth: null, showHidden: true }).includes(secret))
  }
})

/** The event of a store that fails, and the token that was minted without it. */
async function failing(url, store, more) {
  let onFailure
  const failed = new Promise((resolve) => { onFailure = resolve })
  const onEvent = (event) => { if (event.kind === 'store_failed') onFailure(event) }
  const app = appOn(url, { store, storeUnencrypted: true, onEvent, ...more })
  const token = await app.installation(14).token()
  const event = await failed
  assert.ok(app.stats().storeFailed >= 1)
  return [event, token]
}
