'use strict'

// Logins of a user: with a browser that returns to this machine, or on another device.

const { inspect } = require('node:util')
const { WAIT_OPTIONS, milliseconds, readOptions } = require('../arguments.cjs')
const { complete } = require('../completions.cjs')
const { InvalidArgumentError } = require('../errors.cjs')
const { callNative, unwrap } = require('../native_calls.cjs')
const { Opaque } = require('../opaque.cjs')
const { dateOf } = require('../records.cjs')
const { tokenOf } = require('../tokens/token.cjs')

const INTERNAL = Symbol('appmint')

/** A login that waits for a browser to return. */
class Login extends Opaque {
  #native

  constructor(key, native) {
    if (key !== INTERNAL) throw new InvalidArgumentError('a Login comes from app.startLogin()')
    super()
    this.#native = native
  }

  get url() {
    return callNative(() => this.#native.url())
  }

  get redirectUri() {
    return callNative(() => this.#native.redirectUri())
  }

  openBrowser() {
    unwrap(callNative(() => this.#native.openBrowser()))
  }

  async wait(options) {
    const { timeoutMs, signal } = readOptions(options, LOGIN_WAIT)
    return tokenOf(await completeOrCancel(this, (...completion) => this.#native.wait(...completion, timeoutMs), signal))
  }

  cancel() {
    callNative(() => this.#native.cancel())
  }

  // The URL holds the state.
  [inspect.custom](_depth, options, show = inspect) {
    return `Login ${show({ redirectUri: this.redirectUri }, options)}`
  }
}

/** A login that waits for a user to type a code on another device. */
class DeviceLogin extends Opaque {
  #native
  #record

  constructor(key, native) {
    if (key !== INTERNAL) throw new InvalidArgumentError('a DeviceLogin comes from app.startDeviceLogin()')
    super()
    this.#native = native
    this.#record = callNative(() => native.record())
  }

  get userCode() {
    return this.#record.userCode
  }

  get verificationUri() {
    return this.#record.verificationUri
  }

  get verificationUriComplete() {
    return this.#record.verificationUriComplete
  }

  get expiresAt() {
    return dateOf(this.#record.expiresAt)
  }

  async poll(options) {
    return tokenOf(await complete((...completion) => this.#native.poll(...completion), readOptions(options, WAIT_OPTIONS)))
  }

  async wait(options) {
    const { signal } = readOptions(options, WAIT_OPTIONS)
    return tokenOf(await completeOrCancel(this, (...completion) => this.#native.wait(...completion), signal))
  }

  cancel() {
    callNative(() => this.#native.cancel())
  }

  // Whoever knows the user code can take part in the login.
  [inspect.custom](_depth, options, show = inspect) {
    const { verificationUri, expiresAt } = this
    return `DeviceLogin ${show({ verificationUri, expiresAt }, options)}`
  }
}

/** An aborted signal also cancels the login, so that its listener closes or its polling ends. */
async function completeOrCancel(login, start, signal) {
  try {
    return await complete(start, { signal })
  } finally {
    if (signal?.aborted) login.cancel()
  }
}

const LOGIN_WAIT = { ...WAIT_OPTIONS, timeoutMs: milliseconds }

module.exports = {
  DeviceLogin,
  Login,
  deviceLoginOf: (native) => new DeviceLogin(INTERNAL, native),
  loginOf: (native) => new Login(INTERNAL, native),
}
