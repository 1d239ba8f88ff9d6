'use strict'

const { inspect } = require('node:util')
const native = require('../native.cjs')
const { amount, invalid, time } = require('./arguments.cjs')

/** A clock that stands still until moved. */
class ManualClock {
  #native

  constructor(now) {
    this.#native = new native.ManualClock(time('now', now))
  }

  now() {
    return new Date(this.#native.now())
  }

  set(now) {
    this.#native.set(time('now', now))
  }

  advance(by) {
    this.#native.advance(amount('by', by))
  }

  [inspect.custom](_depth, options, show = inspect) {
    return `ManualClock ${show(this.now(), options)}`
  }

  static nativeOf(name, clock) {
    if (!(#native in Object(clock))) throw invalid(name, 'a ManualClock', clock)
    return clock.#native
  }
}

const { nativeOf } = ManualClock
delete ManualClock.nativeOf

module.exports = { ManualClock, nativeClockOf: nativeOf }
