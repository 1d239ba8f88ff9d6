'use strict'

const { InvalidArgumentError, ask } = require('./errors.cjs')
const { fill } = require('./values.cjs')

const MAKE = Symbol('made by appmint')

/** The app as the platform has it registered. Its secrets stay in native memory until they are revealed. */
class Registration {
  #native

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('a Registration comes from an App')
    this.#native = native
    fill(this, ask(() => native.record()))
  }

  revealClientSecret() {
    return ask(() => this.#native.revealClientSecret())
  }

  revealWebhookSecret() {
    return ask(() => this.#native.revealWebhookSecret())
  }

  revealPrivateKey() {
    return ask(() => this.#native.revealPrivateKey())
  }
}

module.exports = { Registration, registrationOf: (native) => new Registration(MAKE, native) }
