'use strict'

// The credential that a route of GitHub needs, as data.

const { routes } = require('./routes.json')

const patterns = Object.entries(routes).map(([credential, paths]) => [credential, new RegExp(`^(?:${paths.map(source).join('|')})$`, 'i')])

/** A path with its parameters: `{name}` is one segment. */
function source(path) {
  const segments = path.split('/').map((segment) => (segment.startsWith('{') ? '[^/]+' : segment.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')))
  return segments.join('/')
}

/**
 * The credential of a URL, with its parameters filled in: `app`, `client` or `installation`; `none` for one that is not
 * below the base, except for the pages of OAuth, which carry their own.
 */
function credentialOf(url, baseUrl) {
  if (OAUTH.test(new URL(url).pathname)) return 'none'
  const base = new URL(baseUrl)
  const { origin, pathname } = new URL(url)
  if (!isOf(origin, base)) return 'none'
  const below = base.pathname.replace(/\/$/, '')
  const path = pathname.startsWith(`${below}/`) ? pathname.slice(below.length) : pathname
  return patterns.find(([, pattern]) => pattern.test(path))?.[0] ?? 'installation'
}

/** The API itself, or the host beside it that takes the uploads of GitHub. */
function isOf(origin, base) {
  return origin === base.origin || (base.origin === 'https://api.github.com' && origin === 'https://uploads.github.com')
}

const OAUTH = /\/login\/(oauth\/access_token|device\/code)$/

module.exports = { credentialOf }
