'use strict'

// Tokens in the program's own cache: `get` and `set`, of texts.

/** The tokens of this process, which all auth functions share that were made with it. Its apps keep the tokens. */
class MemoryCache {
  /** The apps by their bases and credentials. */
  hosts = new Map()
  #texts = new Map()

  get(key) {
    return this.#texts.get(key)
  }

  set(key, value) {
    this.#texts.set(key, value)
  }
}

/** Which app and base a cache was first used for: others write their names before their keys. */
const owners = new WeakMap()

/**
 * The key of a token. An installation of github.com is named by its id alone, as @octokit/auth-app does, so that its
 * entries are found; whatever that package confuses has a key of its own.
 */
function keyOf(cache, owner, { installationId, repositoryIds, repositoryNames, permissions }) {
  if (!owners.has(cache)) owners.set(cache, owner.appId)
  const isFirst = owners.get(cache) === owner.appId && owner.baseUrl === 'https://api.github.com'
  const parts = [
    ...(isFirst ? [] : [owner.baseUrl, `app=${owner.appId}`]),
    installationId,
    ...(repositoryIds ? [[...repositoryIds].map(Number).sort((one, other) => one - other).join(',')] : []),
    ...(repositoryNames ? [`repositories=${[...repositoryNames].sort().join(',')}`] : []),
    ...(permissions ? [Object.keys(permissions).sort().map((name) => name + (LEVELS[permissions[name]] ?? `=${permissions[name]}`)).join(',')] : []),
  ]
  return parts.join('|')
}

/** A token as text: that of @octokit/auth-app, if it can say the permissions, else JSON. */
function write(result, { permissions }) {
  const levels = Object.entries(result.permissions)
  const isPlain = levels.every(([name, level]) => level in LEVELS && !/[|,!=]/.test(name)) && !result.repositoryIds && !result.repositoryNames
  if (!isPlain) return JSON.stringify(result)
  const said = permissions ? '' : levels.map(([name, level]) => name + LEVELS[level]).join(',')
  return [result.token, result.createdAt, result.expiresAt, result.repositorySelection, said, result.singleFileName].join('|')
}

/** The token of a text, if it is alive for a while longer; undefined otherwise. */
function read(text, options) {
  if (typeof text !== 'string' || text === '') return undefined
  const found = text.startsWith('{') ? readJson(text) : readFields(text, options)
  const remainingMs = Date.parse(found?.expiresAt) - Date.now()
  return typeof found?.token === 'string' && remainingMs > MIN_VALID_MS ? found : undefined
}

function readJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // of somebody else
  }
}

function readFields(text, { permissions, repositoryIds, repositoryNames }) {
  const [token, createdAt, expiresAt, repositorySelection, said = '', singleFileName] = text.split('|')
  const pairs = said.split(',').filter(Boolean).map((name) => (name.endsWith('!') ? [name.slice(0, -1), 'write'] : [name, 'read']))
  return {
    token, permissions: permissions ?? Object.fromEntries(pairs), createdAt, expiresAt, repositorySelection,
    ...(repositoryIds ? { repositoryIds } : {}), ...(repositoryNames ? { repositoryNames } : {}),
    ...(singleFileName ? { singleFileName } : {}),
  }
}

const LEVELS = { read: '', write: '!' }
/** Long enough for the request that the token is used for. */
const MIN_VALID_MS = 60_000

module.exports = { MemoryCache, keyOf, read, write }
