'use strict'

// Signers for services that keep the private key.

module.exports = require('./lib/signers/signers.cjs')
