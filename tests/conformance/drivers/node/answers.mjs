// The results of commands, as the members of one line.

import { inspect } from 'node:util'

export function token(value) {
  const { kind, expiresAt, permissions, repositorySelection, repositories, scopes, account, accountId, claims } = value
  const { refreshTokenExpiresAt } = value
  return {
    ...members({ kind, expiresAt, permissions, repositorySelection, repositories, scopes, account, accountId, claims }),
    ...members({ refreshTokenExpiresAt }),
    'reveal.token': value.reveal(),
    'reveal.authorization': value.authorizationHeader(),
    'reveal.refresh_token': value.revealRefreshToken(),
    shown: shown(value),
  }
}

export function registration(value) {
  return {
    ...record(value),
    'reveal.client_secret': value.revealClientSecret(),
    'reveal.webhook_secret': value.revealWebhookSecret(),
    'reveal.private_key': value.revealPrivateKey(),
  }
}

/** The items of a list, up to a limit. */
export async function listing(list, limit, tell = record) {
  const items = []
  while (items.length < (limit ?? Infinity)) {
    const { done, value } = await list.next()
    if (done) break
    items.push(value)
  }
  return Object.assign({ count: items.length }, ...items.map((item, index) => tell(item, `${index}.`)))
}

/** An item of any endpoint's list. */
export const item = (value, prefix) => ({ [`${prefix}value`]: JSON.stringify(value) })

/** An object whose members are all in the answer. */
export function record(value, prefix = '') {
  return { ...members(value, prefix), [`${prefix}shown`]: shown(value) }
}

export function authorization(value) {
  const { url, state, redirectUri, codeVerifier } = value
  return { url, state, redirect_uri: redirectUri, 'reveal.code_verifier': codeVerifier, shown: shown(value) }
}

export function members(value, prefix = '') {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => pair(prefix, snake(name), member)))
}

function pair(prefix, name, value) {
  if (value instanceof Date) return [`${prefix}${name}_ms`, value.getTime()]
  if (Array.isArray(value)) return [prefix + name, value.join()]
  if (name === 'permissions') {
    const levels = Object.keys(value).sort().map((key) => `${key}:${value[key]}`)
    return [prefix + name, levels.join()]
  }
  return [prefix + name, typeof value === 'object' && value !== null ? JSON.stringify(value) : value]
}

export function quota(value) {
  if (value === null) return {}
  const { limit, remaining, resetAt, resource } = value
  return { limit, remaining, reset_at_ms: resetAt?.getTime(), resource }
}

export function response(value) {
  const headers = Object.entries(value.headers).map(([name, header]) => [`header.${name}`, header])
  return { status: value.status, body: value.body, text: value.text(), shown: shown(value), ...Object.fromEntries(headers) }
}

export function error(value) {
  const { kind, reason, message, hint, status, platformCode, requestId, ssoUrl, retryAfterMs, isRetryable } = value
  const fields = members({ kind, reason, message, hint, status, platformCode, requestId, ssoUrl, retryAfterMs, isRetryable })
  return { ...fields, missing_permissions: value.missingPermissions.join(), shown: shown(value) }
}

export const shown = (value) => `${inspect(value, { depth: null, showHidden: true })} ${value} ${JSON.stringify(value)}`
const snake = (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export function encode(value) {
  const hex = (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  const isPlain = (byte) => byte < 128 && /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value))
  return Array.from(bytes, (byte) => (isPlain(byte) ? String.fromCharCode(byte) : hex(byte))).join('')
}
