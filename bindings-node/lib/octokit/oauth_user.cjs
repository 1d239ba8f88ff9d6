'use strict'

// createOAuthUserAuth: one user, from a code, a device or a token that there is already.

const { version } = require('../../native.cjs')
const { AppmintError } = require('../errors.cjs')
const { defaultRequest } = require('./default_request.cjs')
const { Host } = require('./host.cjs')
const { createOAuthDeviceAuth } = require('./oauth_device.cjs')
const { authenticationOf } = require('./results.cjs')
const { credentialOf } = require('./routes.cjs')

function createOAuthUserAuth({ clientId, clientSecret, clientType = 'oauth-app', request = defaultRequest, onTokenCreated, ...given }) {
  const user = new User({ clientId, clientSecret, clientType, request, onTokenCreated }, given)
  return Object.assign((options) => user.auth(options), { hook: (...args) => user.hook(...args) })
}

createOAuthUserAuth.VERSION = version()

class User {
  #state
  #given
  #authentication
  #renewal
  #hosts = new Map()

  constructor(state, given) {
    this.#state = state
    this.#given = given
  }

  async auth({ type } = {}, request = this.#state.request) {
    const before = await this.#current(request)
    if (before.invalid) throw new Error('[@octokit/auth-oauth-user] Token is invalid')
    if (type === 'check' || type === 'reset') return await this.#verified(type, request)
    if (type === 'delete' || type === 'deleteAuthorization') return await this.#deleted(type, request)
    if (type === 'refresh') this.#requireRefreshToken(before)
    const isOver = before.expiresAt !== undefined && Date.parse(before.expiresAt) - Date.now() < MIN_VALID_MS
    return type === 'refresh' || isOver ? await this.#renewed(request) : this.#authentication
  }

  async hook(request, route, parameters = {}) {
    const endpoint = request.endpoint.merge(route, parameters)
    const { url } = request.endpoint.parse({ ...endpoint, headers: { ...endpoint.headers } })
    const credential = credentialOf(url, endpoint.baseUrl)
    if (credential === 'none') return await request(endpoint)
    if (credential === 'client') endpoint.headers.authorization = this.#basic()
    else endpoint.headers.authorization = `token ${(await this.auth({}, request)).token}`
    return await request(endpoint)
  }

  #basic() {
    const { clientId, clientSecret } = this.#state
    return `basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  }

  /** The authentication so far; the first call makes it, for all who call meanwhile. */
  async #current(request) {
    if (this.#authentication) return this.#authentication
    this.#renewal ??= this.#first(request).finally(() => { this.#renewal = undefined })
    this.#authentication = await this.#renewal
    return this.#authentication
  }

  async #first(request) {
    const { clientId, clientSecret, clientType, onTokenCreated } = this.#state
    const given = this.#given
    if ('code' in given) {
      const options = given.redirectUrl ? { redirectUri: given.redirectUrl } : {}
      const token = await this.#host(request).call(request, (app) => app.exchangeCode(given.code, options))
      return this.#shown(request, token, { clientType, clientId, clientSecret })
    }
    if ('onVerification' in given) {
      const authenticate = createOAuthDeviceAuth({ clientType, clientId, ...given, request })
      return { clientSecret, ...(await authenticate({ type: 'oauth' })) }
    }
    if ('token' in given) return { type: 'token', tokenType: 'oauth', clientId, clientSecret, clientType, onTokenCreated, ...given }
    throw new Error('[@octokit/auth-oauth-user] Invalid strategy options')
  }

  #requireRefreshToken({ refreshToken }) {
    if (this.#state.clientType === 'oauth-app') throw new Error('[@octokit/auth-oauth-user] OAuth Apps do not support expiring tokens')
    if (refreshToken === undefined) throw new Error('[@octokit/auth-oauth-user] Refresh token missing')
  }

  /** A refresh token works once: all who need a new token share one refresh. */
  async #renewed(request) {
    this.#renewal ??= this.#refresh(request).finally(() => { this.#renewal = undefined })
    return await this.#renewal
  }

  async #refresh(request) {
    const { clientId, clientSecret } = this.#state
    const { refreshToken } = this.#authentication
    const token = await this.#host(request).call(request, (app) => app.refresh(refreshToken))
    // Before the callback, which may fail: the old refresh token is spent.
    this.#authentication = this.#shown(request, token, { clientType: 'github-app', clientId, clientSecret })
    await this.#state.onTokenCreated?.(this.#authentication, { type: 'refresh' })
    return this.#authentication
  }

  async #verified(type, request) {
    const { clientId, clientSecret, clientType, onTokenCreated } = this.#state
    const { refreshToken, refreshTokenExpiresAt, token: before } = this.#authentication
    const operation = type === 'check' ? 'checkToken' : 'resetToken'
    const token = await this.#unlessGone(request, (app) => app[operation](before))
    const kept = refreshToken === undefined ? {} : { refreshToken, ...(refreshTokenExpiresAt ? { refreshTokenExpiresAt } : {}) }
    this.#authentication = { ...this.#shown(request, token, { clientType, clientId, clientSecret }), ...kept }
    if (type === 'reset') await onTokenCreated?.(this.#authentication, { type })
    return this.#authentication
  }

  async #unlessGone(request, operation) {
    try {
      return await this.#host(request).call(request, operation)
    } catch (error) {
      if (error.status === 404) {
        error.message = '[@octokit/auth-oauth-user] Token is invalid'
        this.#authentication.invalid = true
      }
      throw error
    }
  }

  async #deleted(type, request) {
    const operation = type === 'delete' ? 'deleteToken' : 'deleteGrant'
    try {
      await this.#host(request).call(request, (app) => app[operation](this.#authentication.token))
    } catch (error) {
      if (!(error instanceof AppmintError) || error.status !== 404) throw error
    }
    this.#authentication.invalid = true
    return this.#authentication
  }

  #shown(request, token, client) {
    return authenticationOf(token, client, this.#host(request).lastAnswer)
  }

  #host(request) {
    const { baseUrl } = request.endpoint.DEFAULTS
    const { clientId, clientSecret } = this.#state
    if (!this.#hosts.has(baseUrl)) this.#hosts.set(baseUrl, new Host(baseUrl, { clientId, clientSecret }))
    return this.#hosts.get(baseUrl)
  }
}

/** Long enough for the request that the token is used for. */
const MIN_VALID_MS = 60_000

module.exports = { createOAuthUserAuth }
