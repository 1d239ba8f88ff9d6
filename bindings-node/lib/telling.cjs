'use strict'

// What native code tells without being asked. It does not keep the process alive, and what a
// callback throws, or rejects with, ends nothing.

const native = require('../native.cjs')
const { ask, settle } = require('./errors.cjs')

/** The queue that native code tells things by: the callback gets what is made of each. */
function telling(callback, make) {
  return ask(() => new native.Landings((_, outcome) => void tell(callback, make, outcome)))
}

async function tell(callback, make, outcome) {
  try {
    await callback(make(settle(outcome)))
  } catch {
    // Nobody called who could be told.
  }
}

module.exports = { telling }
