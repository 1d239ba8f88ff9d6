'use strict'

// What native code tells without being asked. It does not keep the process alive, and what a
// callback throws, or rejects with, ends nothing.

const native = require('../native.cjs')
const { ask, settle } = require('./errors.cjs')

/** The queue that native code tells things by: the callback gets each as native code has it. */
function telling(callback) {
  return ask(() => new native.Landings((_, outcome) => void tell(callback, outcome)))
}

async function tell(callback, outcome) {
  try {
    await callback(settle(outcome))
  } catch {
    // Nobody called who could be told.
  }
}

module.exports = { telling }
