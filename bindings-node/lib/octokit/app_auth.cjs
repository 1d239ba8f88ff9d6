'use strict'

// createAppAuth: an app, its installations and its users, as @octokit/auth-app has them.

const { MemoryCache, keyOf, read, write } = require('./cache.cjs')
const { defaultRequest } = require('./default_request.cjs')
const { Host } = require('./host.cjs')
const { createOAuthAppAuth } = require('./oauth_app.cjs')
const { credentialOf } = require('./routes.cjs')

function createAppAuth(options) {
  checkOptions(options)
  const log = options.log ?? {}
  // The logger itself, whose methods may need their `this`.
  if (typeof log.warn !== 'function') log.warn = console.warn.bind(console)
  const { request = defaultRequest, clientId = '', clientSecret = '' } = options
  const oauthApp = createOAuthAppAuth({ clientType: 'github-app', clientId, clientSecret, request })
  const state = {
    request, cache: new MemoryCache(), ...options, log, oauthApp,
    ...(options.installationId ? { installationId: Number(options.installationId) } : {}),
  }
  const strategy = new AppStrategy(state)
  return Object.assign((authOptions) => strategy.auth(authOptions), { hook: (...args) => strategy.hook(...args) })
}

function checkOptions(options) {
  if (!options.appId) throw new Error('[@octokit/auth-app] appId option is required')
  if (!options.privateKey && !options.createJwt) throw new Error('[@octokit/auth-app] privateKey option is required')
  if (options.privateKey && options.createJwt) {
    throw new Error('[@octokit/auth-app] privateKey and createJwt options are mutually exclusive')
  }
  if ('installationId' in options && !options.installationId) {
    throw new Error('[@octokit/auth-app] installationId is set to a falsy value')
  }
}

class AppStrategy {
  #state
  #hosts
  #pending = new Map()
  /** The host of the last request: most programs have one. */
  #last

  constructor(state) {
    this.#state = state
    this.#hosts = state.cache instanceof MemoryCache ? state.cache.hosts : new Map()
  }

  async auth(options) {
    switch (options.type) {
      case 'app': return await this.#asApp(this.#host(this.#state.request))
      case 'oauth-app': return await this.#state.oauthApp({ type: 'oauth-app' })
      case 'installation': return await this.#asInstallation(options, this.#state.request)
      case 'oauth-user': return await this.#state.oauthApp(options)
      default: throw new Error(`Invalid auth type: ${options.type}`)
    }
  }

  async hook(request, route, parameters) {
    const endpoint = request.endpoint.merge(route, parameters)
    const { url } = request.endpoint.parse({ ...endpoint, headers: { ...endpoint.headers } })
    switch (credentialOf(url, endpoint.baseUrl)) {
      case 'none': return await request(endpoint)
      case 'client': return await this.#callAsClient(request, endpoint)
      case 'app': return await this.#callAsApp(request, endpoint)
      default: return await this.#callAsInstallation(request, endpoint)
    }
  }

  #host(request, baseUrl = request.endpoint.DEFAULTS.baseUrl) {
    if (this.#last?.baseUrl === baseUrl) return this.#last.host
    const { appId, privateKey, createJwt } = this.#state
    const key = JSON.stringify([baseUrl, String(appId)])
    let host = this.#hosts.get(key)?.find(({ by }) => by === (privateKey ?? createJwt))?.host
    if (host === undefined) {
      host = new Host(baseUrl, { appId, privateKey, createJwt })
      this.#hosts.set(key, [...(this.#hosts.get(key) ?? []), { by: privateKey ?? createJwt, host }])
    }
    this.#last = { baseUrl, host }
    return host
  }

