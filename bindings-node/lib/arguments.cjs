'use strict'

// What callers give, checked and put into the forms that native code takes.

const { InvalidArgumentError } = require('./errors.cjs')

const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer

function invalid(name, wanted, given, hint) {
  return new InvalidArgumentError(`${name} must be ${wanted}, not ${kindOf(given)}`, { hint })
}

// Never the value: it may be a secret.
function kindOf(value) {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  return isBytes(value) ? 'bytes' : Array.isArray(value) ? 'an array' : 'an object'
}

function text(name, value) {
  if (typeof value !== 'string') throw invalid(name, 'a string', value)
  return value
}

function url(name, value) {
  return text(name, value instanceof URL ? value.href : value)
}

/** Platforms' ids are numbers in most programs, and text here. */
function id(name, value) {
  if (Number.isSafeInteger(value) && value >= 0) return String(value)
  if (typeof value === 'bigint' && value >= 0n) return String(value)
  if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) {
    throw invalid(name, 'a string', value, 'A number as large as this has lost its last digits.')
  }
  if (typeof value !== 'string') throw invalid(name, 'a string or a whole number', value)
  return value
}

function bytes(name, value) {
  if (typeof value === 'string') return Buffer.from(value)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw invalid(name, 'a string or bytes', value)
}

/** Bytes that were signed: what was parsed and is written again has another signature. */
function rawBytes(name, value) {
  if (typeof value === 'string' || isBytes(value)) return bytes(name, value)
  throw invalid(name, 'a string or bytes', value, 'Pass the raw bytes as they came, before anything parses them.')
}

function textOrBytes(name, value) {
  return typeof value === 'string' ? value : Buffer.from(bytes(name, value)).toString()
}

function flag(name, value) {
  if (typeof value !== 'boolean') throw invalid(name, 'true or false', value)
  return value
}

function amount(name, value) {
  if (typeof value !== 'number' || !(value >= 0)) throw invalid(name, 'a number that is not negative', value)
  return value
}

function whole(name, value) {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw invalid(name, 'a whole number', value)
  return value
}

function bigWhole(name, value) {
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(name, 'a whole number', value)
  return value
}

/** Milliseconds since 1970, of a Date or of a number. */
function time(name, value) {
  const millis = value instanceof Date ? value.getTime() : value
  if (!Number.isSafeInteger(millis)) throw invalid(name, 'a Date or whole milliseconds', value)
  return millis
}

function json(name, value) {
  try {
    const written = JSON.stringify(value)
    if (written !== undefined) return written
  } catch (cause) {
    throw new InvalidArgumentError(`${name} cannot be written as JSON`, { cause })
  }
  throw invalid(name, 'a value that JSON has', value)
}

function jsonText(name, value) {
  return typeof value === 'string' ? value : json(name, value)
}

function fn(name, value) {
  if (typeof value !== 'function') throw invalid(name, 'a function', value)
  return value
}

function texts(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of strings', value)
  return value.map((each) => text(`each of ${name}`, each))
}

function ports(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of ports', value)
  return value.map((each) => port(`each of ${name}`, each))
}

function port(name, value) {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw invalid(name, 'a port', value)
  return value
}

function textOrTexts(name, value) {
  return typeof value === 'string' ? [value] : texts(name, value)
}

function ids(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of ids', value)
  return value.map((each) => id(`each of ${name}`, each))
}

/** Pairs of permissions and levels, of an object. What else there is has no members, and would grant all. */
function levels(name, value) {
  const isPlain = typeof value === 'object' && value !== null && !(Symbol.iterator in value)
  if (!isPlain) throw invalid(name, 'an object of names and levels', value)
  return Object.entries(value).map(([permission, level]) => [permission, text(`the level of ${permission}`, level)])
}

/** Pairs of names and values, of an object, a Map, a Headers or pairs. */
function headers(name, value) {
  if (typeof value !== 'object' || value === null) throw invalid(name, 'an object', value)
  const pairs = typeof value[Symbol.iterator] === 'function' ? [...value] : Object.entries(value)
  return pairs.flatMap((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw invalid(`each of ${name}`, 'a name and a value', pair)
    const [key, given] = pair
    const values = Array.isArray(given) ? given : given === undefined ? [] : [given]
    return values.map((each) => [text('a header name', key), headerValue(key, each)])
  })
}

function headerValue(name, value) {
  return typeof value === 'number' ? String(value) : text(`the header ${name}`, value)
}

function signal(name, value) {
  if (typeof value?.aborted !== 'boolean' || typeof value.addEventListener !== 'function') {
    throw invalid(name, 'an AbortSignal', value)
  }
  return value
}

/** Reads an object of options by a table of readers; what is undefined or null is absent. */
function options(given, readers) {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null) throw invalid('the options', 'an object', given)
  const read = {}
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(readers, name)) throw unknown(name, Object.keys(readers))
    const value = given[name]
    const isAbsent = value === undefined || (value === null && readers[name] !== json)
    if (!isAbsent) read[name] = readers[name](name, value)
  }
  return read
}

function unknown(name, names) {
  const near = names.find((known) => bare(known) === bare(name)) ?? names.find((known) => isNear(bare(known), bare(name)))
  const hint = near === undefined ? `There is ${names.join(', ')}.` : `Did you mean ${near}?`
  return new InvalidArgumentError(`there is no option ${name}`, { hint })
}

const bare = (name) => name.replaceAll(/[_-]/g, '').toLowerCase()

/** Whether one name becomes the other by one letter added, dropped, changed or swapped with the next. */
function isNear(known, name) {
  let start = 0
  while (start < name.length && known[start] === name[start]) start += 1
  const rest = (text, skipped) => text.slice(start + skipped)
  return (
    rest(known, 1) === rest(name, 0) ||
    rest(known, 0) === rest(name, 1) ||
    rest(known, 1) === rest(name, 1) ||
    (rest(known, 2) === rest(name, 2) && known[start] === name[start + 1] && known[start + 1] === name[start])
  )
}

module.exports = {
  amount, bigWhole, bytes, flag, fn, headers, id, ids, invalid, isBytes, json, jsonText, kindOf, levels, options,
  ports, rawBytes, signal, text, textOrBytes, textOrTexts, texts, time, url, whole,
}
