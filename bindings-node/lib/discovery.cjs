'use strict'

const native = require('../native.cjs')
const { options, signal, text } = require('./arguments.cjs')
const { fly } = require('./flight.cjs')
const { NETWORK } = require('./settings.cjs')

/** The descriptor of the platform that an authorization server says it is, as JSON text. */
async function discover(issuer, given) {
  const { signal, ...settings } = options(given, DISCOVERY)
  // Not a URL: it is compared to the letter, and a URL writes its own slash.
  const asked = text('issuer', issuer)
  return await fly((...landing) => native.discover(...landing, asked, settings), { signal })
}

const DISCOVERY = { ...NETWORK, signal }

module.exports = { discover }