  async #asApp(host) {
    const { appId, privateKey } = this.#state
    try {
      const { token, expiresAt } = await host.jwt()
      return { type: 'app', token, appId, expiresAt }
    } catch (cause) {
      if (privateKey !== FIRST_LINE) throw cause
      throw new Error(ONLY_FIRST_LINE, { cause })
    }
  }

  async #asInstallation(options, request, host = this.#host(request)) {
    const installationId = Number(options.installationId || this.#state.installationId)
    if (!installationId) throw new Error('[@octokit/auth-app] installationId option is required for installation authentication.')
    if (options.factory) {
      const { type, factory, oauthApp, ...factoryOptions } = { ...this.#state, ...options }
      return factory(factoryOptions)
    }
    const asked = { ...options, installationId }
    const members = options.refresh || !(this.#state.cache instanceof MemoryCache) ? undefined : host.tokenInMemory(scopeOf(asked))
    if (members) return resultOf(asked, members)
    const key = JSON.stringify([host === this.#host(request) ? '' : request.endpoint.DEFAULTS.baseUrl, scopeOf(asked), Boolean(options.refresh)])
    const pending = this.#pending.get(key) ?? this.#token(asked, request, host).finally(() => this.#pending.delete(key))
    this.#pending.set(key, pending)
    return await pending
  }

  async #token(options, request, host) {
    const { cache, appId } = this.#state
    const isOwn = cache instanceof MemoryCache
    const key = isOwn ? '' : keyOf(cache, { baseUrl: request.endpoint.DEFAULTS.baseUrl, appId: String(appId) }, options)
    const kept = isOwn || options.refresh ? undefined : read(await cache.get(key), options)
    if (kept) return resultOf(options, kept)
    const result = resultOf(options, await host.token(request, scopeOf(options), options.refresh))
    if (!isOwn) await cache.set(key, write(result, options))
    return result
  }

  async #callAsClient(request, endpoint) {
    const { headers } = await this.#state.oauthApp({ type: 'oauth-app' })
    endpoint.headers.authorization = headers.authorization
    return await request(endpoint)
  }

  async #callAsApp(request, endpoint) {
    const host = this.#host(request, endpoint.baseUrl)
    const call = async () => {
      const { token } = await this.#asApp(host)
      return await request({ ...endpoint, headers: { ...endpoint.headers, authorization: `bearer ${token}` } })
    }
    try {
      return await call()
    } catch (error) {
      const date = error.response?.headers?.date
      if (!isAboutTime(error) || date === undefined) throw error
      const seconds = Math.floor(Date.parse(date) / 1000) - Math.floor(Date.now() / 1000)
      this.#state.log.warn(error.message)
      this.#state.log.warn(`[@octokit/auth-app] GitHub API time and system time are different by ${seconds} seconds. Retrying request with the difference accounted for.`)
      host.shift(seconds)
      return await call()
    }
  }

  /** A token that was just made may be unknown to a part of the platform; any other that is refused is replaced once. */
  async #callAsInstallation(request, endpoint) {
    const there = request.defaults({ baseUrl: endpoint.baseUrl })
    const host = this.#host(there)
    const call = async (options) => {
      const authentication = await this.#asInstallation(options, there, host)
      endpoint.headers.authorization = `token ${authentication.token}`
      return authentication
    }
    let { token, createdAt } = await call({})
    let isReplaced = false
    for (let retries = 1; ; retries += 1) {
      try {
        return await request(endpoint)
      } catch (error) {
        if (error.status !== 401) throw error
        const isNew = Date.now() - Date.parse(createdAt) < REPLICATION_MS
        if (!isNew && isReplaced) throw error
        if (isNew) await this.#waitForReplication(retries)
        else ({ token, createdAt } = await this.#replaced(call, token))
        isReplaced ||= !isNew
      }
    }
  }

  /** The new token, after one was refused: it is made once, however many requests were refused with the old one. */
  async #replaced(call, refused) {
    const current = await call({})
    return current.token === refused ? await call({ refresh: true }) : current
  }

  async #waitForReplication(retries) {
    this.#state.log.warn(`[@octokit/auth-app] Retrying after 401 response to account for token replication delay (retry: ${retries}, wait: ${retries}s)`)
    await new Promise((resolve) => setTimeout(resolve, retries * 1000))
  }
}

/** The scope as an app takes it. */
function scopeOf({ installationId, repositoryIds, repositoryNames, permissions }) {
  return {
    id: installationId,
    ...(repositoryIds ? { repositoryIds: [...repositoryIds] } : {}),
    ...(repositoryNames ? { repositories: [...repositoryNames] } : {}),
    ...(permissions ? { permissions } : {}),
  }
}

function resultOf({ installationId }, { token, permissions, ...rest }) {
  return { type: 'token', tokenType: 'installation', token, installationId, permissions: { ...permissions }, ...rest }
}

function isAboutTime({ message }) {
  return /'Expiration time' claim \('exp'\) (is too far in the future|must be a numeric value representing the future)/.test(message) ||
    /'Issued at' claim \('iat'\) must be an Integer representing the time/.test(message)
}

const FIRST_LINE = '-----BEGIN RSA PRIVATE KEY-----'
const ONLY_FIRST_LINE = `The 'privateKey\` option contains only the first line '${FIRST_LINE}'. If you are setting it using a \`.env\` file, make sure it is set on a single line with newlines replaced by '\n'`
/** For so long after it was made, a refusal may mean that a part of the platform does not know it yet. */
const REPLICATION_MS = 5000

module.exports = { createAppAuth }
