'use strict'

// Calls of native code that complete later. Native code starts the call and returns at once if the
// result is known already; otherwise the result is queued into the event loop. No thread of libuv's
// is occupied.

const native = require('../native.cjs')
const { CancelledError } = require('./errors.cjs')
const { callNative, unwrap } = require('./native_calls.cjs')

const pending = new Map()
const completions = new native.Completions((id, outcome) => pending.get(id)?.(outcome))
let lastId = 0

/**
 * The result of a call. `start` is called with the queue and the id under which the outcome is queued.
 * A signal or a timeout ends the waiting, while the call goes on.
 */
async function complete(start, { signal, timeoutMs } = {}) {
  refuseAborted(signal)
  lastId = (lastId + 1) >>> 0
  const id = lastId
  return unwrap(callNative(() => start(completions, id)) ?? (await completion(id, signal, timeoutMs)))
}

function completion(id, signal, timeoutMs) {
  return new Promise((resolve, reject) => {
    const stopWaiting = () => {
      pending.delete(id)
      if (pending.size === 0) callNative(() => completions.allowExit())
      signal?.removeEventListener('abort', onAbort)
      clearTimeout(timer)
    }
    const onComplete = (outcome) => {
      stopWaiting()
      resolve(outcome)
    }
    const onAbort = () => {
      stopWaiting()
      reject(cancelled(signal))
    }
    pending.set(id, onComplete)
    // The process stays alive while a promise is pending, and no longer.
    if (pending.size === 1) callNative(() => completions.keepAlive())
    signal?.addEventListener('abort', onAbort, { once: true })
    const timer = timeoutMs === undefined ? undefined : setTimeout(onComplete, Math.min(timeoutMs, MAX_TIMER_MS), timeoutMs === 0 ? NO_TIME : TIMED_OUT)
  })
}

/** Throws if the signal is aborted already. */
function refuseAborted(signal) {
  if (signal?.aborted) throw cancelled(signal)
}

/** It has the name by which JavaScript tells that a signal was aborted. */
function cancelled(signal) {
  const error = new CancelledError('the call was cancelled by its signal', { cause: signal.reason })
  return Object.defineProperty(error, 'name', { value: 'AbortError', configurable: true, writable: true })
}

/** The outcome of a call that timed out, in the words of the core. */
const TIMED_OUT = [{
  kind: 'timeout',
  message: 'no answer before the deadline',
  hint: 'Raise `timeout`, or try again: the platform or the network is slow.',
  isRetryable: true,
}]
/** The outcome of a call that was given no time, in the words of the core. */
const NO_TIME = [{
  kind: 'timeout',
  message: 'the answer was not there yet, and the timeout of this call is 0',
  hint: 'Give a longer timeout: with 0 only an answer that is in memory comes.',
  isRetryable: true,
}]
/** A timer that is set for longer expires at once. */
const MAX_TIMER_MS = 0x7fffffff

module.exports = { complete, refuseAborted }
