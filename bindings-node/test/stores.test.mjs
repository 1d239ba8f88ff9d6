import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { CallbackError, StoreError } from 'appmint'
import { SECRETS, appOn, platform } from './support.mjs'

const KEY = Buffer.alloc(32, 7)
const UNSHOWN = 'something that cannot be shown'
const METHODS = ['get', 'put', 'remove', 'lock', 'unlock']

/** A store in memory, which answers by promises and knows what it was asked. */
function shelf() {
  const [records, locks, asked] = [new Map(), new Map(), []]
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
    const answer = store[method]
    store[method] = (...parts) => { asked.push([method, parts]); return answer(...parts) }
  }
  return { store, records, locks, asked }
}

const all = (method) => Object.fromEntries(METHODS.map((name) => [name, method]))

test('two apps with one store mint once', async (t) => {
  const { url, asked } = await platform(t)
  const { store, records } = shelf()
  const apps = Array.from({ length: 2 }, () => appOn(url, { store, storeKey: KEY }))
  const tokens = await Promise.all(apps.map((app) => app.installation(14).token()))
  for (const token of tokens) assert.equal(token.reveal(), SECRETS.installation)
  assert.equal(asked.length, 1)
  assert.deepEqual(apps.map((app) => app.stats().minted + app.stats().fromStore), [1, 1])
  const [record] = records.values()
  assert.ok(!record.includes(SECRETS.installation))
})

test('a store is asked with names, bytes, dates and milliseconds', async (t) => {
  const { url } = await platform(t)
  const { store, asked, locks } = shelf()
  await appOn(url, { store, storeUnencrypted: true }).installation(14).token()
  assert.deepEqual(asked.map(([method]) => method), ['get', 'lock', 'get', 'put', 'unlock'])
  const [get, lock, , put, unlock] = asked.map(([, parts]) => parts)
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

test('what is there already is what a new value takes the place of', async (t) => {
  const { url } = await platform(t)
  const { store, asked, records } = shelf()
  store.get = async () => Buffer.from('of another')
  await appOn(url, { store, storeUnencrypted: true }).installation(14).token()
  const [, [, , expected]] = asked.find(([method]) => method === 'put')
  assert.deepEqual(expected, Buffer.from('of another'))
  assert.equal(records.size, 0)
})

test('a store’s methods are called as methods', async (t) => {
  class Kept {
    #records = new Map()
    get(name) { return this.#records.get(name) }
    put(name, value) { return Boolean(this.#records.set(name, value)) }
    remove() {}
    lock() { return this.#records.size === 0 }
    unlock() {}
  }
  const { url, asked } = await platform(t)
  const store = new Kept()
  for (let app = 0; app < 2; app += 1) await appOn(url, { store, storeUnencrypted: true }).installation(14).token()
  assert.equal(asked.length, 1)
})

test('a store that fails is an event and no error', async (t) => {
  const secret = 'redis://user:password@host'
  const failures = [
    [() => { throw new RangeError(secret) }, /^the store's get threw RangeError$/, `RangeError: ${secret}`],
    [async () => { throw new TypeError(secret) }, /^the store's get threw TypeError$/, `TypeError: ${secret}`],
    [() => Promise.reject(secret), /^the store's get threw a string$/, secret],
    [() => 'text', /^the store's get gave a string, not bytes or null$/],
    [() => 1, /^the store's get gave 1, not bytes or null$/],
    [() => { throw { get [Symbol.toStringTag]() { throw new Error(secret) } } }, /^the store's get threw an object$/, UNSHOWN],
    [() => { throw Object.defineProperty(new Error(), 'name', { get() { throw secret } }) }, /^the store's get threw something$/, UNSHOWN],
    [() => ({ then: () => { throw new Error('no') } }), /^the store's get threw Error$/, 'Error: no'],
  ]
  for (const [method, message, cause] of failures) {
    const { url, asked } = await platform(t)
    const [event, token] = await failing(url, all(method))
    assert.equal(token.reveal(), SECRETS.installation)
    assert.equal(asked.length, 1)
    assert.deepEqual([event.isWarning, event.installationId], [true, '14'])
    assert.ok(event.error instanceof CallbackError)
    assert.match(event.error.message, message)
    assert.equal(event.error.cause?.message, cause)
    assert.ok(!event.text.includes(secret))
  }
})

test('an answer that is neither yes nor no has failed', async (t) => {
  for (const [method, wrong] of [['lock', undefined], ['put', 1], ['put', null]]) {
    const { url } = await platform(t)
    const [event, token] = await failing(url, { ...shelf().store, [method]: async () => wrong })
    assert.equal(token.reveal(), SECRETS.installation)
    assert.equal(event.error.message, `the store's ${method} gave ${wrong}, not true or false`)
  }
})

test('a store that never answers is given up in time for the call', async (t) => {
  const { url, asked } = await platform(t)
  const [event, token] = await failing(url, all(() => new Promise(() => {})), { timeout: 2000 })
  assert.equal(token.reveal(), SECRETS.installation)
  assert.equal(asked.length, 1)
  assert.ok(event.error instanceof StoreError)
  assert.equal(event.error.message, 'the store gave no answer before the deadline')
})

test('a store of one’s own does not show itself', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url, { store: { ...shelf().store, password: 'the-password' }, storeKey: KEY })
  for (const secret of ['the-password', KEY.toString('hex'), KEY.toString('base64')]) {
    assert.ok(!inspect(app, { depth: null, showHidden: true }).includes(secret))
  }
})

/** The event of a store that fails, and the token that came all the same. */
async function failing(url, store, more) {
  let tell
  const told = new Promise((resolve) => { tell = resolve })
  const onEvent = (event) => { if (event.kind === 'store_failed') tell(event) }
  const app = appOn(url, { store, storeUnencrypted: true, onEvent, ...more })
  const token = await app.installation(14).token()
  const event = await told
  assert.ok(app.stats().storeFailed >= 1)
  return [event, token]
}
