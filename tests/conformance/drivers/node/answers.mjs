// What came of a command, as the words of one line.

import { inspect } from 'node:util'

export function token(of) {
  const { kind, expiresAt, permissions, repositorySelection, repositories, scopes, account, claims } = of
  const { refreshTokenExpiresAt } = of
  return {
    ...members({ kind, expiresAt, permissions, repositorySelection, repositories, scopes, account, claims }),
    ...members({ refreshTokenExpiresAt }),
    'reveal.token': of.reveal(),
    'reveal.authorization': of.authorizationHeader(),
    'reveal.refresh_token': of.revealRefreshToken(),
    shown: shown(of),
  }
}

export function registration(of) {
  return {
    ...record(of),
    'reveal.client_secret': of.revealClientSecret(),
    'reveal.webhook_secret': of.revealWebhookSecret(),
    'reveal.private_key': of.revealPrivateKey(),
  }
}

/** The items of a list, up to the limit that was given. */
export async function all(list, limit) {
  const items = []
  while (items.length < (limit ?? Infinity)) {
    const { done, value } = await list.next()
    if (done) break
    items.push(value)
  }
  return Object.assign({ count: items.length }, ...items.map((each, index) => record(each, `${index}.`)))
}

/** An object whose members all tell what they are. */
export function record(of, prefix = '') {
  return { ...members(of, prefix), [`${prefix}shown`]: shown(of) }
}

export function authorization(of) {
  const { url, state, redirectUri, codeVerifier } = of
  return { url, state, redirect_uri: redirectUri, 'reveal.code_verifier': codeVerifier, shown: shown(of) }
}

export function members(of, prefix = '') {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => word(prefix, snake(name), value)))
}

function word(prefix, name, value) {
  if (value instanceof Date) return [`${prefix}${name}_ms`, value.getTime()]
  if (Array.isArray(value)) return [prefix + name, value.join()]
  if (name === 'permissions') {
    const listed = Object.keys(value).sort().map((key) => `${key}:${value[key]}`)
    return [prefix + name, listed.join()]
  }
  return [prefix + name, typeof value === 'object' && value !== null ? JSON.stringify(value) : value]
}

export function response(of) {
  const headers = Object.entries(of.headers).map(([name, value]) => [`header.${name}`, value])
  return { status: of.status, body: of.body, shown: shown(of), ...Object.fromEntries(headers) }
}

export function error(of) {
  const { kind, reason, message, hint, status, platformCode, requestId, isRetryable } = of
  const told = members({ kind, reason, message, hint, status, platformCode, requestId, isRetryable })
  return { ...told, retry_after_ms: of.retryAfter, shown: shown(of) }
}

export const shown = (of) => `${inspect(of, { depth: null, showHidden: true })} ${of} ${JSON.stringify(of)}`
const snake = (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export function encode(value) {
  const hex = (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  const kept = (byte) => /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value))
  return Array.from(bytes, (byte) => (byte < 128 && kept(byte) ? String.fromCharCode(byte) : hex(byte))).join('')
}
