'use strict'

const { inspect } = require('node:util')
const { amount, fn, options, signal } = require('./arguments.cjs')
const { sourceCall } = require('./call.cjs')
const { InvalidArgumentError, ask, settle } = require('./errors.cjs')
const { fly } = require('./flight.cjs')
const { listingOf } = require('./listing.cjs')
const { telling } = require('./telling.cjs')
const { dateOf, tokenOf } = require('./token.cjs')
const { Repository, Response } = require('./values.cjs')

const MAKE = Symbol('made by appmint')

/** Tokens for one installation, for the app itself or for a user: from memory while they live long enough, else newly minted. */
class TokenSource {
  #native

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('a TokenSource comes from an App')
    this.#native = native
  }

  get installationId() {
    return ask(() => this.#native.installationId())
  }

  async token(given) {
    const { minValid, ...waiting } = options(given, TOKEN)
    return tokenOf(await fly((...landing) => this.#native.token(...landing, minValid), waiting))
  }

  onChange(callback) {
    fn('callback', callback)
    const changes = telling(([before, token]) => callback(before && tokenOf(before), tokenOf(token)))
    ask(() => this.#native.onChange(changes))
  }

  async authorizationHeader(given) {
    const { minValid, ...waiting } = options(given, TOKEN)
    return await fly((...landing) => this.#native.authorizationHeader(...landing, minValid), waiting)
  }

  get expiresAt() {
    return dateOf(ask(() => this.#native.expiresAt()))
  }

  invalidate() {
    ask(() => this.#native.invalidate())
  }

  async revoke(given) {
    const waiting = options(given, WAITING)
    await fly((...landing) => this.#native.revoke(...landing), waiting)
  }

  repositories(given) {
    const waiting = options(given, WAITING)
    return listingOf(settle(ask(() => this.#native.repositories())), Repository, waiting)
  }

  async request(method, path, given) {
    const { call, waiting } = sourceCall(method, path, given)
    return new Response(await fly((...landing) => this.#native.request(...landing, call), waiting))
  }

  [inspect.custom](_depth, options, show = inspect) {
    return `TokenSource ${show({ installationId: this.installationId }, options)}`
  }
}

const WAITING = { signal }
const TOKEN = { ...WAITING, minValid: amount, timeout: amount }

module.exports = { TokenSource, sourceOf: (native) => new TokenSource(MAKE, native) }
