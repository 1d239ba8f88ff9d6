'use strict'

const native = require('./native.cjs')
const { App } = require('./lib/app.cjs')
const { ManualClock } = require('./lib/clock.cjs')
const { ask, settle, ...errors } = require('./lib/errors.cjs')
const { Listing } = require('./lib/listing.cjs')
const { Registration } = require('./lib/registration.cjs')
const { TokenSource } = require('./lib/source.cjs')
const { Token } = require('./lib/token.cjs')
const {
  Authorization, HookConfig, HookDelivery, Installation, Repository, Response, Webhook,
} = require('./lib/values.cjs')

module.exports = {
  version: native.version(),
  platforms: Object.freeze(native.platforms()),
  App,
  TokenSource,
  Token,
  Installation,
  Listing,
  Registration,
  Repository,
  HookConfig,
  HookDelivery,
  Authorization,
  Response,
  Webhook,
  ManualClock,
  ...errors,
}
