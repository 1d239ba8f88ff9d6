'use strict'

const { inspect } = require('node:util')
const native = require('../native.cjs')
const {
  flag, headers, id, ids, levels, options, ports, rawBytes, signal, text, textOrTexts, texts, url,
} = require('./arguments.cjs')
const { authorizationOf, nativeAuthorizationOf } = require('./authorization.cjs')
const { appCall } = require('./call.cjs')
const { ask, settle } = require('./errors.cjs')
const { fly } = require('./flight.cjs')
const { listingOf } = require('./listing.cjs')
const { deviceLoginOf, loginOf } = require('./login.cjs')
const { registrationOf } = require('./registration.cjs')
const { settingsOf } = require('./settings.cjs')
const { sourceOf } = require('./source.cjs')
const { nativeTokenOf, refreshTokenText, tokenOf, tokenText, tokenTexts } = require('./token.cjs')
const { WebhookConfig, WebhookDelivery, Installation, Introspection, Response, Stats } = require('./values.cjs')
const { nativeWebhookOf, webhookOf } = require('./webhook.cjs')

/** An app on a platform. */
class App {
  #native

  constructor(given) {
    const settings = settingsOf(given)
    this.#native = settle(ask(() => native.createApp(...settings)))
  }

  get fingerprint() {
    return this.#ask('fingerprint')
  }

  get platformName() {
    return this.#ask('platformName')
  }

  get clockOffset() {
    return this.#ask('clockOffset')
  }

