'use strict'

// What an app is made of, and how each setting is read.

const {
  amount, bigWhole, bytes, flag, fn, id, jsonText, options, text, textOrBytes, url, whole,
} = require('./arguments.cjs')
const { nativeClockOf } = require('./clock.cjs')

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
  otherPrivateKey: bytes,
  privateKeyPassphrase: text,
  signer: fn,
  jwtBackDate: amount,
  jwtLifetime: amount,
  timeout: amount,
  connectTimeout: amount,
  proxy: url,
  rootCertificates: textOrBytes,
  userAgent: text,
  allowPlainHttp: flag,
  maxResponseBody: bigWhole,
  retries: whole,
  retryWait: amount,
  clock: nativeClockOf,
}

module.exports = { settingsOf: (given) => options(given, SETTINGS) }
