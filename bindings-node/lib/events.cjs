'use strict'

// Events, and the clock for tests.

const { inspect } = require('node:util')
const native = require('../native.cjs')
const { quotaOf } = require('./app/quota.cjs')
const { invalid, milliseconds, time } = require('./arguments.cjs')
const { notifications } = require('./callbacks.cjs')
const { errorOf } = require('./errors.cjs')
const { callNative } = require('./native_calls.cjs')
const { Opaque } = require('./opaque.cjs')

/** Something that happened to an app's tokens. */
class AppEvent {
  constructor({ error, quota, ...record }) {
    Object.assign(this, record)
    this.quota = quotaOf(quota)
    this.error = error === null ? null : errorOf(error)
    Object.freeze(this)
  }
}

/** The queue through which native code calls `onEvent`. */
function eventNotifications(onEvent) {
  return notifications('onEvent', (record) => onEvent(new AppEvent(record)))
}

/** A clock that stands still until it is moved. */
class ManualClock extends Opaque {
  #native

  constructor(now) {
    super()
    const millis = time('now', now)
    this.#native = callNative(() => new native.ManualClock(millis))
  }

  now() {
    return new Date(callNative(() => this.#native.now()))
  }

  set(now) {
    const millis = time('now', now)
    callNative(() => this.#native.set(millis))
  }

  advance(byMs) {
    const millis = milliseconds('byMs', byMs)
    callNative(() => this.#native.advance(millis))
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

module.exports = { AppEvent, ManualClock, eventNotifications, nativeClock: nativeOf }
