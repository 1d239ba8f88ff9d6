'use strict'

// Records of native code, as frozen objects.

/** Copies a record's members into an object, converts them, and freezes the object. */
function fill(object, record) {
  for (const [name, value] of Object.entries(record)) object[name] = convert(name, value)
  Object.freeze(object)
}

function convert(name, value) {
  if (name === 'raw' || name === 'payload') return JSON.parse(value)
  return isTime(name) ? dateOf(value) : Object.freeze(value)
}

const isTime = (name) => name.endsWith('At') || name === 'notBefore'

/** A new Date each time, since a Date can be changed by its holder. */
function dateOf(millis) {
  return millis === null ? null : new Date(millis)
}

function deepFreeze(value) {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}

module.exports = { dateOf, deepFreeze, fill }
