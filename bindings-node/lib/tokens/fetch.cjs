'use strict'

// A `fetch` that authenticates each request with a source's token. It sends the token to the platform's hosts only, and
// a request once more when the platform refuses a token that has ended early.

const { func, invalid, readOptions, url: readUrl } = require('../arguments.cjs')
const { InvalidArgumentError } = require('../errors.cjs')

/**
 * @param source its `token`, `invalidate` and `locate`, the app's `jwt`, and the app's own `fetch` if it has one
 * @param options `fetch`, and the further `origins` that get the token
 */
function fetchOf(source, options) {
  const { fetch = source.fetch, origins = [] } = readOptions(options, FETCH)
  const send = fetch ?? ((...args) => globalThis.fetch(...args)) // looked up late: interceptors replace it
  const place = (url) => (origins.includes(originOf(url)) ? { url, credential: 'source' } : source.locate(url))
  return async (input, init) => await new Exchange(source, send, place, readRequest(input, init)).answer()
}

/** One request with all that follows from it. */
class Exchange {
  #source
  #send
  #place
  #url
  #credential
  #init
  #followsRedirects
  #token = null

  constructor(source, send, place, { url, init }) {
    this.#source = source
    this.#send = send
    this.#place = place
    this.#init = { ...init, redirect: init.redirect === 'error' ? 'error' : 'manual' }
    this.#followsRedirects = init.redirect === undefined || init.redirect === 'follow'
    this.#arriveAt(place(url))
  }

  async answer() {
    let response = await this.#authenticated()
    if (response.status === 401 && this.#token !== null) response = await this.#again(response)
    for (let count = 0; this.#followsRedirects && isRedirect(response); count += 1) {
      if (count === MAX_REDIRECTS) throw new TypeError('fetch failed: too many redirects')
      response = await this.#redirected(response)
    }
    return response
  }

  async #authenticated() {
    const { signal } = this.#init
    if (this.#credential === null) return await this.#send(this.#url, this.#init)
    const isApp = this.#credential === 'app'
    const token = await (isApp ? this.#source.jwt : this.#source.token)(signal ? { signal } : undefined)
    this.#token = isApp ? null : token
    const headers = new Headers(this.#init.headers)
    headers.set('authorization', token.authorizationHeader())
    return await this.#send(this.#url, { ...this.#init, headers })
  }

  /** With a new token, if the body can be sent again. The callers that were refused with one token share a new one. */
  async #again(refused) {
    const before = this.#token
    this.#source.invalidate(before)
    if (!isReplayable(this.#init.body)) return refused
    await refused.body?.cancel()
    return await this.#authenticated()
  }

  async #redirected(response) {
    const next = new URL(response.headers.get('location'), this.#url)
    this.#refuseDowngrade(next)
    this.#adaptMethod(response.status)
    if (next.origin !== originOf(this.#url)) this.#leaveOut(OF_ONE_ORIGIN)
    this.#arriveAt(this.#trusted(next.href))
    if (!isReplayable(this.#init.body)) throw new TypeError('fetch failed: a redirect needs the body again, which is a stream')
    await response.body?.cancel()
    return await this.#authenticated()
  }

  /** The place of a redirect, without a credential if it is not one of the platform's: as the standard says. */
  #trusted(url) {
    if (this.#credential === null) return { url, credential: null }
    try {
      return this.#place(url)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      const { body, method = 'GET' } = this.#init
      if (body !== undefined && body !== null) {
        throw new InvalidArgumentError(`the platform redirects a ${method} to ${originOf(url)}, which gets neither its body nor the token`, { hint: ALLOW })
      }
      return { url, credential: null }
    }
  }

  #arriveAt({ url, credential }) {
    if (credential === 'client') {
      throw new InvalidArgumentError('this path needs the credentials of the OAuth client', { hint: 'Call source.request(…), which has them.' })
    }
    this.#url = url
    this.#credential = credential
  }

  #refuseDowngrade(next) {
    if (this.#url.startsWith('https:') && next.protocol !== 'https:') {
      throw new InvalidArgumentError(`the platform redirects to ${next.protocol}//${next.host}, which is not encrypted`)
    }
  }

  /** https://fetch.spec.whatwg.org/#http-redirect-fetch */
  #adaptMethod(status) {
    const { method = 'GET' } = this.#init
    const becomesGet = status === 303 ? !['GET', 'HEAD'].includes(method) : status < 303 && method === 'POST'
    if (!becomesGet) return
    this.#leaveOut(OF_A_BODY)
    this.#init = { ...this.#init, method: 'GET', body: undefined }
  }

  #leaveOut(names) {
    const headers = new Headers(this.#init.headers)
    names.forEach((name) => headers.delete(name))
    this.#init = { ...this.#init, headers }
  }
}

/** The URL and the init of a request. A `Request` is read like an init. */
function readRequest(input, init = {}) {
  if (typeof input === 'string' || input instanceof URL) return { url: readUrl('input', input), init: refuseAuthorization({ ...init }) }
  if (typeof input?.url !== 'string' || typeof input.headers?.get !== 'function') throw invalid('input', 'a URL or a Request', input)
  const { url, method, headers, body, signal, redirect } = input
  const read = { method, headers, signal, redirect, ...(body ? { body, duplex: 'half' } : {}) }
  return { url, init: refuseAuthorization({ ...read, ...init }) }
}

function refuseAuthorization(init) {
  if (new Headers(init.headers).has('authorization')) {
    throw new InvalidArgumentError('source.fetch sets the header authorization itself', { hint: 'Call fetch for a request with a token of your own.' })
  }
  return init
}

/** Whether a body can be sent a second time: a stream is gone. */
function isReplayable(body) {
  if (body === undefined || body === null || typeof body === 'string') return true
  if (ArrayBuffer.isView(body)) return true
  return REPLAYABLE.has(Object.prototype.toString.call(body).slice(8, -1))
}

const isRedirect = ({ status, headers }) => REDIRECTS.has(status) && headers.get('location') !== null
const originOf = (url) => (URL.canParse(url) ? new URL(url).origin : undefined)

function readOrigins(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of URLs', value)
  return value.map((each) => originOf(readUrl(`each item of ${name}`, each)) ?? refuseOrigin(name))
}

function refuseOrigin(name) {
  throw new InvalidArgumentError(`each item of ${name} must be a URL such as https://uploads.example`)
}

const OF_A_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']
/** The program's own headers that undici's fetch does not take to another origin either. */
const OF_ONE_ORIGIN = ['cookie', 'host', 'proxy-authorization']
const FETCH = { fetch: func, origins: readOrigins }
const REPLAYABLE = new Set(['ArrayBuffer', 'SharedArrayBuffer', 'URLSearchParams', 'FormData', 'Blob', 'File'])
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** https://fetch.spec.whatwg.org/#http-redirect-fetch */
const MAX_REDIRECTS = 20
const ALLOW = 'If it should, name it: source.createFetch({ origins: [origin] }).'

module.exports = { fetchOf }
