'use strict'

// What native code asks of functions that a program gave. It asks from a thread of its own, which
// waits for the answer, or for the promise's.

const native = require('../native.cjs')
const { isBytes, kindOf } = require('./arguments.cjs')
const { ask } = require('./errors.cjs')
const { dateOf } = require('./token.cjs')

/** A signer is waited for as long as a whole call is. */
function signerOf(sign, timeout = CALL) {
  const asked = { sign: { whom: 'the signer', call: sign, ...BYTES } }
  return ask(() => new native.Signer(answering(asked), timeout))
}

/** A store is waited for so long that a call can still do without it. */
function storeOf(store, timeout = CALL) {
  const method = (name, answer, call = (...parts) => store[name](...parts)) => {
    return [name, { whom: `the store's ${name}`, call, ...answer }]
  }
  const put = (name, value, expected, keepUntil) => store.put(name, value, expected, dateOf(keepUntil))
  const asked = Object.fromEntries([
    method('get', BYTES_OR_NULL), method('put', FLAG, put), method('remove', ANYTHING), method('lock', FLAG),
    method('unlock', ANYTHING),
  ])
  return ask(() => new native.Store(answering(asked), Math.min(timeout / 4, STORE)))
}

function answering(asked) {
  return (question, name, parts) => void answer(question, asked[name], parts)
}

async function answer(question, { whom, call, wanted, read }, parts) {
  try {
    const given = await call(...parts)
    const told = read(given)
    if (told !== undefined) question.answer(told)
    else question.fail(`${whom} gave ${kindOf(given)}, not ${wanted}`)
  } catch (thrown) {
    question.fail(`${whom} threw ${nameOf(thrown)}`, describe(thrown))
  }
}

/** The bytes, or undefined of what is none. */
function bytesOf(given) {
  if (!isBytes(given)) return undefined
  if (given instanceof ArrayBuffer) return new Uint8Array(given)
  return new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
}

// Of what was thrown, even its name may throw.
function nameOf(thrown) {
  try {
    return thrown instanceof Error ? String(thrown.name) : kindOf(thrown)
  } catch {
    return 'something'
  }
}

function describe(thrown) {
  try {
    return String(thrown)
  } catch {
    return 'something that cannot be shown'
  }
}

// Native code is answered with bytes or null: a yes is any bytes, a no is null.
const YES = new Uint8Array(1)
const BYTES = { wanted: 'bytes', read: bytesOf }
const BYTES_OR_NULL = { wanted: 'bytes or null', read: (given) => (given === undefined || given === null ? null : bytesOf(given)) }
const FLAG = { wanted: 'true or false', read: (given) => (typeof given === 'boolean' ? (given ? YES : null) : undefined) }
const ANYTHING = { read: () => null }

/** The core's own default for a whole call, in milliseconds. */
const CALL = 30_000
const STORE = 5000

module.exports = { signerOf, storeOf }
