'use strict'

// Webhooks: verified, dispatched by their events, and read from the servers of Node.

const { Webhooks } = require('./lib/webhooks/dispatcher.cjs')

module.exports = { Webhooks }
