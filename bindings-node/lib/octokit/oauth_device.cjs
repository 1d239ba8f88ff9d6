'use strict'

// createOAuthDeviceAuth: a user who types a code on another device (RFC 8628).

const { AppmintError } = require('../errors.cjs')
const { defaultRequest } = require('./default_request.cjs')
const { Host } = require('./host.cjs')
const { authenticationOf } = require('./results.cjs')
const { credentialOf } = require('./routes.cjs')

function createOAuthDeviceAuth(options) {
  const { clientType = 'oauth-app', clientId, onVerification, request = defaultRequest, scopes = [] } = options
  if (!clientId) throw new Error('[@octokit/auth-oauth-device] "clientId" option must be set (https://github.com/octokit/auth-oauth-device.js#usage)')
  if (!onVerification) throw new Error('[@octokit/auth-oauth-device] "onVerification" option must be a function (https://github.com/octokit/auth-oauth-device.js#usage)')
  const device = new Device({ clientType, clientId, onVerification, request, scopes })
  return Object.assign((authOptions) => device.auth(authOptions), { hook: (...args) => device.hook(...args) })
}

class Device {
  #state
  #authentication
  #pending

  constructor(state) {
    this.#state = state
  }

  async auth({ refresh, scopes = this.#state.scopes } = {}, request = this.#state.request) {
    const kept = this.#authentication
    if (kept && refresh !== true && this.#hasScopes(kept, scopes)) return kept
    // One login for all who ask meanwhile: the user types one code.
    this.#pending ??= this.#login(scopes, request).finally(() => { this.#pending = undefined })
    this.#authentication = await this.#pending
    return this.#authentication
  }

  async hook(request, route, parameters) {
    const endpoint = request.endpoint.merge(route, parameters)
    const { url } = request.endpoint.parse({ ...endpoint, headers: { ...endpoint.headers } })
    if (credentialOf(url, endpoint.baseUrl) === 'none') return await request(endpoint)
    const { token } = await this.auth({}, request)
    endpoint.headers.authorization = `token ${token}`
    return await request(endpoint)
  }

  #hasScopes({ scopes = [] }, wanted) {
    return this.#state.clientType === 'github-app' || wanted.join(' ') === scopes.join(' ')
  }

  async #login(scopes, request) {
    const { clientType, clientId, onVerification } = this.#state
    const isApp = clientType === 'github-app'
    const host = new Host(request.endpoint.DEFAULTS.baseUrl, { clientId, deviceScope: isApp ? {} : { scope: '' } })
    const login = await host.call(request, (app) => app.startDeviceLogin(isApp || scopes.length === 0 ? {} : { scopes }))
    const { data: verification } = host.lastAnswer
    await onVerification(verification)
    const token = await poll(host, request, login, verification)
    return authenticationOf(token, { clientType, clientId }, host.lastAnswer)
  }
}

/** Polls at the pace that the platform asks for, by the program's timers; the first time at once. */
async function poll(host, request, login, { interval }) {
  host.goAhead(Math.max(Number(interval) || 0, DEFAULT_INTERVAL_S))
  for (;;) {
    try {
      return await host.call(request, () => login.poll())
    } catch (error) {
      if (!(error instanceof AppmintError) || error.kind !== 'pending') throw error
      const waitMs = error.retryAfterMs ?? DEFAULT_INTERVAL_S * 1000
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

/** RFC 8628 §3.2 */
const DEFAULT_INTERVAL_S = 5

module.exports = { createOAuthDeviceAuth }
