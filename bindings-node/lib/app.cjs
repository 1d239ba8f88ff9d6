'use strict'

const { inspect } = require('node:util')
const native = require('../native.cjs')
const {
  amount, bigWhole, bytes, flag, fn, headers, id, ids, jsonText, levels, options, rawBytes, signal, text, textOrBytes,
  textOrTexts, texts, url, whole,
} = require('./arguments.cjs')
const { appCall } = require('./call.cjs')
const { nativeClockOf } = require('./clock.cjs')
const { ask, settle } = require('./errors.cjs')
const { fly } = require('./flight.cjs')
const { signerOf } = require('./signer.cjs')
const { sourceOf } = require('./source.cjs')
const { refreshTokenText, tokenOf } = require('./token.cjs')
const { Authorization, Installation, Response, Webhook } = require('./values.cjs')

/** An app on a platform. */
class App {
  #native

  constructor(given) {
    const { clock, signer, ...settings } = options(given, SETTINGS)
    const asked = signer && signerOf(signer, settings.timeout)
    this.#native = settle(ask(() => native.createApp(settings, clock, asked)))
  }

  get fingerprint() {
    return ask(() => this.#native.fingerprint())
  }

  get platformName() {
    return ask(() => this.#native.platformName())
  }

  get clockOffset() {
    return ask(() => this.#native.clockOffset())
  }

  async jwt(given) {
    const { signal } = options(given, WAITING)
    return tokenOf(await fly((...landing) => this.#native.jwt(...landing), signal))
  }

  async installations(given) {
    const { signal } = options(given, WAITING)
    const records = await fly((...landing) => this.#native.installations(...landing), signal)
    return records.map((record) => new Installation(record))
  }

  async findInstallation(lookup, given) {
    const { signal } = options(given, WAITING)
    const by = lookupOf(lookup)
    return new Installation(await fly((...landing) => this.#native.findInstallation(...landing, by), signal))
  }

  installation(installationId, given) {
    const parts = [id('id', installationId), options(given, NARROWING)]
    return sourceOf(settle(ask(() => this.#native.installation(...parts))))
  }

  verifyWebhook(given, body, secrets) {
    const parts = [headers('headers', given), rawBytes('body', body), textOrTexts('secrets', secrets)]
    return new Webhook(settle(ask(() => this.#native.verifyWebhook(...parts))))
  }

  authorize(given) {
    const asked = options(given, AUTHORIZATION)
    return new Authorization(settle(ask(() => this.#native.authorize(asked))))
  }

  authorizationCode(callbackUrl, state) {
    const parts = [url('callbackUrl', callbackUrl), text('state', state)]
    return settle(ask(() => this.#native.authorizationCode(...parts)))
  }

  async exchangeCode(code, given) {
    const { redirectUri, codeVerifier, signal } = options(given, EXCHANGE)
    const parts = [text('code', code), redirectUri, codeVerifier]
    return tokenOf(await fly((...landing) => this.#native.exchangeCode(...landing, ...parts), signal))
  }

  async refresh(refreshToken, given) {
    const { signal } = options(given, WAITING)
    const spent = refreshTokenText('refreshToken', refreshToken)
    return tokenOf(await fly((...landing) => this.#native.refresh(...landing, spent), signal))
  }

  async request(method, path, given) {
    const { call, signal } = appCall(method, path, given)
    return new Response(await fly((...landing) => this.#native.request(...landing, call), signal))
  }

  [inspect.custom](_depth, options, show = inspect) {
    const { platformName, fingerprint } = this
    return `App ${show({ platformName, fingerprint }, options)}`
  }
}

/** Pairs of what an installation is looked up by and its value: native code wants exactly one. */
function lookupOf(given) {
  const isAccount = typeof given !== 'object' || given === null
  return isAccount ? [['account', id('account', given)]] : Object.entries(options(given, LOOKUP))
}

const SETTINGS = {
  platform: text,
  platformDescriptor: jsonText,
  host: text,
  apiUrl: url,
  webUrl: url,
  appId: id,
  clientId: text,
  clientSecret: text,
  privateKey: bytes,
  otherPrivateKey: bytes,
  privateKeyPassphrase: text,
  signer: fn,
  jwtBackDate: amount,
  jwtLifetime: amount,
  timeout: amount,
  connectTimeout: amount,
  proxy: url,
  rootCertificates: textOrBytes,
  userAgent: text,
  allowPlainHttp: flag,
  maxResponseBody: bigWhole,
  retries: whole,
  clock: nativeClockOf,
}
const WAITING = { signal }
const LOOKUP = { account: id, id, organization: id, user: id, repository: text, enterprise: id }
const NARROWING = { repositories: texts, repositoryIds: ids, permissions: levels }
const AUTHORIZATION = { redirectUri: url, state: text, scopes: texts, login: text }
const EXCHANGE = { redirectUri: url, codeVerifier: text, signal }

module.exports = { App }
