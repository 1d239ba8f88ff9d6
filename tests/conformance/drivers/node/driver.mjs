// Carries out the runner's commands with the Node surface; the protocol is in ../../PROTOCOL.md.

import { createInterface } from 'node:readline'

import * as appmint from '../../../../bindings-node/index.mjs'
import { encode, error, item, listing, members, quota, record, response, shown, token } from './answers.mjs'
import { boolean, camel, headersOf, list, number, pageArguments, requestArguments, scope, scopedOptions, tokenOptions } from './arguments.mjs'
import { changes, countDifferent, events, recordEvent, unwatch, watch } from './notifications.mjs'
import { OPERATIONS } from './operations.mjs'
import { stores } from './stores.mjs'
import { USERS } from './users.mjs'

// A callback that fails warns of it; the runner wants nothing printed but what is wrong.
process.removeAllListeners('warning').on('warning', (warning) => {
  if (warning.code !== 'APPMINT_CALLBACK') throw warning
})

let settings = {}
let app
let clock

const COMMANDS = {
  config(values) {
    for (const [key, value] of Object.entries(values)) set(key, value)
  },
  app() {
    const options = settings
    settings = {}
    app = new appmint.App(options)
    return { shown: shown(app) }
  },
  advance: ({ ms }) => clock.advance(Number(ms)),
  set_clock: ({ ms }) => clock.set(Number(ms)),
  call: ({ op, ...args }) => (CALLS[op] ?? (USERS[op] ?? OPERATIONS[op]).bind(null, app))(args),
}

const CALLS = {
  version: () => ({ value: appmint.version }),
  platforms: () => ({ value: appmint.platforms.join() }),
  secret_pattern: () => ({ value: appmint.secretPattern }),
  discover: async ({ issuer }) => {
    const network = Object.entries(settings).filter(([name]) => NETWORK.includes(name))
    settings.platformDescriptor = await appmint.discover(issuer, Object.fromEntries(network))
    return { value: settings.platformDescriptor }
  },
  jwt: async () => token(await app.jwt()),
  fingerprint: () => ({ value: app.fingerprint }),
  platform_name: () => ({ value: app.platformName }),
  installations: ({ limit }) => listing(app.installations(), number(limit)),
  clock_offset: () => ({ value: app.clockOffsetMs }),
  find_installation: async (args) => record(await app.findInstallation(args)),
  token: async (args) => token(await source(args).token(tokenOptions(args))),
  app_token: async ({ min_valid_ms, ...args }) => {
    return token(await app.appTokens(scopedOptions(args)).token(tokenOptions({ min_valid_ms })))
  },
  source_authorization_header: async (args) => ({ 'reveal.value': await source(args).authorizationHeader(tokenOptions(args)) }),
  quota: () => quota(app.quota()),
  source_quota: (args) => quota(source(args).quota()),
  source_expires_at: (args) => ({ value: source(args).expiresAt?.getTime() }),
  source_installation_id: (args) => ({ value: source(args).installationId }),
  tokens: ({ count, ...args }) => countDifferent(source(args), Number(count)),
  watch: (args) => watch(source(args)),
  unwatch,
  changes,
  events,
  stats: () => members(app.stats()),
  apply_webhook: (args) => ({ value: app.applyWebhook(webhook(args)) }),
  close: () => app.close(),
  invalidate: ({ token, ...args }) => source(args).invalidate(token),
  revoke: (args) => source(args).revoke(),
  repositories: (args) => listing(source(args).repositories(), number(args.limit)),
  webhook_deliveries: ({ limit }) => listing(app.webhookDeliveries(), number(limit)),
  source_request: async ({ id, ...args }) => response(await app.installation(id).request(...requestArguments(args))),
  paginate: (args) => listing(app.paginate(...pageArguments(args)), number(args.limit), item),
  source_paginate: ({ id, ...args }) => listing(app.installation(id).paginate(...pageArguments(args)), number(args.limit), item),
  verify_webhook: (args) => {
    const { name, payload, ...others } = webhook(args)
    return { event: name, ...members(others), payload: JSON.stringify(payload) }
  },
  authorization_code: ({ callback_url, state }) => ({ 'reveal.value': app.authorizationCode(callback_url, state) }),
  request: async (args) => response(await app.request(...requestArguments(args))),
}

/** The settings that `discover` takes, too. */
const NETWORK = [
  'timeoutMs', 'connectTimeoutMs', 'proxy', 'rootCertificates', 'clientCertificate', 'clientKey', 'userAgent', 'allowPlainHttp',
  'refusePrivateAddresses', 'retries', 'retryWaitMs',
]

/** Settings whose values are no text. */
const READERS = {
  signer: (value) => (value === 'fail' ? fail : () => new Uint8Array(256).fill(1)),
  max_response_body: number,
  retries: number,
  allow_plain_http: boolean,
  refuse_private_addresses: boolean,
  store_unencrypted: boolean,
  capacity: number,
  on_event: (value) => (value === 'fail' ? fail : recordEvent),
}

/** Settings with other names in Node, and their values. */
const RENAMED = {
  private_key_hex: (value) => ({ privateKey: Buffer.from(value, 'hex') }),
  fallback_private_key_hex: (value) => ({ fallbackPrivateKey: Buffer.from(value, 'hex') }),
  own_store: (value) => ({ store: stores[value] }),
  jwt_back_date: (value) => ({ jwtBackDateMs: 1000 * value }),
  jwt_lifetime: (value) => ({ jwtLifetimeMs: 1000 * value }),
  timeout: (value) => ({ timeoutMs: Number(value) }),
  connect_timeout: (value) => ({ connectTimeoutMs: Number(value) }),
  retry_wait: (value) => ({ retryWaitMs: Number(value) }),
  clock_ms: (value) => ({ clock: (clock = new appmint.ManualClock(Number(value))) }),
}

function set(key, value) {
  Object.assign(settings, RENAMED[key]?.(value) ?? { [camel(key)]: READERS[key]?.(value) ?? value })
}

function source({ id, account, organization, user, repository, enterprise, ...args }) {
  const { repositories, repository_ids, permissions } = args
  const limits = Object.entries({ repositories, repository_ids, permissions }).filter(([, value]) => value !== undefined)
  const lookup = { id, account, organization, user, repository, enterprise }
  return app.installation({ ...lookup, ...scope(Object.fromEntries(limits)) })
}

function webhook({ body, secrets, ...args }) {
  return app.verifyWebhook(headersOf(args), Buffer.from(body), list(secrets))
}

function fail() {
  throw new Error('the callback failed')
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...pairs] = line.split(' ')
  const args = Object.fromEntries(pairs.map((pair) => pair.split('=').map(decodeURIComponent)))
  let answer
  try {
    answer = ['ok', (await COMMANDS[command](args)) ?? {}]
  } catch (thrown) {
    if (!(thrown instanceof appmint.AppmintError)) throw thrown
    answer = ['error', error(thrown)]
  }
  const present = Object.entries(answer[1]).filter(([, value]) => value !== undefined && value !== null)
  console.log([answer[0], ...present.map(([key, value]) => `${encode(key)}=${encode(value)}`)].join(' '))
}
