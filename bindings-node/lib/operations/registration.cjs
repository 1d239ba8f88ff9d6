'use strict'

const { InvalidArgumentError } = require('../errors.cjs')
const { callNative } = require('../native_calls.cjs')
const { Opaque } = require('../opaque.cjs')
const { fill } = require('../records.cjs')

const INTERNAL = Symbol('appmint')

/** The app as it is registered on the platform. Its secrets stay in native memory until they are revealed. */
class Registration extends Opaque {
  #native

  constructor(key, native) {
    if (key !== INTERNAL) throw new InvalidArgumentError('a Registration comes from an App')
    super()
    this.#native = native
    fill(this, callNative(() => native.record()))
  }

  revealClientSecret() {
    return callNative(() => this.#native.revealClientSecret())
  }

  revealWebhookSecret() {
    return callNative(() => this.#native.revealWebhookSecret())
  }

  revealPrivateKey() {
    return callNative(() => this.#native.revealPrivateKey())
  }
}

module.exports = { Registration, registrationOf: (native) => new Registration(INTERNAL, native) }
