'use strict'

const { inspect } = require('node:util')
const native = require('../native.cjs')
const {
  amount, bigWhole, bytes, flag, fn, id, jsonText, options, signal, text, textOrBytes, texts, url, whole,
} = require('./arguments.cjs')
const { appCall } = require('./call.cjs')
const { nativeClockOf } = require('./clock.cjs')
const { settle } = require('./errors.cjs')
const { fly } = require('./flight.cjs')
const { signerOf } = require('./signer.cjs')
const { sourceOf } = require('./source.cjs')
const { refreshTokenText, tokenOf } = require('./token.cjs')
const { Authorization, Installation, Response } = require('./values.cjs')

/** An app on a platform. */
class App {
  #native

  constructor(given) {
    const { clock, signer, ...settings } = options(given, SETTINGS)
    const asked = signer && signerOf(signer, settings.timeout)
    this.#native = settle(native.createApp(settings, clock, asked))
  }

  get fingerprint() {
    return this.#native.fingerprint()
  }

  get platformName() {
    return this.#native.platformName()
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

  async findInstallation(account, given) {
    const { signal } = options(given, WAITING)
    const name = id('account', account)
    return new Installation(await fly((...landing) => this.#native.findInstallation(...landing, name), signal))
  }

  installation(installationId) {
    return sourceOf(settle(this.#native.installation(id('id', installationId))))
  }

  authorize(given) {
    return new Authorization(settle(this.#native.authorize(options(given, AUTHORIZATION))))
  }

  authorizationCode(callbackUrl, state) {
    return settle(this.#native.authorizationCode(url('callbackUrl', callbackUrl), text('state', state)))
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

const SETTINGS = {
  platform: text,
  platformDescriptor: jsonText,
  apiUrl: url,
  webUrl: url,
  appId: id,
  clientId: text,
  clientSecret: text,
  privateKey: bytes,
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
const AUTHORIZATION = { redirectUri: url, state: text, scopes: texts, login: text }
const EXCHANGE = { redirectUri: url, codeVerifier: text, signal }

module.exports = { App }
