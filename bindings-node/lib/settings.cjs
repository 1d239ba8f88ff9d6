'use strict'

// The settings of an app, and the discovery of a platform, which takes some of them.

const native = require('../native.cjs')
const {
  boolean, bytes, count, func, id, isBytes, jsonText, milliseconds, readOptions, signal, smallCount, text, url,
} = require('./arguments.cjs')
const { BYTES, dispatcher } = require('./callbacks.cjs')
const { complete } = require('./completions.cjs')
const { eventNotifications, nativeClock } = require('./events.cjs')
const { callNative } = require('./native_calls.cjs')
const { nativeStore, urlOrStore } = require('./stores.cjs')

/** The arguments of native code's `createApp`: the settings, and what calls back into JavaScript. */
function readSettings(options) {
  const { clock, signer, store, onEvent, ...settings } = readOptions(options, SETTINGS)
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = settings
  const isObject = typeof store === 'object'
  return [
    isObject ? settings : { ...settings, store },
    clock,
    signer && nativeSigner(signer, timeoutMs),
    isObject ? nativeStore(store, timeoutMs) : undefined,
    onEvent && eventNotifications(onEvent),
  ]
}

/** The native side of a signer. It waits for a signature for as long as for a whole call. */
function nativeSigner(sign, timeoutMs) {
  const dispatch = dispatcher({ sign: { name: 'the signer', call: sign, type: BYTES } })
  return callNative(() => new native.Signer(dispatch, timeoutMs))
}

/** The descriptor of the platform whose authorization server has this issuer, as JSON text. */
async function discover(issuer, options) {
  const { signal, ...settings } = readOptions(options, DISCOVERY)
  // A URL is refused: it adds a slash, and the issuer is compared character by character.
  const identifier = text('issuer', issuer)
  return await complete((...completion) => native.discover(...completion, identifier, settings), { signal })
}

/** A key of 32 bytes, or its text. */
function storeKey(name, value) {
  return isBytes(value) ? Buffer.from(bytes(name, value)).toString('hex') : text(name, value)
}

/** The core's own default for a whole call. */
const DEFAULT_TIMEOUT_MS = 30_000

/** How to reach the network. */
const NETWORK = {
  timeoutMs: milliseconds,
  connectTimeoutMs: milliseconds,
  proxy: url,
  rootCertificates: bytes,
  clientCertificate: bytes,
  clientKey: bytes,
  userAgent: text,
  allowPlainHttp: boolean,
  refusePrivateAddresses: boolean,
  retries: smallCount,
  retryWaitMs: milliseconds,
}

const DISCOVERY = { ...NETWORK, signal }

const SETTINGS = {
  platform: text,
  platformDescriptor: jsonText,
  host: text,
  apiUrl: url,
  webUrl: url,
  appId: id,
  clientId: text,
  clientSecret: text,
  privateKey: bytes,
  fallbackPrivateKey: bytes,
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
  clock: nativeClock,
}

module.exports = { discover, readSettings }
