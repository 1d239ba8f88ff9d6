// Does what the runner says with the Node surface; the language is in ../../PROTOCOL.md.

import { createInterface } from 'node:readline'

import * as appmint from '../../../../bindings-node/index.mjs'
import { all, encode, error, members, record, response, shown, token } from './answer.mjs'
import { OPERATIONS } from './operations.mjs'
import { PEOPLE } from './people.mjs'
import { broken, shelf } from './shelf.mjs'
import { changes, different, events, note, watch } from './watching.mjs'
import { asked, call, camel, flag, headersOf, list, narrowing, number, patience } from './words.mjs'

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
    return { shown: shown(app) }
  },
  advance: ({ ms }) => clock.advance(Number(ms)),
  call: ({ op, ...words }) => (CALLS[op] ?? (PEOPLE[op] ?? OPERATIONS[op]).bind(null, app))(words),
}

const CALLS = {
  version: () => ({ value: appmint.version }),
  platforms: () => ({ value: appmint.platforms.join() }),
  discover: async ({ issuer }) => {
    const network = Object.entries(settings).filter(([name]) => NETWORK.includes(name))
    settings.platformDescriptor = await appmint.discover(issuer, Object.fromEntries(network))
    return { value: settings.platformDescriptor }
  },
  jwt: async () => token(await app.jwt()),
  fingerprint: () => ({ value: app.fingerprint }),
  platform_name: () => ({ value: app.platformName }),
  installations: ({ limit }) => all(app.installations(), number(limit)),
  clock_offset: () => ({ value: app.clockOffset }),
  find_installation: async (words) => record(await app.findInstallation(words)),
  token: async (words) => token(await source(words).token(patience(words))),
  app_token: async ({ min_valid_ms, ...words }) => token(await app.appTokens(asked(words)).token(patience({ min_valid_ms }))),
  source_authorization_header: async (words) => ({ 'reveal.value': await source(words).authorizationHeader(patience(words)) }),
  source_expires_at: (words) => ({ value: source(words).expiresAt?.getTime() }),
  source_installation_id: (words) => ({ value: source(words).installationId }),
  tokens: ({ count, ...words }) => different(source(words), Number(count)),
  watch: (words) => watch(source(words)),
  changes,
  events,
  stats: () => members(app.stats()),
  apply_webhook: (words) => ({ value: app.applyWebhook(webhook(words)) }),
  close: () => app.close(),
  invalidate: (words) => source(words).invalidate(),
  revoke: (words) => source(words).revoke(),
  repositories: (words) => all(source(words).repositories(), number(words.limit)),
  webhook_deliveries: ({ limit }) => all(app.webhookDeliveries(), number(limit)),
  source_request: async ({ id, ...words }) => response(await app.installation(id).request(...call(words))),
  verify_webhook: (words) => {
    const { payload, ...said } = webhook(words)
    return { ...members(said), payload: JSON.stringify(payload) }
  },
  authorization_code: ({ callback_url, state }) => ({ 'reveal.value': app.authorizationCode(callback_url, state) }),
  request: async (words) => response(await app.request(...call(words))),
}

/** The settings that say how to reach the network. */
const NETWORK = [
  'timeout', 'connectTimeout', 'proxy', 'rootCertificates', 'userAgent', 'allowPlainHttp', 'retries', 'retryWait',
]

const READERS = {
  signer: (value) => (value === 'fail' ? fail : () => new Uint8Array(256).fill(1)),
  jwt_back_date: number,
  jwt_lifetime: number,
  timeout: number,
  connect_timeout: number,
  max_response_body: number,
  retries: number,
  retry_wait: number,
  allow_plain_http: flag,
  own_store: (value) => (value === 'fail' ? broken : shelf),
  store_unencrypted: flag,
  capacity: number,
  on_event: (value) => (value === 'fail' ? fail : note),
}

function set(key, value) {
  if (key === 'clock_ms') settings.clock = clock = new appmint.ManualClock(Number(value))
  else if (key === 'private_key_hex') settings.privateKey = Buffer.from(value, 'hex')
  else if (key === 'fallback_private_key_hex') settings.fallbackPrivateKey = Buffer.from(value, 'hex')
  else settings[key === 'own_store' ? 'store' : camel(key)] = READERS[key]?.(value) ?? value
}

function source({ id, account, organization, user, repository, enterprise, ...words }) {
  const { repositories, repository_ids, permissions } = words
  const given = Object.entries({ repositories, repository_ids, permissions }).filter(([, value]) => value !== undefined)
  const lookup = { id, account, organization, user, repository, enterprise }
  return app.installation(lookup, narrowing(Object.fromEntries(given)))
}

function webhook({ body, secrets, ...words }) {
  return app.verifyWebhook(headersOf(words), Buffer.from(body), list(secrets))
}

function fail() {
  throw new Error('the callback failed')
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
