// docs/octokit.md: its table is what both packages do here, side by side.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import * as theirs from '@octokit/auth-app'
import { request } from '@octokit/request'

import * as ours from 'appmint/octokit'
import { KEY, platform } from './support.mjs'

const PAGE = new URL('../../docs/octokit.md', import.meta.url)
const HOUR = 3_600_000
const app = { appId: 75, privateKey: KEY.privateKey }
const log = { warn() {} }
const iso = (ms) => new Date(Date.now() + ms).toISOString()

/** GitHub: the tokens that it has minted, and a request function for it. */
async function github(t, respond = () => undefined) {
  let minted = 0
  const { url } = await platform(t, (incoming, body) => {
    const answer = respond(incoming, body)
    if (answer) return answer
    if (!incoming.url.endsWith('/access_tokens')) return { json: { authorization: incoming.headers.authorization ?? 'none' } }
    return { status: 201, json: { token: `ghs_${minted += 1}`, expires_at: iso(HOUR), permissions: { metadata: 'read' }, repository_selection: 'all' } }
  })
  return { request: request.defaults({ baseUrl: url }), minted: () => minted, url }
}

async function distinct(auth, scopes) {
  const tokens = []
  for (const scope of scopes) tokens.push((await auth({ type: 'installation', installationId: 14, ...scope })).token)
  return counted(new Set(tokens).size)
}

const counted = (count) => (count === 1 ? 'one token' : `${count} tokens`)

function mapCache() {
  const map = new Map()
  return { get: (key) => map.get(key), set: (key, value) => void map.set(key, value) }
}

