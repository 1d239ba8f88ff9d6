'use strict'

const native = require('./native.cjs')
const { App, Stats } = require('./lib/app.cjs')
const { Quota } = require('./lib/app/quota.cjs')
const { ApiResponse } = require('./lib/app/request.cjs')
const { errors } = require('./lib/errors.cjs')
const { AppEvent, ManualClock } = require('./lib/events.cjs')
const { Listing } = require('./lib/installations/listing.cjs')
const { Installation, Repository } = require('./lib/installations/records.cjs')
const { Authorization } = require('./lib/oauth/authorization.cjs')
const { Introspection } = require('./lib/oauth/introspection.cjs')
const { DeviceLogin, Login } = require('./lib/oauth/login.cjs')
const { Registration } = require('./lib/operations/registration.cjs')
const { discover } = require('./lib/settings.cjs')
const { TokenSource } = require('./lib/tokens/source.cjs')
const { Token } = require('./lib/tokens/token.cjs')
const { WebhookConfig, WebhookDelivery, WebhookEvent } = require('./lib/webhooks/records.cjs')

module.exports = {
  version: native.version(),
  platforms: Object.freeze(native.platforms()),
  secretPattern: native.secretPattern(),
  discover,
  App,
  ApiResponse,
  Quota,
  Stats,
  Installation,
  Listing,
  Repository,
  TokenSource,
  Token,
  Authorization,
  Login,
  DeviceLogin,
  Introspection,
  WebhookEvent,
  WebhookConfig,
  WebhookDelivery,
  Registration,
  AppEvent,
  ManualClock,
  ...errors,
}
