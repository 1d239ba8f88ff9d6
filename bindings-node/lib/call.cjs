'use strict'

const { bytes, headers, json, options, signal, text } = require('./arguments.cjs')
const { tokenText } = require('./token.cjs')

const SOURCE_CALL = { headers, json, body: bytes, signal }
const APP_CALL = { ...SOURCE_CALL, token: tokenText }

/** An API call as native code takes it, and what ends the waiting for it. */
function callOf(method, path, given, readers) {
  const { signal, ...call } = options(given, readers)
  return { call: { headers: [], ...call, method: text('method', method), path: text('path', path) }, signal }
}

module.exports = {
  appCall: (method, path, given) => callOf(method, path, given, APP_CALL),
  sourceCall: (method, path, given) => callOf(method, path, given, SOURCE_CALL),
}
