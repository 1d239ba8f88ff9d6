'use strict'

// A person who logs in: with a browser that comes back to this machine, or on another device.

const { inspect } = require('node:util')
const { amount, options, signal } = require('./arguments.cjs')
const { InvalidArgumentError, ask, settle } = require('./errors.cjs')
const { fly } = require('./flight.cjs')
const { dateOf, tokenOf } = require('./token.cjs')

const MAKE = Symbol('made by appmint')

/** A login that waits for a browser to come back. */
class Login {
  #native

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('a Login comes from app.startLogin()')
    this.#native = native
  }

  get url() {
    return ask(() => this.#native.url())
  }

  get redirectUri() {
    return ask(() => this.#native.redirectUri())
  }

  openBrowser() {
    settle(ask(() => this.#native.openBrowser()))
  }

  async wait(given) {
    const { timeout, signal } = options(given, WAITING)
    return tokenOf(await flyOrCancel(this, (...landing) => this.#native.wait(...landing, timeout), signal))
  }

  cancel() {
    ask(() => this.#native.cancel())
  }

  // The URL holds the state.
  [inspect.custom](_depth, options, show = inspect) {
    return `Login ${show({ redirectUri: this.redirectUri }, options)}`
  }
}

/** A login that waits for a person to type a code at another place. */
class DeviceLogin {
  #native
  #record

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('a DeviceLogin comes from app.startDeviceLogin()')
    this.#native = native
    this.#record = ask(() => native.record())
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

  async poll(given) {
    return tokenOf(await fly((...landing) => this.#native.poll(...landing), options(given, POLLING)))
  }

  async wait(given) {
    const { signal } = options(given, POLLING)
    return tokenOf(await flyOrCancel(this, (...landing) => this.#native.wait(...landing), signal))
  }

  cancel() {
    ask(() => this.#native.cancel())
  }

  // Who knows the user code can take part in the login.
  [inspect.custom](_depth, options, show = inspect) {
    const { verificationUri, expiresAt } = this
    return `DeviceLogin ${show({ verificationUri, expiresAt }, options)}`
  }
}

/** A login that nobody waits for any more is over: its listener closes, its asking ends. */
async function flyOrCancel(login, start, signal) {
  try {
    return await fly(start, { signal })
  } finally {
    if (signal?.aborted) login.cancel()
  }
}

const POLLING = { signal }
const WAITING = { ...POLLING, timeout: amount }

module.exports = {
  DeviceLogin, Login, deviceLoginOf: (native) => new DeviceLogin(MAKE, native), loginOf: (native) => new Login(MAKE, native),
}
