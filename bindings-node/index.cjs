'use strict'

const native = require('./native.cjs')
const { App } = require('./lib/app.cjs')
const { Authorization } = require('./lib/authorization.cjs')
const { ManualClock } = require('./lib/clock.cjs')
const { discover } = require('./lib/discovery.cjs')
const { ask, errorOf, settle, ...errors } = require('./lib/errors.cjs')
const { Listing } = require('./lib/listing.cjs')
const { DeviceLogin, Login } = require('./lib/login.cjs')
const { Registration } = require('./lib/registration.cjs')
const { TokenSource } = require('./lib/source.cjs')
const { Token } = require('./lib/token.cjs')
const {
  Event, WebhookConfig, WebhookDelivery, Installation, Introspection, Repository, Response, Stats,
} = require('./lib/values.cjs')
const { WebhookEvent } = require('./lib/webhook.cjs')

module.exports = {
  version: native.version(),
  platforms: Object.freeze(native.platforms()),
  discover,
  App,
  TokenSource,
  Token,
  Installation,
  Listing,
  Registration,
  Repository,
  WebhookConfig,
  WebhookDelivery,
  Authorization,
  Login,
  DeviceLogin,
  Introspection,
  Response,
  WebhookEvent,
  Event,
  Stats,
  ManualClock,
  ...errors,
}
