'use strict'

const { inspect } = require('node:util')
const { quotaOf } = require('../app/quota.cjs')
const { ApiResponse, readSourcePages, readSourceRequest } = require('../app/request.cjs')
const { WAIT_OPTIONS, func, milliseconds, readOptions } = require('../arguments.cjs')
const { notifications } = require('../callbacks.cjs')
const { complete, refuseAborted } = require('../completions.cjs')
const { InvalidArgumentError } = require('../errors.cjs')
const { listingOf, listingOfJson } = require('../installations/listing.cjs')
const { Repository } = require('../installations/records.cjs')
const { callNative, unwrap } = require('../native_calls.cjs')
const { Opaque } = require('../opaque.cjs')
const { dateOf } = require('../records.cjs')
const { fetchOf } = require('./fetch.cjs')
const { tokenText } = require('./token.cjs')

const INTERNAL = Symbol('appmint')

/** A source of tokens for one installation, the app itself or one user. */
class TokenSource extends Opaque {
  #native
  #own
  #memory
  #fetch

  constructor(key, native, own) {
    if (key !== INTERNAL) throw new InvalidArgumentError('a TokenSource comes from an App')
    super()
    this.#native = native
    this.#own = own
    this.#memory = own.memory
  }

  get installationId() {
    return callNative(() => this.#native.installationId())
  }

  // Not async: the promise of a token in memory is there already.
  token(options) {
    const current = options === undefined ? this.#memory.current(this) : undefined
    return current === undefined ? this.#token(options) : current.promise
  }

  tokenSync(options) {
    const { minValidMs } = readOptions(options, TOKEN_SYNC)
    return this.#inMemory(minValidMs)
  }

  async authorizationHeader(options) {
    const token = await this.token(options)
    return token.authorizationHeader()
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
    const changes = notifications('the callback of onChange', ([previous, token]) => {
      // A call may be in the event loop's queue already.
      if (!isSubscribed) return undefined
      const held = this.#memory.of(this)
      return callback(previous && held.recognize(previous), held.adopt(token))
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

  paginate(path, options) {
    const { request, items, waitOptions } = readSourcePages(path, options)
    return listingOfJson(unwrap(callNative(() => this.#native.paginate(request, items))), waitOptions)
  }

  // One function for each source, which needs no `this`: other libraries take it as their fetch.
  get fetch() {
    this.#fetch ??= this.createFetch()
    return this.#fetch
  }

  createFetch(options) {
    const { fetch, jwt } = this.#own
    const locate = (path) => unwrap(callNative(() => this.#native.locate(path)))
    const token = (waitOptions) => this.token(waitOptions)
    return fetchOf({ fetch, jwt, locate, token, invalidate: (refused) => this.invalidate(refused) }, options)
  }

  [inspect.custom](_depth, options, show = inspect) {
    return `TokenSource ${show({ installationId: this.installationId }, options)}`
  }

  async #token(options) {
    const { minValidMs, ...waitOptions } = readOptions(options, TOKEN)
    refuseAborted(waitOptions.signal)
    const token = this.#inMemory(minValidMs)
    if (token !== null) return token
    const fetched = await this.#complete('token', waitOptions, minValidMs)
    return this.#memory.of(this).adopt(fetched)
  }

  #inMemory(minValidMs) {
    const held = this.#memory.of(this)
    if (held.isCurrent(minValidMs)) return held.token
    return held.ask((...args) => unwrap(callNative(() => this.#native.tokenSync(...args))), minValidMs)
  }

  #complete(method, waitOptions, ...args) {
    return complete((...completion) => this.#native[method](...completion, ...args), waitOptions)
  }
}

const TOKEN_SYNC = { minValidMs: milliseconds }
const TOKEN = { ...WAIT_OPTIONS, ...TOKEN_SYNC, timeoutMs: milliseconds }

module.exports = { TokenSource, sourceOf: (native, own) => new TokenSource(INTERNAL, native, own) }
