'use strict'

const { invalid } = require('./arguments.cjs')
const { InvalidArgumentError, ask } = require('./errors.cjs')
const { fill } = require('./values.cjs')

const MAKE = Symbol('made by appmint')

/** Where to send a user. The verifier is a secret and does not show itself. */
class Authorization {
  #native

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('an Authorization comes from an App')
    this.#native = native
    fill(this, ask(() => native.record()))
  }

  get codeVerifier() {
    return ask(() => this.#native.codeVerifier())
  }

  static nativeOf(name, authorization) {
    if (!(#native in Object(authorization))) throw invalid(name, 'an Authorization of the app', authorization, KEPT)
    return authorization.#native
  }
}

const KEPT = 'To keep one between two requests, seal it: app.sealAuthorization(authorization).'

const { nativeOf } = Authorization
delete Authorization.nativeOf

module.exports = {
  Authorization, authorizationOf: (native) => new Authorization(MAKE, native), nativeAuthorizationOf: nativeOf,
}
