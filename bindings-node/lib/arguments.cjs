'use strict'

// Reads the arguments of calls: checks them, and converts them to what native code takes. A reader
// gets the argument's name, for its error message, and the value.

const { InvalidArgumentError } = require('./errors.cjs')

const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer

function invalid(name, wanted, value, hint) {
  return new InvalidArgumentError(`${name} must be ${wanted}, not ${typeName(value)}`, { hint })
}

// Never the value, which may be a secret; but a number, which is none.
function typeName(value) {
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

/** Most programs have the ids of platforms as numbers; native code takes text. */
function id(name, value) {
  if (Number.isSafeInteger(value) && value >= 0) return String(value)
  if (typeof value === 'bigint' && value >= 0n) return String(value)
  if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) {
    throw invalid(name, 'a string', value, 'A number of this size has lost its last digits.')
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

/** Bytes with a signature: a body that was parsed and is written again has another one. */
function rawBytes(name, value) {
  if (typeof value === 'string' || isBytes(value)) return bytes(name, value)
  throw invalid(name, 'a string or bytes', value, 'Pass the raw bytes of the body, before anything parses them.')
}

function boolean(name, value) {
  if (typeof value !== 'boolean') throw invalid(name, 'true or false', value)
  return value
}

function milliseconds(name, value) {
  if (typeof value !== 'number' || !(value >= 0)) throw invalid(name, 'a number of milliseconds, 0 or more', value)
  return value
}

function count(name, value) {
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(name, 'a whole number, 0 or more', value)
  return value
}

function smallCount(name, value) {
  if (count(name, value) > 0xffffffff) throw invalid(name, 'less than 2^32', value)
  return value
}

/** Milliseconds since 1970. */
function time(name, value) {
  const millis = value instanceof Date ? value.getTime() : value
  if (!Number.isSafeInteger(millis)) throw invalid(name, 'a valid Date or a whole number of milliseconds', value)
  return millis
}

function json(name, value) {
  try {
    const written = JSON.stringify(value)
    if (written !== undefined) return written
  } catch (cause) {
    throw new InvalidArgumentError(`${name} cannot be written as JSON`, { cause })
  }
  throw invalid(name, 'a value that JSON can hold', value)
}

function jsonText(name, value) {
  return typeof value === 'string' ? value : json(name, value)
}

function func(name, value) {
  if (typeof value !== 'function') throw invalid(name, 'a function', value)
  return value
}

function texts(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of strings', value)
  return value.map((item) => text(`each item of ${name}`, item))
}

function textOrTexts(name, value) {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) throw invalid(name, 'a string or an array of strings', value)
  return texts(name, value)
}

function ids(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of ids', value)
  return value.map((item) => id(`each item of ${name}`, item))
}

function ports(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of ports', value)
  return value.map((item) => port(`each item of ${name}`, item))
}

function port(name, value) {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw invalid(name, 'a whole number from 0 to 65535', value)
  return value
}

/** Pairs of permissions and levels. A Map or an array has no members of its own, and would limit nothing. */
function permissions(name, value) {
  const isPlain = typeof value === 'object' && value !== null && !(Symbol.iterator in value)
  if (!isPlain) throw invalid(name, 'a plain object of permissions and levels', value)
  return Object.entries(value).map(([permission, level]) => [permission, text(`${name}.${permission}`, level)])
}

/** Pairs of names and values, of an object, a Map, a Headers or pairs. */
function headers(name, value) {
  if (typeof value !== 'object' || value === null) throw invalid(name, 'an object', value)
  const pairs = typeof value[Symbol.iterator] === 'function' ? [...value] : Object.entries(value)
  return pairs.flatMap((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw invalid(`each item of ${name}`, 'a pair of a name and a value', pair)
    const [key, given] = pair
    const values = Array.isArray(given) ? given : given === undefined ? [] : [given]
    return values.map((item) => [text('the name of a header', key), headerValue(key, item)])
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

/** Reads an object by a table of readers. A member that is undefined or null is absent. */
function readOptions(options, readers) {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null) throw invalid('the options', 'an object', options)
  const read = {}
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(readers, name)) throw unknownOption(name, Object.keys(readers))
    const value = options[name]
    const isAbsent = value === undefined || (value === null && readers[name] !== json)
    if (!isAbsent) read[name] = readers[name](name, value)
  }
  return read
}

/** The options of a call that takes no others. */
const WAIT_OPTIONS = { signal }

function unknownOption(name, known) {
  const simple = simplified(name)
  const near = known.find((each) => simplified(each) === simple) ?? known.find((each) => isOneEditAway(simplified(each), simple))
  const hint = near === undefined ? `The options are ${known.join(', ')}.` : `Did you mean ${near}?`
  return new InvalidArgumentError(`there is no option ${name}`, { hint })
}

/** A name without its case, its separators and its unit. */
const simplified = (name) => name.replaceAll(/[_-]/g, '').toLowerCase().replace(/ms$/, '')

/** Whether one letter is added, dropped, changed or swapped with the next. */
function isOneEditAway(known, name) {
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
  WAIT_OPTIONS, boolean, bytes, count, func, headers, id, ids, invalid, isBytes, json, jsonText, milliseconds, permissions,
  ports, rawBytes, readOptions, signal, smallCount, text, textOrTexts, texts, time, typeName, url,
}
