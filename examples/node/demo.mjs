// The main operations of an app: its JWT, its installations, a token, and a user's authorization.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

// In a program of your own: from 'appmint'.
import { App, AppmintError, ManualClock } from '../../bindings-node/index.mjs'

async function main() {
  const app = makeApp()
  say('platform', app.platformName)
  say('jwt', JSON.stringify((await app.jwt()).claims))
  await asInstallation(app)
  if (setting('CLIENT_ID')) await asUser(app) // some platforms have no OAuth
}

function makeApp() {
  const descriptor = setting('PLATFORM_DESCRIPTOR_FILE')
  const now = setting('NOW_MS')
  const roots = setting('ROOT_CERTIFICATES_FILE')
  return new App({
    platform: descriptor ? undefined : (setting('PLATFORM') ?? 'atomgit'),
    platformDescriptor: descriptor && readFileSync(descriptor, 'utf8'),
    apiUrl: setting('API_URL'),
    webUrl: setting('WEB_URL'),
    appId: setting('APP_ID'),
    privateKey: readFileSync(setting('PRIVATE_KEY_FILE')),
    clientId: setting('CLIENT_ID'),
    clientSecret: setting('CLIENT_SECRET'),
    rootCertificates: roots && readFileSync(roots),
    clock: now && new ManualClock(Number(now)),
  })
}

async function asInstallation(app) {
  for await (const { id, account, repositorySelection, permissions } of app.installations()) {
    say('installation', `${id} ${account ?? ''} (${repositorySelection ?? ''}; ${listed(permissions)})`)
  }
  const account = setting('ACCOUNT')
  const { id } = await app.findInstallation({ account })
  const source = app.installation(id)
  const token = await source.token()
  say('token', `${shown(token)} (${listed(token.permissions)})`)
  const path = (setting('GET_PATH') ?? '/orgs/ACCOUNT/repos').replace('ACCOUNT', account)
  sayResponse(path, await source.request('GET', path))
}

async function asUser(app) {
  const { url, state, codeVerifier } = app.authorize({ redirectUri: setting('REDIRECT_URI') })
  const callback = browse(url)
  say('authorize', 'opened')
  const code = app.authorizationCode(callback, state)
  const token = await app.exchangeCode(code, { codeVerifier })
  say('user token', shown(token))
  const refreshed = await app.refresh(token)
  say('refreshed', shown(refreshed))
  const path = setting('USER_GET_PATH') ?? '/user/repos'
  sayResponse(path, await app.request('GET', path, { token: refreshed }))
}

/** The URL that the browser returns to. */
function browse(url) {
  return execFileSync(setting('BROWSER'), [url], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
}

function setting(name) {
  return process.env[`APPMINT_${name}`] || undefined
}

function shown(token) {
  const secret = setting('SHOW_SECRETS') === '1' ? token.reveal() : '[redacted]'
  const until = token.expiresAt ? `${token.expiresAt.toISOString().slice(0, 19)}Z` : 'never'
  return `${secret} expires ${until}`
}

function listed(permissions) {
  const granted = Object.entries(permissions).map(([name, level]) => `${name}:${level}`)
  return granted.join(' ')
}

function say(label, text) {
  process.stdout.write(`${label.padEnd(14)}${text}\n`)
}

function sayResponse(path, { status, body }) {
  process.stdout.write(Buffer.concat([Buffer.from(`${'GET'.padEnd(14)}${path} ${status} `), body, Buffer.from('\n')]))
}

try {
  await main()
} catch (error) {
  if (!(error instanceof AppmintError)) throw error
  process.stderr.write(`error: ${error.kind}: ${[error.message, error.hint].filter(Boolean).join('. ')}\n`)
  process.exitCode = 1
}
