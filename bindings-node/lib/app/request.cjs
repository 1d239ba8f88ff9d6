'use strict'

const { amount, bytes, headers, json, options, signal, text } = require('./arguments.cjs')
const { tokenText } = require('./token.cjs')

const SOURCE_CALL = { headers, json, body: bytes, timeout: amount, signal }
const APP_CALL = { ...SOURCE_CALL, token: tokenText }
// A call that comes to its own end in time says more than one that is given up.
const GRACE = 250

/** An API call as native code takes it, and what ends the waiting for it. */
function callOf(method, path, given, readers) {
  const { signal, ...call } = options(given, readers)
  // A call as an installation may still wait for a token when its time is over.
  const timeout = call.timeout === undefined ? undefined : call.timeout + GRACE
  const made = { headers: [], ...call, method: text('method', method), path: text('path', path) }
  return { call: made, waiting: { signal, timeout } }
}

module.exports = {
  appCall: (method, path, given) => callOf(method, path, given, APP_CALL),
  sourceCall: (method, path, given) => callOf(method, path, given, SOURCE_CALL),
}
