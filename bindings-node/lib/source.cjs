'use strict'

const { inspect } = require('node:util')
const { amount, options, signal } = require('./arguments.cjs')
const { sourceCall } = require('./call.cjs')
const { InvalidArgumentError, ask } = require('./errors.cjs')
const { fly } = require('./flight.cjs')
const { tokenOf } = require('./token.cjs')
const { Response } = require('./values.cjs')

const MAKE = Symbol('made by appmint')

/** Tokens for one installation: from memory while they live long enough, else newly minted. */
class TokenSource {
  #native

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('a TokenSource comes from app.installation(id)')
    this.#native = native
  }

  get installationId() {
    return ask(() => this.#native.installationId())
  }

  async token(given) {
    const { minValid, signal } = options(given, TOKEN)
    return tokenOf(await fly((...landing) => this.#native.token(...landing, minValid), signal))
  }

  invalidate() {
    ask(() => this.#native.invalidate())
  }

  async request(method, path, given) {
    const { call, signal } = sourceCall(method, path, given)
    return new Response(await fly((...landing) => this.#native.request(...landing, call), signal))
  }

  [inspect.custom](_depth, options, show = inspect) {
    return `TokenSource ${show({ installationId: this.installationId }, options)}`
  }
}

const TOKEN = { minValid: amount, signal }

module.exports = { TokenSource, sourceOf: (native) => new TokenSource(MAKE, native) }
