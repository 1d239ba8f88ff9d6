'use strict'

// Calls on their way. Native code starts one and says at once what it already knows; everything
// else lands here. Neither waits on a thread of libuv's.

const native = require('../native.cjs')
const { CancelledError, ask, settle } = require('./errors.cjs')

const aloft = new Map()
const landings = new native.Landings((id, outcome) => aloft.get(id)?.(outcome))
let last = 0

/** The value that a call lands with. `start` gets where to land, and the id to land with. */
async function fly(start, signal) {
  if (signal?.aborted) throw cancelled(signal)
  last = (last + 1) >>> 0
  const id = last
  return settle(ask(() => start(landings, id)) ?? (await landing(id, signal)))
}

function landing(id, signal) {
  return new Promise((resolve, reject) => {
    const leave = () => {
      aloft.delete(id)
      if (aloft.size === 0) ask(() => landings.release())
      signal?.removeEventListener('abort', abandon)
    }
    const abandon = () => {
      leave()
      reject(cancelled(signal))
    }
    aloft.set(id, (outcome) => {
      leave()
      resolve(outcome)
    })
    // The process lives while somebody waits, and no longer.
    if (aloft.size === 1) ask(() => landings.hold())
    signal?.addEventListener('abort', abandon, { once: true })
  })
}

function cancelled(signal) {
  return new CancelledError('the caller stopped waiting', { cause: signal.reason })
}

module.exports = { fly }
