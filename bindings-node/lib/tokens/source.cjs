'use strict'

const { inspect } = require('node:util')
const { quotaOf } = require('../app/quota.cjs')
const { ApiResponse, readSourceRequest } = require('../app/request.cjs')
const { WAIT_OPTIONS, func, milliseconds, readOptions } = require('../arguments.cjs')
const { notifications } = require('../callbacks.cjs')
const { complete } = require('../completions.cjs')
const { InvalidArgumentError } = require('../errors.cjs')
const { listingOf } = require('../installations/listing.cjs')
const { Repository } = require('../installations/records.cjs')
const { callNative, unwrap } = require('../native_calls.cjs')
const { Opaque } = require('../opaque.cjs')
const { dateOf } = require('../records.cjs')
const { tokenOf, tokenText } = require('./token.cjs')

const INTERNAL = Symbol('appmint')

/** A source of tokens for one installation, the app itself or one user. */
class TokenSource extends Opaque {
  #native

  constructor(key, native) {
    if (key !== INTERNAL) throw new InvalidArgumentError('a TokenSource comes from an App')
    super()
    this.#native = native
  }

  get installationId() {
    return callNative(() => this.#native.installationId())
  }

  async token(options) {
    const { minValidMs, ...waitOptions } = readOptions(options, TOKEN)
    return tokenOf(await this.#complete('token', waitOptions, minValidMs))
  }

  async authorizationHeader(options) {
    const { minValidMs, ...waitOptions } = readOptions(options, TOKEN)
    return await this.#complete('authorizationHeader', waitOptions, minValidMs)
  }

  quota() {
    return quotaOf(callNative(() => this.#native.quota()))
  }

  get expiresAt() {
    return dateOf(callNative(() => this.#native.expiresAt()))
  }

  invalidate(token) {
    const text = token === undefined ? undefined : tokenText('token', token)
    callNative(() => this.#native.invalidate(text))
  }

  onChange(callback) {
    func('callback', callback)
    let isSubscribed = true
    const changes = notifications(([previous, token]) => {
      // A call may be in the event loop's queue already.
      if (isSubscribed) return callback(previous && tokenOf(previous), tokenOf(token))
    })
    const subscription = callNative(() => this.#native.onChange(changes))
    return () => {
      isSubscribed = false
      callNative(() => subscription.unsubscribe())
    }
  }

  async revoke(options) {
    await this.#complete('revoke', readOptions(options, WAIT_OPTIONS))
  }

  repositories(options) {
    const waitOptions = readOptions(options, WAIT_OPTIONS)
    return listingOf(unwrap(callNative(() => this.#native.repositories())), Repository, waitOptions)
  }

  async request(method, path, options) {
    const { request, waitOptions } = readSourceRequest(method, path, options)
    return new ApiResponse(await this.#complete('request', waitOptions, request))
  }

  [inspect.custom](_depth, options, show = inspect) {
    return `TokenSource ${show({ installationId: this.installationId }, options)}`
  }

  #complete(method, waitOptions, ...args) {
    return complete((...completion) => this.#native[method](...completion, ...args), waitOptions)
  }
}

const TOKEN = { ...WAIT_OPTIONS, minValidMs: milliseconds, timeoutMs: milliseconds }

module.exports = { TokenSource, sourceOf: (native) => new TokenSource(INTERNAL, native) }
