'use strict'

const { invalid } = require('../arguments.cjs')
const { InvalidArgumentError } = require('../errors.cjs')
const { callNative } = require('../native_calls.cjs')
const { Opaque } = require('../opaque.cjs')
const { fill } = require('../records.cjs')

const INTERNAL = Symbol('appmint')

/** Where to send a user, and what to keep until the user returns. The verifier stays in native memory. */
class Authorization extends Opaque {
  #native

  constructor(key, native) {
    if (key !== INTERNAL) throw new InvalidArgumentError('an Authorization comes from an App')
    super('authorization') // its URL has the challenge of its verifier
    this.#native = native
    fill(this, callNative(() => native.record()))
  }

  get codeVerifier() {
    return callNative(() => this.#native.codeVerifier())
  }

  static nativeOf(name, authorization) {
    if (!(#native in Object(authorization))) throw invalid(name, 'an Authorization of the app', authorization, HINT)
    return authorization.#native
  }
}

const HINT = 'To keep it between two requests, seal it: app.sealAuthorization(authorization).'

const { nativeOf } = Authorization
delete Authorization.nativeOf

module.exports = {
  Authorization, authorizationOf: (native) => new Authorization(INTERNAL, native), nativeAuthorization: nativeOf,
}