  async jwt(given) {
    return tokenOf(await this.#fly('jwt', options(given, WAITING)))
  }

  installations(given) {
    const waiting = options(given, WAITING)
    return listingOf(settle(this.#ask('installations')), Installation, waiting)
  }

  async findInstallation(lookup, given) {
    return new Installation(await this.#fly('findInstallation', options(given, WAITING), lookupOf('account', lookup)))
  }

  installation(lookup, given) {
    const parts = [lookupOf('id', lookup), options(given, NARROWING)]
    return sourceOf(settle(this.#ask('installation', ...parts)))
  }

  appTokens(given) {
    return sourceOf(settle(this.#ask('appTokens', options(given, APP_TOKENS))))
  }

  async suspendInstallation(installationId, given) {
    await this.#fly('suspendInstallation', options(given, WAITING), id('id', installationId))
  }

  async unsuspendInstallation(installationId, given) {
    await this.#fly('unsuspendInstallation', options(given, WAITING), id('id', installationId))
  }

  async deleteInstallation(installationId, given) {
    await this.#fly('deleteInstallation', options(given, WAITING), id('id', installationId))
  }

  async revokeInstallationToken(token, given) {
    await this.#fly('revokeInstallationToken', options(given, WAITING), tokenText('token', token))
  }

  async registration(given) {
    return registrationOf(await this.#fly('registration', options(given, WAITING)))
  }

  async convertManifest(code, given) {
    return registrationOf(await this.#fly('convertManifest', options(given, WAITING), text('code', code)))
  }

  installUrl(given) {
    const asked = options(given, INSTALL)
    text('appSlug', asked.appSlug)
    return authorizationOf(settle(this.#ask('installUrl', asked)))
  }

  async finishInstall(callbackUrl, state, given) {
    const parts = [url('callbackUrl', callbackUrl), text('state', state)]
    return new Installation(await this.#fly('finishInstall', options(given, WAITING), ...parts))
  }

  verifyWebhook(given, body, secrets) {
    const parts = [headers('headers', given), rawBytes('body', body), textOrTexts('secrets', secrets)]
    return webhookOf(settle(this.#ask('verifyWebhook', ...parts)))
  }

  applyWebhook(webhook) {
    return this.#ask('applyWebhook', nativeWebhookOf('webhook', webhook))
  }

  async webhookConfig(given) {
    return new WebhookConfig(await this.#fly('webhookConfig', options(given, WAITING)))
  }

  async updateWebhookConfig(given) {
    const { signal, ...change } = options(given, HOOK)
    return new WebhookConfig(await this.#fly('updateWebhookConfig', { signal }, change))
  }

  webhookDeliveries(given) {
    const waiting = options(given, WAITING)
    return listingOf(settle(this.#ask('webhookDeliveries')), WebhookDelivery, waiting)
  }

  async webhookDelivery(deliveryId, given) {
    return new WebhookDelivery(await this.#fly('webhookDelivery', options(given, WAITING), id('id', deliveryId)))
  }

  async redeliverWebhook(deliveryId, given) {
    await this.#fly('redeliverWebhook', options(given, WAITING), id('deliveryId', deliveryId))
  }

  authorize(given) {
    return authorizationOf(settle(this.#ask('authorize', options(given, AUTHORIZATION))))
  }

  authorizationCode(callbackUrl, state) {
    const parts = [url('callbackUrl', callbackUrl), text('state', state)]
    return settle(this.#ask('authorizationCode', ...parts))
  }

  async exchangeCode(code, given) {
    const { redirectUri, codeVerifier, signal } = options(given, EXCHANGE)
    const parts = [text('code', code), redirectUri, codeVerifier]
    return tokenOf(await this.#fly('exchangeCode', { signal }, ...parts))
  }

  async finishAuthorization(authorization, callbackUrl, given) {
    const parts = [nativeAuthorizationOf('authorization', authorization), url('callbackUrl', callbackUrl)]
    return tokenOf(await this.#fly('finishAuthorization', options(given, WAITING), ...parts))
  }

  sealAuthorization(authorization) {
    return settle(this.#ask('sealAuthorization', nativeAuthorizationOf('authorization', authorization)))
  }

  openAuthorization(sealed) {
    return authorizationOf(settle(this.#ask('openAuthorization', text('sealed', sealed))))
  }

  startLogin(given) {
    return loginOf(settle(this.#ask('startLogin', options(given, LOGIN))))
  }

  async startDeviceLogin(given) {
    const { scopes, ...waiting } = options(given, DEVICE_LOGIN)
    return deviceLoginOf(await this.#fly('startDeviceLogin', waiting, scopes))
  }

  session(name) {
    return sourceOf(settle(this.#ask('session', text('name', name))))
  }

  async startSession(name, token, given) {
    const parts = [text('name', name), nativeTokenOf('token', token)]
    await this.#fly('startSession', options(given, WAITING), ...parts)
  }

  async endSession(name, given) {
    await this.#fly('endSession', options(given, WAITING), text('name', name))
  }

  async refresh(refreshToken, given) {
    const spent = refreshTokenText('refreshToken', refreshToken)
    return tokenOf(await this.#fly('refresh', options(given, WAITING), spent))
  }

  async checkToken(token, given) {
    return tokenOf(await this.#fly('checkToken', options(given, WAITING), tokenText('token', token)))
  }

  async resetToken(token, given) {
    return tokenOf(await this.#fly('resetToken', options(given, WAITING), tokenText('token', token)))
  }

  async scopeToken(token, given) {
    const { signal, target, targetId, ...narrowing } = options(given, SCOPING)
    const parts = [tokenText('token', token), { target, targetId }, narrowing]
    return tokenOf(await this.#fly('scopeToken', { signal }, ...parts))
  }

  async deleteToken(token, given) {
    await this.#fly('deleteToken', options(given, WAITING), tokenText('token', token))
  }

  async deleteGrant(token, given) {
    await this.#fly('deleteGrant', options(given, WAITING), tokenText('token', token))
  }

  async revokeToken(token, given) {
    const { tokenTypeHint, signal } = options(given, HINTED)
    await this.#fly('revokeToken', { signal }, tokenText('token', token), tokenTypeHint)
  }

  async introspectToken(token, given) {
    const { tokenTypeHint, signal } = options(given, HINTED)
    return new Introspection(await this.#fly('introspectToken', { signal }, tokenText('token', token), tokenTypeHint))
  }

  async revokeCredentials(credentials, given) {
    await this.#fly('revokeCredentials', options(given, WAITING), tokenTexts('credentials', credentials))
  }

  async request(method, path, given) {
    const { call, waiting } = appCall(method, path, given)
    return new Response(await this.#fly('request', waiting, call))
  }

  stats() {
    return new Stats(this.#ask('stats'))
  }

  close() {
    this.#ask('close')
  }

  [inspect.custom](_depth, options, show = inspect) {
    const { platformName, fingerprint } = this
    return `App ${show({ platformName, fingerprint }, options)}`
  }

  /** What native code answers at once. */
  #ask(name, ...parts) {
    return ask(() => this.#native[name](...parts))
  }

  /** What a call of native code lands with. */
  #fly(name, waiting, ...parts) {
    return fly((...landing) => this.#native[name](...landing, ...parts), waiting)
  }
}

// `using app = new App(…)`, where there is such a symbol.
if (Symbol.dispose) {
  const value = function dispose() { this.close() }
  Object.defineProperty(App.prototype, Symbol.dispose, { value, configurable: true, writable: true })
}

/** Pairs of what an installation is looked up by and its value: native code wants exactly one. */
function lookupOf(name, given) {
  const isOne = typeof given !== 'object' || given === null
  return isOne ? [[name, id(name, given)]] : Object.entries(options(given, LOOKUP))
}

const WAITING = { signal }
const LOOKUP = { account: id, id, organization: id, user: id, repository: text, enterprise: id }
const NARROWING = { repositories: texts, repositoryIds: ids, permissions: levels }
const APP_TOKENS = { scopes: texts, subject: text }
const HINTED = { tokenTypeHint: text, signal }
const SCOPING = { ...NARROWING, target: text, targetId: id, signal }
const INSTALL = { appSlug: text, state: text, redirectUri: url }
const HOOK = { url, contentType: text, secret: text, insecureSsl: flag, signal }
const AUTHORIZATION = { redirectUri: url, state: text, scopes: texts, loginHint: text }
const LOGIN = { scopes: texts, loginHint: text, ports, path: text }
const DEVICE_LOGIN = { scopes: texts, signal }
const EXCHANGE = { redirectUri: url, codeVerifier: text, signal }

module.exports = { App }
