'use strict'

// API requests and their responses.

const { inspect } = require('node:util')
const { responseText } = require('../../native.cjs')
const { bytes, headers, json, milliseconds, readOptions, signal, text } = require('../arguments.cjs')
const { callNative } = require('../native_calls.cjs')
const { tokenText } = require('../tokens/token.cjs')

/** A response, whatever its status. */
class ApiResponse {
  constructor({ status, headers, body }) {
    this.status = status
    this.headers = joinHeaders(headers)
    this.body = body
    Object.freeze(this)
  }

  text() {
    return callNative(() => responseText(this.headers['content-type'], this.body))
  }

  get ok() {
    return this.status >= 200 && this.status < 300
  }

  async json() {
    return JSON.parse(this.text())
  }

  // A body may hold a token.
  toJSON() {
    return { status: this.status }
  }

  [inspect.custom](_depth, options, show = inspect) {
    const { status, body } = this
    return `ApiResponse ${show({ status, body: `${body.length} bytes` }, options)}`
  }
}

/** Several values of one name are one list (RFC 9110 §5.3). */
function joinHeaders(pairs) {
  const headers = Object.create(null)
  for (const [name, value] of pairs) {
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return Object.freeze(headers)
}

/** A request as native code takes it, and the options of waiting for it. */
function readRequest(method, path, options, readers) {
  const { signal, ...request } = readOptions(options, readers)
  // A source may wait for a token before it sends the request, and for that it has the app's timeout.
  const timeoutMs = request.timeoutMs === undefined ? undefined : request.timeoutMs + GRACE_MS
  const record = { headers: [], ...request, method: text('method', method), path: text('path', path) }
  return { request: record, waitOptions: { signal, timeoutMs } }
}

/** The request of a list's pages, the place of the items in them, and the options of waiting for an item. */
function readPages(path, options, readers) {
  const { items, signal, timeoutMs, ...request } = readOptions(options, readers)
  const record = { headers: [], ...request, timeoutMs, method: 'GET', path: text('path', path) }
  return { request: record, items, waitOptions: { signal } }
}

const SOURCE_REQUEST = { headers, json, body: bytes, timeoutMs: milliseconds, signal }
const APP_REQUEST = { ...SOURCE_REQUEST, token: tokenText }
const SOURCE_PAGES = { headers, items: text, timeoutMs: milliseconds, signal }
const APP_PAGES = { ...SOURCE_PAGES, token: tokenText }
/** The request's own timeout comes first, since its error says more. */
const GRACE_MS = 250

module.exports = {
  ApiResponse,
  readAppRequest: (method, path, options) => readRequest(method, path, options, APP_REQUEST),
  readAppPages: (path, options) => readPages(path, options, APP_PAGES),
  readSourcePages: (path, options) => readPages(path, options, SOURCE_PAGES),
  readSourceRequest: (method, path, options) => readRequest(method, path, options, SOURCE_REQUEST),
}
