'use strict'

const { inspect } = require('node:util')
const { markAsUncloneable } = require('node:worker_threads')

/**
 * An object whose members are in native memory, which JavaScript does not see: structuredClone and postMessage
 * refuse it, since a clone would have nothing of it, and assert.deepStrictEqual tells two of them apart.
 */
class Opaque {
  /** Objects with the same `identity` and fields are deeply equal; without one, an object equals itself only. */
  constructor(identity = nextIdentity()) {
    const object = uncloneable(this, new.target)
    Object.defineProperty(object, IDENTITY, { value: identity, enumerable: true })
    return object
  }

  // Without the identity, and without getters, which would be called to be shown.
  [inspect.custom](_depth, options, show = inspect) {
    return `${this.constructor.name} ${show(Object.fromEntries(Object.entries(this)), options)}`
  }
}

/** Before Node 22.10, only an object of a kind that cannot be cloned is refused. */
function uncloneable(object, type) {
  if (!markAsUncloneable) return Reflect.construct(WeakRef, [TARGET], type)
  markAsUncloneable(object)
  return object
}

let identities = 0

function nextIdentity() {
  identities += 1
  return identities
}

const IDENTITY = Symbol('appmint.identity')
const TARGET = {}

module.exports = { Opaque }
