'use strict'

// The token of a source, as JavaScript keeps it: while native code would return the same one, without any effect,
// it is not asked.

const { performance } = require('node:perf_hooks')
const native = require('../../native.cjs')
const { callNative } = require('../native_calls.cjs')
const { nativeToken, tokenOf } = require('./token.cjs')

// The program may replace the global one for its tests.
const { now: wallNow } = Date

/** The count of changes of tokens in memory, which native code counts up. It is a buffer of its own, which never moves. */
const changes = new Uint32Array(new ArrayBuffer(4))
const nativeChanges = callNative(() => new native.Changes(changes))

/** The tokens of an app's sources. */
class TokenMemory {
  #bySource = new WeakMap()
  #hasOwnClock

  /** An app with a clock of its own asks native code each time, because only that one reads the clock. */
  constructor(hasOwnClock) {
    this.#hasOwnClock = hasOwnClock
  }

  /** The source's token if native code would return it. */
  current(source) {
    const held = this.#bySource.get(source)
    return held !== undefined && held.isCurrent(undefined) ? held : undefined
  }

  of(source) {
    let held = this.#bySource.get(source)
    if (held === undefined) this.#bySource.set(source, (held = new HeldToken(this.#hasOwnClock)))
    return held
  }

  clear() {
    this.#bySource = new WeakMap()
  }
}

/** A token, and until when it is the answer. */
class HeldToken {
  token = null
  /** A promise of the token: all callers await the same one. */
  promise = null
  /** The one before it, as long as somebody else has it. */
  #before
  #native = null
  #maxUnaskedMs
  #count = NEVER
  /** The end of the time for which native code need not be asked, by the monotonic clock, for each `minValidMs`. */
  #ends = new Map()
  #defaultEnd = 0
  /** The wall clock's distance to the monotonic one, and by how much it has gone ahead since. */
  #distance = 0
  #ahead = 0
  #comparedUntil = 0

  constructor(hasOwnClock) {
    this.#maxUnaskedMs = hasOwnClock ? 0 : MAX_UNASKED_MS
  }

  isCurrent(minValidMs) {
    if (this.#count !== changes[0]) return false
    const now = performance.now()
    if (now >= this.#comparedUntil) this.#compareClocks(now)
    // A `minValidMs` that nobody has asked for has no end, and is not before it.
    return now + this.#ahead < (minValidMs === undefined ? this.#defaultEnd : this.#ends.get(minValidMs))
  }

  /** The token that native code has in memory, or null. */
  ask(source, minValidMs) {
    const count = changes[0] // before native code looks: a change after this is seen
    const record = source(minValidMs, this.#native ?? undefined)
    if (record === null) return null
    if (record.token !== null) this.#put(record.token)
    if (this.#count !== count) this.#begin(count)
    this.#setEnd(minValidMs, performance.now() + Math.min(record.untilRenewalMs, this.#maxUnaskedMs))
    return this.token
  }

  /** The Token of a native one: the same object for the same token. */
  adopt(nativeOne) {
    if (!this.#isSame(nativeOne)) this.#put(nativeOne)
    return this.token
  }

  /** The Token of a native one, which this is not about. */
  recognize(nativeOne) {
    if (this.#isSame(nativeOne)) return this.token
    const before = this.#before?.deref()
    const isBefore = before !== undefined && callNative(() => native.isSameToken(nativeToken('token', before), nativeOne))
    return isBefore ? before : tokenOf(nativeOne)
  }

  #isSame(nativeOne) {
    return this.#native !== null && callNative(() => native.isSameToken(this.#native, nativeOne))
  }

  #put(nativeOne) {
    this.#before = this.token === null ? undefined : new WeakRef(this.token)
    this.token = tokenOf(nativeOne)
    this.promise = Promise.resolve(this.token)
    this.#native = nativeToken('token', this.token)
    this.#count = NEVER
  }

  #begin(count) {
    this.#count = count
    this.#ends.clear()
    this.#defaultEnd = 0
    this.#distance = wallNow() - performance.now()
    this.#ahead = 0
  }

  #setEnd(minValidMs, end) {
    // The clocks may have gone apart since the count began.
    const byBoth = end + this.#ahead
    if (minValidMs === undefined) this.#defaultEnd = byBoth
    else if (this.#ends.size < MAX_ENDS || this.#ends.has(minValidMs)) this.#ends.set(minValidMs, byBoth)
  }

  /** A token ends when either clock says so; one that was set back has no say. */
  #compareClocks(now) {
    this.#ahead = Math.max(this.#ahead, wallNow() - now - this.#distance)
    this.#comparedUntil = now + CLOCK_RESOLUTION_MS
  }
}

/** No count: the array holds numbers from 0. */
const NEVER = -1
/** A program that asks for a different life each time is answered by native code. */
const MAX_ENDS = 8
/** As coarsely as native code reads its clocks. */
const CLOCK_RESOLUTION_MS = 5
/** The monotonic clock of JavaScript stands still while the machine is suspended. */
const MAX_UNASKED_MS = 10_000

module.exports = { TokenMemory, nativeChanges }
