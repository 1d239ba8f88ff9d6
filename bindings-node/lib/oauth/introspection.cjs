'use strict'

const { fill } = require('../records.cjs')

/** The state of a token, as the authorization server reports it (RFC 7662). */
class Introspection {
  constructor(record) {
    fill(this, record)
  }
}

module.exports = { Introspection }
