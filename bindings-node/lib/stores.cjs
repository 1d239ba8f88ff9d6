'use strict'

// A store of the program's own.

const native = require('../native.cjs')
const { func, invalid, url } = require('./arguments.cjs')
const { ANYTHING, BOOLEAN, BYTES_OR_NULL, dispatcher } = require('./callbacks.cjs')
const { callNative } = require('./native_calls.cjs')
const { dateOf } = require('./records.cjs')

/** A store's URL as text, or an object with the methods of a store. */
function urlOrStore(name, value) {
  if (typeof value === 'string' || value instanceof URL) return url(name, value)
  if (typeof value !== 'object') throw invalid(name, 'a URL or an object', value)
  for (const method of Object.keys(TYPES)) func(`${name}.${method}`, value[method])
  return value
}

/** The native side of a store. It gives up on the store in time for the call to go on without it. */
function nativeStore(store, timeoutMs) {
  const methods = Object.entries(TYPES).map(([name, type]) => {
    return [name, { name: `the store's ${name}`, type, call: (...args) => store[name](...args) }]
  })
  const { put, ...others } = Object.fromEntries(methods)
  put.call = (name, value, expected, keepUntil) => store.put(name, value, expected, dateOf(keepUntil))
  const dispatch = dispatcher({ put, ...others })
  return callNative(() => new native.Store(dispatch, Math.min(timeoutMs / 4, MAX_TIMEOUT_MS)))
}

/** The return type of each method. */
const TYPES = { get: BYTES_OR_NULL, put: BOOLEAN, remove: ANYTHING, lock: BOOLEAN, unlock: ANYTHING }

const MAX_TIMEOUT_MS = 5000

module.exports = { nativeStore, urlOrStore }
