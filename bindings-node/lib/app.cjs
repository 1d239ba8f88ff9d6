'use strict'

const { inspect } = require('node:util')
const native = require('../native.cjs')
const { callApp, completeApp, ownOf, setNative } = require('./app/native_app.cjs')
const { quotaOf } = require('./app/quota.cjs')
const { ApiResponse, readAppPages, readAppRequest } = require('./app/request.cjs')
const { WAIT_OPTIONS, readOptions } = require('./arguments.cjs')
const { complete } = require('./completions.cjs')
const { installationMethods } = require('./installations.cjs')
const { listingOfJson } = require('./installations/listing.cjs')
const { callNative, unwrap } = require('./native_calls.cjs')
const { Opaque } = require('./opaque.cjs')
const { oauthMethods } = require('./oauth.cjs')
const { operationMethods } = require('./operations.cjs')
const { fill } = require('./records.cjs')
const { sessionMethods } = require('./sessions.cjs')
const { readSettings } = require('./settings.cjs')
const { tokenMethods } = require('./tokens.cjs')
const { tokenOf } = require('./tokens/token.cjs')
const { webhookMethods } = require('./webhooks.cjs')

/** An app on a platform. Most of its methods are in the files of their rooms. */
class App extends Opaque {
  constructor(options) {
    super()
    const settings = readSettings(options)
    setNative(this, unwrap(callNative(() => native.createApp(...settings.native))), settings.own)
  }

  static async create(options) {
    const settings = readSettings(options)
    const app = Reflect.construct(Opaque, [], this)
    setNative(app, await complete((...completion) => native.startApp(...completion, ...settings.native)), settings.own)
    return app
  }

  static fromEnv(options) {
    return new this({ environment: 'APPMINT_', ...options })
  }

  get platformName() {
    return callApp(this, 'platformName')
  }

  async jwt(options) {
    return tokenOf(await completeApp(this, 'jwt', readOptions(options, WAIT_OPTIONS)))
  }

  get fingerprint() {
    return callApp(this, 'fingerprint')
  }

  get clockOffsetMs() {
    return callApp(this, 'clockOffsetMs')
  }

  async request(method, path, options) {
    const { request, waitOptions } = readAppRequest(method, path, options)
    return new ApiResponse(await completeApp(this, 'request', waitOptions, request))
  }

  paginate(path, options) {
    const { request, items, waitOptions } = readAppPages(path, options)
    return listingOfJson(unwrap(callApp(this, 'paginate', request, items)), waitOptions)
  }

  quota() {
    return quotaOf(callApp(this, 'quota'))
  }

  stats() {
    return new Stats(callApp(this, 'stats'))
  }

  close() {
    ownOf(this).memory.clear()
    callApp(this, 'close')
  }

  [inspect.custom](_depth, options, show = inspect) {
    const { platformName, fingerprint } = this
    return `App ${show({ platformName, fingerprint }, options)}`
  }
}

for (const methods of [
  installationMethods, tokenMethods, oauthMethods, sessionMethods, webhookMethods, operationMethods,
]) {
  Object.entries(methods).forEach(([name, method]) => addMethod(name, method))
}

// `using app = new App(…)`, where there is such a symbol.
if (Symbol.dispose) addMethod(Symbol.dispose, function dispose() { this.close() })
if (Symbol.asyncDispose) addMethod(Symbol.asyncDispose, async function asyncDispose() { this.close() })

function addMethod(name, value) {
  Object.defineProperty(App.prototype, name, { value, configurable: true, writable: true })
}

/** Counts since the app was made. */
class Stats {
  constructor(record) {
    fill(this, record)
  }
}

module.exports = { App, Stats }
