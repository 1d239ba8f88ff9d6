// Does what the runner says with the Node surface; the language is in ../../PROTOCOL.md.

import { createInterface } from 'node:readline'
import { inspect } from 'node:util'

import * as appmint from '../../../../bindings-node/index.mjs'

let settings = {}
let app
let clock

const COMMANDS = {
  config(words) {
    for (const [key, value] of Object.entries(words)) set(key, value)
  },
  app() {
    const given = settings
    settings = {}
    app = new appmint.App(given)
    return { shown: inspect(app) }
  },
  advance: ({ ms }) => clock.advance(Number(ms)),
  call: ({ op, ...words }) => OPERATIONS[op](words),
}

const OPERATIONS = {
  version: () => ({ value: appmint.version }),
  platforms: () => ({ value: appmint.platforms.join() }),
  jwt: async () => token(await app.jwt()),
  fingerprint: () => ({ value: app.fingerprint }),
  platform_name: () => ({ value: app.platformName }),
  installations: async () => {
    const found = await app.installations()
    return Object.assign({ count: found.length }, ...found.map((each, index) => installation(each, `${index}.`)))
  },
  clock_offset: () => ({ value: app.clockOffset }),
  find_installation: async (words) => installation(await app.findInstallation(words)),
  token: async ({ id, min_valid_ms, ...words }) => {
    return token(await app.installation(id, narrowing(words)).token({ minValid: number(min_valid_ms) }))
  },
  invalidate: ({ id }) => app.installation(id).invalidate(),
  source_request: async ({ id, ...words }) => response(await app.installation(id).request(...call(words))),
  verify_webhook: ({ body, secrets, ...words }) => {
    const { payload, ...said } = app.verifyWebhook(headersOf(words), Buffer.from(body), secrets.split(','))
    return { ...members(said), payload: JSON.stringify(payload) }
  },
  authorize: ({ scopes, ...words }) => {
    const made = app.authorize({ ...camelCased(words), scopes: scopes?.split(',') })
    const { url, state } = made
    return { url, state, 'reveal.code_verifier': made.codeVerifier, shown: inspect(made) }
  },
  authorization_code: ({ callback_url, state }) => ({ 'reveal.value': app.authorizationCode(callback_url, state) }),
  exchange_code: async ({ code, ...words }) => token(await app.exchangeCode(code, camelCased(words))),
  refresh: async ({ refresh_token }) => token(await app.refresh(refresh_token)),
  request: async (words) => response(await app.request(...call(words))),
}

const READERS = {
  signer: (value) => (value === 'fail' ? fail : () => new Uint8Array(256).fill(1)),
  jwt_back_date: number,
  jwt_lifetime: number,
  timeout: number,
  connect_timeout: number,
  max_response_body: number,
  retries: number,
  allow_plain_http: (value) => value === 'true',
}

function set(key, value) {
  if (key === 'clock_ms') settings.clock = clock = new appmint.ManualClock(Number(value))
  else if (key === 'private_key_hex') settings.privateKey = Buffer.from(value, 'hex')
  else settings[camel(key)] = READERS[key]?.(value) ?? value
}

function fail() {
  throw new Error('the signer callback failed')
}

function call({ method, path, json, ...words }) {
  const others = Object.fromEntries(Object.entries(words).filter(([name]) => !name.startsWith('header.')))
  return [method, path, { ...others, headers: headersOf(words), json: json && JSON.parse(json) }]
}

function headersOf(words) {
  const named = Object.entries(words).filter(([name]) => name.startsWith('header.'))
  return Object.fromEntries(named.map(([name, value]) => [name.slice(7), value]))
}

function narrowing({ permissions, ...words }) {
  const lists = Object.entries(camelCased(words)).map(([name, value]) => [name, value.split(',')])
  return { ...Object.fromEntries(lists), permissions: permissions === undefined ? undefined : levels(permissions) }
}

function levels(text) {
  return Object.fromEntries(text.split(',').filter(Boolean).map((each) => each.split(':')))
}

function token(of) {
  const { kind, expiresAt, permissions, repositorySelection, repositories, scopes, claims, refreshTokenExpiresAt } = of
  return {
    ...members({ kind, expiresAt, permissions, repositorySelection, repositories, scopes, claims, refreshTokenExpiresAt }),
    'reveal.token': of.reveal(),
    'reveal.authorization': of.authorization(),
    'reveal.refresh_token': of.revealRefreshToken(),
    shown: shown(of),
  }
}

function installation(of, prefix = '') {
  return { ...members(of, prefix), [`${prefix}shown`]: shown(of) }
}

function members(of, prefix = '') {
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

function response(of) {
  const headers = Object.entries(of.headers).map(([name, value]) => [`header.${name}`, value])
  return { status: of.status, body: of.body, shown: shown(of), ...Object.fromEntries(headers) }
}

function error(of) {
  const { kind, reason, message, hint, status, platformCode, requestId, isRetryable } = of
  const told = members({ kind, reason, message, hint, status, platformCode, requestId, isRetryable })
  return { ...told, retry_after_ms: of.retryAfter, shown: shown(of) }
}

const shown = (of) => `${inspect(of, { depth: null, showHidden: true })} ${of} ${JSON.stringify(of)}`
const camel = (name) => name.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase())
const snake = (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const camelCased = (words) => Object.fromEntries(Object.entries(words).map(([key, value]) => [camel(key), value]))

function number(text) {
  return text === undefined ? undefined : Number(text)
}

function encode(value) {
  const hex = (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  const kept = (byte) => /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value))
  return Array.from(bytes, (byte) => (byte < 128 && kept(byte) ? String.fromCharCode(byte) : hex(byte))).join('')
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...pairs] = line.split(' ')
  const words = Object.fromEntries(pairs.map((pair) => pair.split('=').map(decodeURIComponent)))
  let answer
  try {
    answer = ['ok', (await COMMANDS[command](words)) ?? {}]
  } catch (thrown) {
    if (!(thrown instanceof appmint.AppmintError)) throw thrown
    answer = ['error', error(thrown)]
  }
  const present = Object.entries(answer[1]).filter(([, value]) => value !== undefined && value !== null)
  console.log([answer[0], ...present.map(([key, value]) => `${encode(key)}=${encode(value)}`)].join(' '))
}
