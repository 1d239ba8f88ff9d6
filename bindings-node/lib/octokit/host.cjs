'use strict'

// An app on one host, all of whose requests go through Octokit's `request`.

const { App } = require('../app.cjs')
const { AppmintError } = require('../errors.cjs')
const { DateClock } = require('./clock.cjs')
const { fetchThrough } = require('./gateway.cjs')
const { membersOf } = require('./results.cjs')

class Host {
  #settings
  #channel
  #clock = new DateClock()
  #app
  #signing
  #createJwt
  #appId
  #lastAnswer = null
  #lastFailure
  #sources = new Map()
  /** The members of tokens, while the app need not be asked for them. */
  #kept = new Map()
  /** The names of repositories as the program wrote them: an app sorts them. */
  #names = new Map()
  /** The replies to minting, by their tokens: the members that a Token has not. */
  #minted = new Map()

  constructor(baseUrl, { appId, privateKey, createJwt, clientId, clientSecret, deviceScope }) {
    this.#appId = appId
    this.#createJwt = createJwt
    this.#channel = {
      request: undefined,
      authorization: async (given) => (createJwt ? `bearer ${(await this.jwt()).token}` : given.replace(/^Bearer /, 'bearer ')),
      inOrder: (names) => this.#names.get(sorted(names)) ?? names,
      grant: (path, body) => (path.endsWith('/code') ? { ...deviceScope, ...body } : body),
      onFailure: (error) => { this.#lastFailure = error },
      onAnswer: (answer, path) => this.#note(answer, path),
    }
    const signs = createJwt ? { signer: () => NO_SIGNATURE } : { privateKey }
    const isApp = appId !== undefined
    this.#settings = {
      platform: 'github',
      ...basesOf(baseUrl),
      ...(isApp ? { appId, ...signs, ...JWT_TIMES } : {}),
      ...(clientId ? { clientId } : {}),
      ...(clientId && clientSecret ? { clientSecret } : {}),
      allowPlainHttp: baseUrl.startsWith('http:'),
      retries: 0, // the program's plugins try again
      fetch: fetchThrough(this.#channel),
    }
  }

  /** The app, by the program's `Date`, whose requests go through this `request`. */
  app(request) {
    this.#channel.request = request
    this.#app ??= new App({ ...this.#settings, clock: this.#clock.clock })
    this.#clock.follow()
    return this.#app
  }

  /** Calls the app, and shows the answer of the platform in an error, as Octokit does. */
  async call(request, operation) {
    this.#lastAnswer = null
    this.#lastFailure = undefined
    try {
      return await operation(this.app(request))
    } catch (error) {
      throw withAnswer(error, this.#lastAnswer, this.#lastFailure)
    }
  }

  /** The last answer, with its `data` and `headers`. */
  get lastAnswer() {
    return this.#lastAnswer
  }

  /** The members of a token of an installation, if it is in memory and its renewal is not due. */
  tokenInMemory(scope) {
    const kept = this.#kept.get(JSON.stringify(scope))
    const now = Date.now()
    return kept !== undefined && now >= kept.since && now < kept.until ? kept.members : undefined
  }

  /** The members of a token of an installation. */
  async token(request, scope, isRefresh) {
    const source = this.#source(request, scope)
    if (isRefresh) this.#forget(scope, source)
    const token = await this.call(request, () => source.token())
    const members = membersOf(token, this.#minted.get(token.reveal()))
    const since = Date.now()
    // In the last minutes the app is asked, because it renews the token then.
    this.#kept.set(JSON.stringify(scope), { members, since, until: token.expiresAt - RENEWAL_MS })
    dropOldest(this.#kept)
    return members
  }

  #forget(scope, source) {
    this.#kept.delete(JSON.stringify(scope))
    const held = source.tokenSync()
    if (held) source.invalidate(held)
  }

  /** A JWT, and when it expires. */
  async jwt() {
    if (this.#createJwt) {
      const { jwt, expiresAt } = await this.#createJwt(this.#appId, this.#differenceS())
      return { token: jwt, expiresAt }
    }
    const app = this.#signing?.app() ?? this.app(this.#channel.request)
    const jwt = await app.jwt()
    return { token: jwt.reveal(), expiresAt: jwt.expiresAt.toISOString() }
  }

  /** Moves the app's clock ahead of `Date`. */
  goAhead(seconds) {
    this.#clock.shift(seconds * 1000)
  }

  /** From now on JWTs are made by a clock that is so far ahead. */
  shift(seconds) {
    const { signing = new DateClock(), shiftedS = 0 } = this.#signing ?? {}
    signing.shift(seconds * 1000)
    signing.follow()
    // A new app, because a JWT is used again until it ends.
    const app = this.#createJwt ? undefined : new App({ ...this.#settings, clock: signing.clock })
    this.#signing = { signing, shiftedS: shiftedS + seconds, app: () => (signing.follow(), app) }
  }

  /** How far the platform's clock is ahead in seconds, if it is known: by a request of the program's or by minting. */
  #differenceS() {
    const byMinting = this.#app ? Math.trunc(this.#app.clockOffsetMs / 1000) : 0
    return this.#signing?.shiftedS || byMinting || undefined
  }

  #source(request, scope) {
    const key = JSON.stringify(scope)
    const app = this.app(request)
    if (scope.repositories) this.#names.set(sorted(scope.repositories), scope.repositories)
    dropOldest(this.#names)
    const source = this.#sources.get(key) ?? app.installation(scope)
    this.#sources.set(key, source)
    dropOldest(this.#sources)
    return source
  }

  #note(answer, path) {
    this.#lastAnswer = answer
    if (!path.endsWith('/access_tokens') || typeof answer.data?.token !== 'string') return
    this.#minted.set(answer.data.token, { ...answer.data, created_at: new Date().toISOString() })
    dropOldest(this.#minted)
  }
}

/** The base of the API; the web pages of a base that is not GitHub's own follow it. */
function basesOf(baseUrl) {
  if (baseUrl === 'https://api.github.com') return {}
  const { origin, pathname } = new URL(baseUrl)
  const web = pathname.replace(/\/$/, '') === '/api/v3' ? origin : origin.replace(/^https:\/\/api\.(.*\.ghe\.com)$/, 'https://$1')
  return { apiUrl: baseUrl, webUrl: web }
}

function withAnswer(error, answer, failure) {
  if (!(error instanceof AppmintError)) return error
  if (failure !== undefined) Object.defineProperty(error, 'cause', { value: failure, enumerable: false, configurable: true, writable: true })
  if (answer === null) return error
  const { error: code, error_description: said, error_uri: page } = answer.data ?? {}
  if (typeof code === 'string') error.message += `: ${said} (${code}, ${page})`
  Object.defineProperty(error, 'response', { value: answer, enumerable: false, configurable: true })
  error.status ??= answer.status
  return error
}

const sorted = (names) => JSON.stringify([...names].sort())

function dropOldest(map) {
  if (map.size > CAPACITY) map.delete(map.keys().next().value)
}

/** As many tokens as @octokit/auth-app keeps. */
const CAPACITY = 15_000
/** The longest time before its end in which an app renews a token. */
const RENEWAL_MS = 600_000
/** The times that its JWTs have. */
const JWT_TIMES = { jwtBackDateMs: 30_000, jwtLifetimeMs: 570_000 }
/** Of a JWT that is replaced before it is sent. */
const NO_SIGNATURE = new Uint8Array(256)

module.exports = { Host, dropOldest }
