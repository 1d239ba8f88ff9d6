'use strict'

// Lookups of installations. Native code takes pairs of a name and a value, and wants exactly one.

const { id, invalid, readOptions, text } = require('../arguments.cjs')

const LOOKUP = { account: id, id, organization: id, user: id, repository: text, enterprise: id }

/** The pairs of an object; a bare name or id could be that of an account or of an installation. */
function readLookup(lookup) {
  if (typeof lookup !== 'object' || lookup === null) throw invalid('the lookup', "an object such as { account: 'acme' }", lookup, HINT)
  return Object.entries(readOptions(lookup, LOOKUP))
}

const HINT = 'Say what to look up: account, id, organization, user, repository or enterprise.'

module.exports = { LOOKUP, readLookup }
