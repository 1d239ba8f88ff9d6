'use strict'

// Requests through the program's own `fetch`, or its dispatcher.

const native = require('../../native.cjs')
const { BYTES, dispatcher: dispatch } = require('../callbacks.cjs')
const { callNative } = require('../native_calls.cjs')

/** The function that sends an app's requests, or undefined if native code sends them. */
function ownFetch({ fetch, dispatcher }) {
  if (dispatcher === undefined) return fetch
  // The global one is looked up late, because interceptors replace it.
  return (url, init) => (fetch ?? globalThis.fetch)(url, { ...init, dispatcher })
}

/** The native side of a `fetch`. */
function nativeTransport(fetch, timeoutMs) {
  const call = (method, url, head, body, limit, remainingMs) => {
    // The core decides which redirects are followed.
    const init = { method, headers: readHead(head), body: body ?? undefined, redirect: 'manual' }
    return send(fetch, url, init, limit, remainingMs)
  }
  const methods = dispatch({ send: { name: 'fetch', type: BYTES, call } })
  return callNative(() => new native.Transport(methods, timeoutMs))
}

/** The reply to native code: the answer, or the name of the failure and a sentence. */
async function send(fetch, url, init, limit, remainingMs) {
  const { host } = new URL(url)
  if (remainingMs === 0) return reply('unsent', `the time for the request to ${host} was over before it was sent`)
  const signal = AbortSignal.timeout(Math.ceil(remainingMs))
  try {
    const response = await fetch(url, { ...init, signal })
    const body = await bodyOf(response, limit)
    if (body === null) return reply('too_large', `${host} answered with more than ${limit} bytes`)
    return reply([response.status, ...headLines(response.headers)].join('\n'), body)
  } catch (error) {
    if (signal.aborted) return reply('timeout', `no complete answer came from ${host} before the deadline`)
    return reply(...failureOf(host, error))
  }
}

/** The whole body, or null if it is larger than the limit. */
async function bodyOf({ body }, limit) {
  const chunks = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > limit) return null // leaving the loop cancels the body
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The codings are taken off already, and fetch chooses those that it can take off. */
const headLines = (headers) => [...headers].filter(([name]) => !CODED.has(name)).map(([name, value]) => `${name}:${oneLine(value)}`)

function readHead(head) {
  const headers = {}
  for (const line of head.split('\n')) {
    const [written, ...rest] = line.split(':')
    const name = written.toLowerCase()
    if (name === '' || name === 'accept-encoding') continue
    headers[name] = name in headers ? `${headers[name]}, ${rest.join(':')}` : rest.join(':')
  }
  return headers
}

function reply(head, body) {
  return Buffer.concat([Buffer.from(`${head}\n\n`), Buffer.from(body)])
}

const oneLine = (text) => text.replaceAll(/[\r\n]+/g, ' ')

/**
 * The name of the failure. `unreachable` and `tls` are a promise that the platform has read nothing of the request:
 * there was no connection, or its certificate was refused.
 */
function failureOf(host, error) {
  const causes = layersOf(error)
  const codes = causes.map(({ code }) => code).filter((code) => typeof code === 'string')
  const words = codes.length > 0 ? codes.join(', ') : String(error?.name ?? typeof error)
  if (causes.some(isOfConnecting)) return ['unreachable', `${host} was not reached: ${words}`]
  if (codes.some((code) => CERTIFICATE.test(code))) return ['tls', `the certificate of ${host} was refused: ${words}`]
  return ['lost', `fetch brought no answer of ${host}: ${words}`]
}

function isOfConnecting({ code, syscall }) {
  return code === 'UND_ERR_CONNECT_TIMEOUT' || syscall === 'connect' || syscall === 'getaddrinfo'
}

/** An error, its causes, and the errors that it is made of. */
function layersOf(error) {
  const layers = []
  const visit = (layer) => {
    if (typeof layer !== 'object' || layer === null || layers.includes(layer) || layers.length === MAX_LAYERS) return
    layers.push(layer)
    visit(layer.cause)
    if (Array.isArray(layer.errors)) layer.errors.forEach(visit)
  }
  visit(error)
  return layers
}

const CERTIFICATE = /^(CERT_|UNABLE_TO_(GET|VERIFY)_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|ERR_TLS_CERT_)/
const CODED = new Set(['content-encoding', 'content-length', 'transfer-encoding'])
const MAX_LAYERS = 16

module.exports = { nativeTransport, ownFetch }
