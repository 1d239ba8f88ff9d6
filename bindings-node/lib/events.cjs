'use strict'

const { inspect } = require('node:util')
const native = require('../native.cjs')
const { amount, invalid, time } = require('./arguments.cjs')
const { ask } = require('./errors.cjs')

/** A clock that stands still until moved. */
class ManualClock {
  #native

  constructor(now) {
    const millis = time('now', now)
    this.#native = ask(() => new native.ManualClock(millis))
  }

  now() {
    return new Date(ask(() => this.#native.now()))
  }

  set(now) {
    const millis = time('now', now)
    ask(() => this.#native.set(millis))
  }

  advance(by) {
    const millis = amount('by', by)
    ask(() => this.#native.advance(millis))
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
