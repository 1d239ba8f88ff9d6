'use strict'

// The settings of an app, and the discovery of a platform, which takes some of them.

const { types } = require('node:util')
const native = require('../native.cjs')
const {
  boolean, bytes, count, func, id, invalid, isBytes, jsonText, milliseconds, readOptions, signal, smallCount, text, url,
} = require('./arguments.cjs')
const { BYTES, dispatcher } = require('./callbacks.cjs')
const { complete } = require('./completions.cjs')
const { eventNotifications, nativeClock } = require('./events.cjs')
const { callNative } = require('./native_calls.cjs')
const { nativeStore, urlOrStore } = require('./stores.cjs')
const { nativeTransport, ownFetch } = require('./settings/transport.cjs')
const { nativeChanges } = require('./tokens/held.cjs')

/** The arguments of native code's `createApp`, and the settings that are JavaScript's alone. */
function readSettings(options) {
  const { clock, signer, store, onEvent, fetch, dispatcher, ...settings } = readOptions(options, SETTINGS)
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = settings
  const isObject = typeof store === 'object'
  const own = { hasOwnClock: clock !== undefined, fetch: ownFetch({ fetch, dispatcher }) }
  const callbacks = {
    changes: nativeChanges,
    clock,
    signer: signer && nativeSigner(signer, timeoutMs),
    store: isObject ? nativeStore(store, timeoutMs) : undefined,
    transport: own.fetch && nativeTransport(own.fetch, timeoutMs),
    events: onEvent && eventNotifications(onEvent),
  }
  return { native: [isObject ? settings : { ...settings, store }, callbacks], own }
}

/** The native side of a signer. The core stops waiting first, after a whole call's time, and names the signer. */
function nativeSigner(sign, timeoutMs) {
  const dispatch = dispatcher({ sign: { name: 'the signer', call: sign, type: BYTES } })
  return callNative(() => new native.Signer(dispatch, timeoutMs + SIGNER_GRACE_MS))
}

/** The descriptor of the platform whose authorization server has this issuer, as JSON text. */
async function discover(issuer, options) {
  const { signal, ...settings } = readOptions(options, DISCOVERY)
  // A URL is refused: it adds a slash, and the issuer is compared character by character.
  const identifier = text('issuer', issuer)
  return await complete((...completion) => native.discover(...completion, identifier, settings), { signal })
}

/** A private key as bytes, or as a KeyObject of node:crypto. */
function keyBytes(name, value) {
  if (typeof value !== 'object' || !types.isKeyObject(value)) return bytes(name, value)
  if (value.type === 'private') return value.export({ type: 'pkcs8', format: 'der' })
  throw invalid(name, 'a private key', value, `It is a KeyObject of type ${value.type}.`)
}

/** A key of 32 bytes, or its text. */
function storeKey(name, value) {
  return isBytes(value) ? Buffer.from(bytes(name, value)).toString('hex') : text(name, value)
}

/** A dispatcher of undici's, such as a ProxyAgent or a MockAgent. */
function undiciDispatcher(name, value) {
  if (typeof value.dispatch !== 'function') throw invalid(name, 'a Dispatcher of undici', value)
  return value
}

const SIGNER_GRACE_MS = 5000
/** The core's own default for a whole call. */
const DEFAULT_TIMEOUT_MS = 30_000

/** How to reach the network. */
const NETWORK = {
  timeoutMs: milliseconds,
  connectTimeoutMs: milliseconds,
  proxy: url,
  rootCertificates: bytes,
  clientCertificate: bytes,
  clientKey: keyBytes,
  userAgent: text,
  allowPlainHttp: boolean,
  refusePrivateAddresses: boolean,
  retries: smallCount,
  retryWaitMs: milliseconds,
}

const DISCOVERY = { ...NETWORK, signal }

const SETTINGS = {
  environment: text,
  platform: text,
  platformDescriptor: jsonText,
  host: text,
  apiUrl: url,
  webUrl: url,
  appId: id,
  clientId: text,
  clientSecret: text,
  privateKey: keyBytes,
  fallbackPrivateKey: keyBytes,
  privateKeyPassphrase: text,
  keyId: text,
  fallbackKeyId: text,
  signer: func,
  jwtBackDateMs: milliseconds,
  jwtLifetimeMs: milliseconds,
  ...NETWORK,
  maxResponseBody: count,
  store: urlOrStore,
  storeKey,
  previousStoreKey: storeKey,
  storeUnencrypted: boolean,
  capacity: count,
  onEvent: func,
  fetch: func,
  dispatcher: undiciDispatcher,
  clock: nativeClock,
}

module.exports = { discover, readSettings }