/** The rows: a situation, and what a package does in it. */
const rows = [
  ['the repository `issues`, then the permission `issues: read`', async (t, { createAppAuth }) => {
    const { request } = await github(t)
    return await distinct(createAppAuth({ ...app, request }), [{ repositoryNames: ['issues'] }, { permissions: { issues: 'read' } }])
  }],
  ['a permission `write`, then `admin`', async (t, { createAppAuth }) => {
    const { request } = await github(t)
    return await distinct(createAppAuth({ ...app, request }), [{ permissions: { issues: 'write' } }, { permissions: { issues: 'admin' } }])
  }],
  ['the repositories `api, web`, then `web, api`', async (t, { createAppAuth }) => {
    const { request } = await github(t)
    return await distinct(createAppAuth({ ...app, request }), [{ repositoryNames: ['api', 'web'] }, { repositoryNames: ['web', 'api'] }])
  }],
  ['one installation id on two hosts, with one `cache`', async (t, { createAppAuth }) => {
    const [one, other] = [await github(t), await github(t)]
    const cache = mapCache()
    for (const { request } of [one, other]) await createAppAuth({ ...app, request, cache })({ type: 'installation', installationId: 14 })
    return counted(one.minted() + other.minted())
  }],
  ['two apps with one installation id, with one `cache`', async (t, { createAppAuth }) => {
    const { request, minted } = await github(t)
    const cache = mapCache()
    const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' })
    for (const credentials of [app, { appId: 76, privateKey }]) await createAppAuth({ ...credentials, request, cache })({ type: 'installation', installationId: 14 })
    return counted(minted())
  }],
  ['an expired token in the `cache`', async (t, { createAppAuth }) => {
    const { request } = await github(t)
    const cache = { get: () => `ghs_old|${iso(-2 * HOUR)}|${iso(-HOUR)}|all|metadata|`, set() {} }
    const { token } = await createAppAuth({ ...app, request, cache })({ type: 'installation', installationId: 14 })
    return token === 'ghs_old' ? 'returned' : 'replaced'
  }],
  ['a token that the platform refuses (401) before its end', async (t, { createAppAuth }) => {
    const { request } = await github(t, ({ headers }) => (headers.authorization === 'token ghs_1' ? { status: 401, json: {} } : undefined))
    const auth = createAppAuth({ ...app, installationId: 14, request, log })
    await auth({ type: 'installation' })
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + HOUR / 4 })
    const said = await auth.hook(request, 'GET /user').then(() => 'replaced, and the request answered', ({ status }) => `error ${status}, each time`)
    t.mock.timers.reset()
    return said
  }],
  ['a request to another host, with a full URL', async (t, { createAppAuth }) => {
    const [{ request }, other] = [await github(t), await github(t)]
    const { data } = await createAppAuth({ ...app, installationId: 14, request }).hook(request, `GET ${other.url}/file`)
    return data.authorization === 'none' ? 'without the token' : 'with the token'
  }],
  ['three callers, when a user’s token has expired', async (t, { createOAuthUserAuth }) => {
    let refreshes = 0
    const { request } = await github(t, ({ url }) => (url.endsWith('/login/oauth/access_token')
      ? { json: { access_token: `ghu_${refreshes += 1}`, refresh_token: 'ghr_2', expires_in: 28_800, refresh_token_expires_in: 99_999, scope: '' }, headers: { date: new Date().toUTCString() } }
      : undefined))
    const user = { clientType: 'github-app', clientId: 'a', clientSecret: 'b', request, token: 'ghu_0', refreshToken: 'ghr_1', expiresAt: iso(-1000), refreshTokenExpiresAt: iso(HOUR) }
    const auth = createOAuthUserAuth(user)
    await Promise.all([auth(), auth(), auth()])
    return `the refresh token is sent ${refreshes} ${refreshes === 1 ? 'time' : 'times'}`
  }],
  ['`onTokenCreated`, when an expired token was refreshed', async (t, { createOAuthUserAuth }) => {
    const { request } = await github(t, ({ url }) => (url.endsWith('/login/oauth/access_token')
      ? { json: { access_token: 'ghu_1', refresh_token: 'ghr_2', expires_in: 28_800, refresh_token_expires_in: 99_999, scope: '' }, headers: { date: new Date().toUTCString() } }
      : undefined))
    let calls = 0
    const user = { clientType: 'github-app', clientId: 'a', clientSecret: 'b', request, token: 'ghu_0', refreshToken: 'ghr_1', expiresAt: iso(-1000), refreshTokenExpiresAt: iso(HOUR), onTokenCreated: () => { calls += 1 } }
    await createOAuthUserAuth(user)()
    return calls > 0 ? 'called' : 'not called'
  }],
  ['a clock that is ten minutes behind, and two requests as the app', async (t, { createAppAuth }) => {
    let refused = 0
    const { request } = await github(t, ({ headers, url }) => {
      if (url !== '/app') return undefined
      const { exp } = JSON.parse(Buffer.from(headers.authorization.split('.')[1], 'base64url'))
      if (exp > Date.now() / 1000 + 600) return { json: {} }
      refused += 1
      const message = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
      return { status: 401, json: { message }, headers: { date: new Date(Date.now() + 601_000).toUTCString() } }
    })
    const auth = createAppAuth({ ...app, request, log })
    for (let count = 0; count < 2; count += 1) await auth.hook(request, 'GET /app')
    return refused === 1 ? 'refused once, and remembered' : `refused ${refused} times`
  }],
  ['a private key whose newlines were escaped twice', async (t, { createAppAuth }) => {
    const auth = createAppAuth({ appId: 75, privateKey: KEY.privateKey.replaceAll('\n', '\\\\n'), log })
    return await auth({ type: 'app' }).then(() => 'read', () => 'an error')
  }],
]

test('docs/octokit.md has what both packages do', async (t) => {
  const lines = ['| situation | @octokit/auth-app | appmint/octokit |', '|---|---|---|']
  for (const [situation, run] of rows) {
    const [before, now] = [await run(t, theirs), await run(t, ours)]
    assert.notEqual(before, now, situation)
    lines.push(`| ${situation} | ${before} | ${now} |`)
  }
  const page = readFileSync(PAGE, 'utf8')
  const whole = page.replace(/\| situation \|[\s\S]*?\n\n/, `${lines.join('\n')}\n\n`)
  if (process.env.APPMINT_BLESS) writeFileSync(PAGE, whole)
  else assert.equal(page, whole, 'APPMINT_BLESS=1 writes the table anew')
})
