'use strict'

// Calls of native code that return at once.

const { InternalError, errorOf } = require('./errors.cjs')

/** The result of a call of native code, which throws only if it panicked or got a value of a wrong type. */
function callNative(call) {
  try {
    return call()
  } catch {
    // The error that was thrown may quote an argument, so it is not repeated.
    throw new InternalError('appmint failed internally', { hint: 'This is a bug in appmint; please report it.' })
  }
}

/** The value of an outcome; throws its error. */
function unwrap([record, value]) {
  if (record) throw errorOf(record)
  return value
}

module.exports = { callNative, unwrap }
