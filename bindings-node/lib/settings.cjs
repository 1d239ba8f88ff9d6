'use strict'

// What an app is made of, and how each setting is read.

const {
  amount, bigWhole, bytes, flag, fn, id, invalid, isBytes, jsonText, options, text, textOrBytes, url, whole,
} = require('./arguments.cjs')
const { signerOf, storeOf } = require('./asking.cjs')
const { nativeClockOf } = require('./clock.cjs')
const { telling } = require('./telling.cjs')
const { Event } = require('./values.cjs')

/** What native code makes an app of: the settings, and those that JavaScript answers for. */
function settingsOf(given) {
  const { clock, signer, store, onEvent, ...settings } = options(given, SETTINGS)
  const isOwn = typeof store === 'object'
  return [
    isOwn ? settings : { ...settings, store },
    clock,
    signer && signerOf(signer, settings.timeout),
    isOwn ? storeOf(store, settings.timeout) : undefined,
    onEvent && telling((record) => onEvent(new Event(record))),
  ]
}

/** A store's URL, or an object that is one. */
function urlOrStore(name, value) {
  if (typeof value === 'string' || value instanceof URL) return url(name, value)
  if (typeof value !== 'object') throw invalid(name, 'a URL or an object', value)
  for (const method of METHODS) fn(`${name}.${method}`, value[method])
  return value
}

/** A key of 32 bytes: as they are, or as text. */
function storeKey(name, value) {
  return isBytes(value) ? Buffer.from(bytes(name, value)).toString('hex') : text(name, value)
}

const METHODS = ['get', 'put', 'remove', 'lock', 'unlock']

/** How to reach the network. */
const NETWORK = {
  timeout: amount,
  connectTimeout: amount,
  proxy: url,
  rootCertificates: textOrBytes,
  userAgent: text,
  allowPlainHttp: flag,
  retries: whole,
  retryWait: amount,
}

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
  signer: fn,
  jwtBackDate: amount,
  jwtLifetime: amount,
  ...NETWORK,
  maxResponseBody: bigWhole,
  store: urlOrStore,
  storeKey,
  previousStoreKey: storeKey,
  storeUnencrypted: flag,
  capacity: bigWhole,
  onEvent: fn,
  clock: nativeClockOf,
}

module.exports = { NETWORK, settingsOf }
