'use strict'

// Functions of the program that native code calls: methods, whose replies it waits for on a thread of
// its own, and notifications, whose results it ignores.

const native = require('../native.cjs')
const { isBytes, typeName } = require('./arguments.cjs')
const { callNative, unwrap } = require('./native_calls.cjs')

/**
 * The function through which native code calls these methods by their names. A method is a function
 * `call`, its `name` in error messages, and the `type` of what it returns or resolves with.
 */
function dispatcher(methods) {
  return (deferred, name, args) => void settle(deferred, methods[name], args)
}

async function settle(deferred, { name, call, type }, args) {
  try {
    const value = await call(...args)
    const reply = type.read(value)
    if (reply !== undefined) deferred.resolve(reply)
    else deferred.reject(`${name} returned ${typeName(value)}, not ${type.description}`)
  } catch (thrown) {
    deferred.reject(`${name} threw ${errorName(thrown)}`, describe(thrown))
  }
}

/** A queue through which native code notifies a callback of this name. It does not keep the process alive. */
function notifications(name, callback) {
  const listener = { name, callback, hasWarned: false }
  return callNative(() => new native.Completions((_, outcome) => void notify(listener, outcome)))
}

async function notify(listener, outcome) {
  try {
    await listener.callback(unwrap(outcome))
  } catch (thrown) {
    warnOnce(listener, thrown)
  }
}

/** No caller waits for this callback, so nobody can handle its error; one that always fails warns once. */
function warnOnce(listener, thrown) {
  if (listener.hasWarned) return
  listener.hasWarned = true
  const detail = thrown instanceof Error ? thrown.stack : undefined
  process.emitWarning(`${listener.name} threw ${errorName(thrown)}`, { type: 'AppmintWarning', code: 'APPMINT_CALLBACK', detail })
}

/** The bytes, or undefined if the value is of another type. */
function readBytes(value) {
  if (!isBytes(value)) return undefined
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

// Even the name of a thrown value may be a getter that throws.
function errorName(thrown) {
  try {
    return thrown instanceof Error ? String(thrown.name) : typeName(thrown)
  } catch {
    return 'an error without a name'
  }
}

function describe(thrown) {
  try {
    return String(thrown)
  } catch {
    return 'a value that cannot be shown'
  }
}

// Native code takes bytes or null: true is any bytes, false is null.
const TRUE = new Uint8Array(1)
const BYTES = { description: 'bytes', read: readBytes }
const BYTES_OR_NULL = {
  description: 'bytes or null',
  read: (value) => (value === undefined || value === null ? null : readBytes(value)),
}
const BOOLEAN = {
  description: 'true or false',
  read: (value) => (typeof value === 'boolean' ? (value ? TRUE : null) : undefined),
}
const ANYTHING = { read: () => null }

module.exports = { ANYTHING, BOOLEAN, BYTES, BYTES_OR_NULL, dispatcher, notifications }
