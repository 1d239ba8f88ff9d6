'use strict'

// Calls on their way. Native code starts one and says at once what it already knows; everything
// else lands here. Neither waits on a thread of libuv's.

const native = require('../native.cjs')
const { CancelledError, ask, settle } = require('./errors.cjs')

const aloft = new Map()
const landings = new native.Landings((id, outcome) => aloft.get(id)?.(outcome))
let last = 0

/**
 * The value that a call lands with. `start` gets where to land, and the id to land with. A signal, or
 * a timeout in milliseconds, ends the waiting, while the call goes on.
 */
async function fly(start, { signal, timeout } = {}) {
  if (signal?.aborted) throw cancelled(signal)
  last = (last + 1) >>> 0
  const id = last
  return settle(ask(() => start(landings, id)) ?? (await landing(id, signal, timeout)))
}

function landing(id, signal, timeout) {
  return new Promise((resolve, reject) => {
    const leave = () => {
      aloft.delete(id)
      if (aloft.size === 0) ask(() => landings.release())
      signal?.removeEventListener('abort', abandon)
      clearTimeout(timer)
    }
    const land = (outcome) => {
      leave()
      resolve(outcome)
    }
    const abandon = () => {
      leave()
      reject(cancelled(signal))
    }
    aloft.set(id, land)
    // The process lives while somebody waits, and no longer.
    if (aloft.size === 1) ask(() => landings.hold())
    signal?.addEventListener('abort', abandon, { once: true })
    const timer = timeout === undefined ? undefined : setTimeout(land, Math.min(timeout, LONGEST), OVERDUE)
  })
}

function cancelled(signal) {
  return new CancelledError('the caller stopped waiting', { cause: signal.reason })
}

/** What the core says of a call that it stops waiting for. */
const OVERDUE = [{
  kind: 'timeout',
  message: 'no answer before the deadline',
  hint: 'Raise `timeout`, or try again: the platform or the way to it is slow.',
  isRetryable: true,
}]
/** A timer that is set for longer goes off at once. */
const LONGEST = 0x7fffffff

module.exports = { fly }
