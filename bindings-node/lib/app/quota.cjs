'use strict'

// The quota of requests.

const { fill } = require('../records.cjs')

/** The quota of requests, as the platform's last answer told it. */
class Quota {
  constructor(record) {
    fill(this, record)
  }
}

/** The quota of a record, or null. */
const quotaOf = (record) => (record === null ? null : new Quota(record))

module.exports = { Quota, quotaOf }
