// appmint/octokit in the libraries that take an authentication strategy, and where @octokit/auth-app is wrong.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { App as OctokitApp } from '@octokit/app'
import { createAppAuth as createPeer } from '@octokit/auth-app'
import { Octokit as Core } from '@octokit/core'
import { request } from '@octokit/request'
import { Octokit as Rest } from '@octokit/rest'
import { App as FullApp, Octokit } from 'octokit'
import { Probot, ProbotOctokit } from 'probot'

import { createAppAuth, createOAuthAppAuth, createOAuthDeviceAuth, createOAuthUserAuth } from 'appmint/octokit'
import { KEY, platform } from './support.mjs'

const HOUR = 3_600_000
const LATER = () => new Date(Date.now() + HOUR).toISOString()
const app = { appId: 75, privateKey: KEY.privateKey }
const quiet = { debug() {}, info() {}, warn() {}, error() {}, trace() {}, fatal() {}, child: () => quiet }

/** GitHub, with numbered tokens. */
async function github(t, respond = () => undefined) {
  let count = 0
  const { url, requests } = await platform(t, (incoming, body) => {
    const answer = respond(incoming, body)
    if (answer) return answer
    if (incoming.url.endsWith('/access_tokens')) {
      count += 1
      const { permissions = { metadata: 'read' }, repositories } = body ? JSON.parse(body) : {}
      const json = {
        token: `ghs_${count}`, expires_at: LATER(), permissions, repository_selection: repositories ? 'selected' : 'all',
        ...(repositories ? { repositories: repositories.map((name, index) => ({ id: index + 1, name })) } : {}),
      }
      return { status: 201, json }
    }
    if (incoming.url.startsWith('/app/installations')) return { json: incoming.url.includes('?') || incoming.url.endsWith('installations') ? [{ id: 14 }] : { id: 14 } }
    return { json: { url: incoming.url, authorization: incoming.headers.authorization } }
  })
  const mints = () => requests.filter(({ url }) => url.endsWith('/access_tokens'))
  return { url, requests, mints, request: request.defaults({ baseUrl: url }) }
}

test('the routes are those of the core', () => {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
  const { as_app: ofApp, as_client: ofClient } = read('../../core/platforms/github.json').api.routes
  assert.deepEqual(read('../lib/octokit/routes.json').routes, { app: ofApp, client: ofClient })
})

test('@octokit/core, @octokit/rest and octokit authenticate with the strategy', async (t) => {
  const { url, mints } = await github(t)
  for (const Type of [Core, Rest, Octokit]) {
    const octokit = new Type({ authStrategy: createAppAuth, auth: { ...app, installationId: 14 }, baseUrl: url, log: quiet, throttle: { enabled: false } })
    const { data } = await octokit.request('GET /repos/{owner}/{repo}', { owner: 'octo-org', repo: 'api' })
    assert.match(data.authorization, /^token ghs_\d$/)
    assert.match((await octokit.request('GET /app')).data.authorization, /^bearer [\w-]+\.[\w-]+\.[\w-]+$/)
    const authentication = await octokit.auth({ type: 'installation' })
    assert.equal(`token ${authentication.token}`, data.authorization)
  }
  assert.equal(mints().length, 3)
})

/** An Octokit whose apps authenticate with appmint, and the options of all that were made. */
function withAppmint(Type, baseUrl) {
  const made = []
  const authStrategy = (options) => { made.push(options); return createAppAuth(options) }
  const Changed = Type.defaults((options) => ({ ...options, ...(options.auth?.appId ? { authStrategy } : {}), baseUrl, log: quiet }))
  return { Octokit: Changed, made }
}

test('@octokit/app and octokit’s App authenticate with the strategy, and share tokens', async (t) => {
  const { url, mints } = await github(t)
  for (const [index, Type] of [OctokitApp, FullApp].entries()) {
    const { Octokit: WithAppmint, made } = withAppmint(Core, url)
    const its = new Type({ ...app, Octokit: WithAppmint, log: quiet })
    const octokits = await Promise.all([its.getInstallationOctokit(14), its.getInstallationOctokit(14)])
    const answers = await Promise.all(octokits.map((octokit) => octokit.request('GET /user')))
    assert.deepEqual(new Set(answers.map(({ data }) => data.authorization)), new Set([`token ghs_${index + 1}`]))
    assert.deepEqual([made.length, mints().length], [3, index + 1])
    assert.equal((await its.octokit.request('GET /app')).status, 200)
    for await (const { installation } of its.eachInstallation.iterator()) assert.equal(installation.id, 14)
  }
})

test('a factory gets the whole state, and its auth functions share one memory', async (t) => {
  const { request, mints } = await github(t)
  const auth = createAppAuth({ ...app, request, clientId: 'Iv1.75', clientSecret: 'secret', extra: 1 })
  const make = () => auth({ type: 'installation', installationId: 14, factory: (options) => [options, createAppAuth(options)] })
  const [[options, one], [, other]] = [await make(), await make()]
  assert.deepEqual(Object.keys(options).sort(), ['appId', 'cache', 'clientId', 'clientSecret', 'extra', 'installationId', 'log', 'privateKey', 'request'])
  const results = await Promise.all([one({ type: 'installation' }), other({ type: 'installation' }), auth({ type: 'installation', installationId: 14 })])
  assert.deepEqual(new Set(results.map(({ token }) => token)).size, 1)
  assert.equal(mints().length, 1)
})

test('probot authenticates with the strategy', async (t) => {
  const { url, mints } = await github(t)
  const { Octokit: WithAppmint, made } = withAppmint(ProbotOctokit, url)
  const probot = new Probot({ ...app, Octokit: WithAppmint, log: quiet, secret: 's' })
  const octokit = await probot.auth(14)
  const { data } = await octokit.request('GET /user')
  assert.equal(data.authorization, 'token ghs_1')
  assert.ok(made.length > 0)
  assert.equal(mints().length, 1)
})

test('results have the members of @octokit/auth-app', async (t) => {
  const { request } = await github(t)
  const options = { type: 'installation', installationId: '14', repositoryNames: ['web', 'api'], permissions: { contents: 'write' } }
  const [ours, theirs] = await Promise.all([createAppAuth({ ...app, request })(options), createPeer({ ...app, request })(options)])
  const comparable = ({ token, createdAt, expiresAt, ...rest }) => rest
  assert.deepEqual(comparable(ours), comparable(theirs))
  assert.deepEqual([ours.repositoryNames, ours.repositoryIds], [['web', 'api'], [1, 2]])
  assert.ok(!Number.isNaN(Date.parse(ours.createdAt)) && Date.parse(ours.expiresAt) > Date.now())
})

test('a repository and a permission of one name, and two levels, have tokens of their own', async (t) => {
  const { request, mints } = await github(t)
  const store = new Map()
  const cache = { get: (key) => store.get(key), set: (key, value) => void store.set(key, value) }
  for (const more of [{}, { cache }]) {
    const auth = createAppAuth({ ...app, request, ...more })
    const scopes = [{ repositoryNames: ['issues'] }, { permissions: { issues: 'read' } }, { permissions: { issues: 'write' } }, { permissions: { issues: 'admin' } }]
    const tokens = await Promise.all(scopes.map((scope) => auth({ type: 'installation', installationId: 14, ...scope })))
    assert.equal(new Set(tokens.map(({ token }) => token)).size, scopes.length)
    const [{ token: one }, { token: other }] = await Promise.all([['a', 'b'], ['b', 'a']].map((repositoryNames) => auth({ type: 'installation', installationId: 14, repositoryNames })))
    assert.equal(one, other)
  }
  assert.equal(mints().length, 10)
})

test('two apps, and two hosts, with one installation id have tokens of their own', async (t) => {
  const [one, other] = [await github(t), await github(t)]
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const store = new Map()
  const cache = { get: (each) => store.get(each), set: (each, value) => void store.set(each, value) }
  const auths = [
    createAppAuth({ ...app, request: one.request, cache }),
    createAppAuth({ appId: 76, privateKey: key, request: one.request, cache }),
    createAppAuth({ ...app, request: other.request, cache }),
  ]
  await Promise.all(auths.map((auth) => auth({ type: 'installation', installationId: 14 })))
  assert.deepEqual([one.mints().length, other.mints().length, store.size], [2, 1, 3])
})

test('an expired entry of the program’s cache is not used', async (t) => {
  const { request, mints } = await github(t)
  const past = new Date(Date.now() - 1000).toISOString()
  const auth = createAppAuth({ ...app, request, cache: { get: () => `ghs_old|${past}|${past}|all|metadata|`, set() {} } })
  assert.equal((await auth({ type: 'installation', installationId: 14 })).token, 'ghs_1')
  assert.equal(mints().length, 1)
})

test('a token that the platform refuses is replaced once for all', async (t) => {
  let dead = ''
  const { url, mints } = await github(t, ({ method, headers }) => (method === 'GET' && headers.authorization === dead ? { status: 401, json: { message: 'Bad credentials' } } : undefined))
  const auth = createAppAuth({ ...app, installationId: 14 })
  const octokit = new Core({ authStrategy: () => auth, baseUrl: url, log: quiet })
  dead = (await octokit.request('GET /user')).data.authorization
  // The platform says that the token is not new: as if time had passed.
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 10_000 })
  const answers = await Promise.all(Array.from({ length: 20 }, () => octokit.request('GET /user')))
  assert.deepEqual(new Set(answers.map(({ data }) => data.authorization)), new Set(['token ghs_2']))
  assert.equal(mints().length, 2)
})

test('a token goes to no other host', async (t) => {
  const [{ url }, other] = [await github(t), await github(t)]
  const octokit = new Core({ authStrategy: createAppAuth, auth: { ...app, installationId: 14 }, baseUrl: url, log: quiet })
  const { data } = await octokit.request(`GET ${other.url}/file`)
  assert.equal(data.authorization, undefined)
})

test('the time follows the program’s Date', async (t) => {
  const { request, mints } = await github(t)
  const auth = createAppAuth({ ...app, request })
  const ask = { type: 'installation', installationId: 14 }
  await auth(ask)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + HOUR / 2 })
  await auth(ask)
  assert.equal(mints().length, 1)
  t.mock.timers.setTime(Date.now() + HOUR)
  await auth(ask)
  assert.equal(mints().length, 2)
})

test('createJwt signs minting, too', async (t) => {
  const { request, mints } = await github(t)
  const createJwt = async (appId) => ({ jwt: `jwt-of-${appId}`, expiresAt: LATER() })
  const auth = createAppAuth({ appId: 75, createJwt, request })
  assert.equal((await auth({ type: 'app' })).token, 'jwt-of-75')
  await auth({ type: 'installation', installationId: 14 })
  assert.equal(mints()[0].headers.authorization, 'bearer jwt-of-75')
})

test('callers whose user’s token has expired share one refresh, and the callback gets the new one', async (t) => {
  const refreshes = []
  const { request } = await github(t, ({ url }, body) => {
    if (!url.endsWith('/login/oauth/access_token')) return undefined
    refreshes.push(JSON.parse(body).refresh_token)
    return { json: { access_token: 'ghu_2', refresh_token: 'ghr_2', expires_in: 28_800, refresh_token_expires_in: 15_552_000, scope: '', token_type: 'bearer' } }
  })
  const created = []
  const past = new Date(Date.now() - 1000).toISOString()
  const auth = createOAuthUserAuth({
    clientType: 'github-app', clientId: 'Iv1.75', clientSecret: 'secret', request, token: 'ghu_1', refreshToken: 'ghr_1', expiresAt: past,
    refreshTokenExpiresAt: LATER(), onTokenCreated: (...args) => created.push(args),
  })
  const results = await Promise.all([auth(), auth(), auth()])
  assert.deepEqual(results.map(({ token }) => token), ['ghu_2', 'ghu_2', 'ghu_2'])
  assert.deepEqual(refreshes, ['ghr_1'])
  assert.deepEqual([created.length, created[0][0].refreshToken, created[0][1]], [1, 'ghr_2', { type: 'refresh' }])
  assert.equal((await auth()).token, 'ghu_2')
})

test('an error has the platform’s answer, and what the caller can do', async (t) => {
  const { request } = await github(t, ({ url }) => (url.endsWith('/access_tokens') ? { status: 404, json: { message: 'Not Found' } } : undefined))
  const auth = createAppAuth({ ...app, request })
  await assert.rejects(auth({ type: 'installation', installationId: 14 }), (error) => {
    assert.deepEqual([error.status, error.kind, error.reason, error.response.data], [404, 'not_found', 'not_installed', { message: 'Not Found' }])
    return error.cause.name === 'HttpError'
  })
})

test('the OAuth strategies answer as theirs', async (t) => {
  const { request } = await github(t)
  const { headers } = await createOAuthAppAuth({ clientId: 'a', clientSecret: 'b' })({ type: 'oauth-app' })
  assert.equal(headers.authorization, `basic ${btoa('a:b')}`)
  const octokit = new Core({ authStrategy: createOAuthAppAuth, auth: { clientId: 'a', clientSecret: 'b' }, baseUrl: request.endpoint.DEFAULTS.baseUrl, log: quiet })
  const { data } = await octokit.request('POST /applications/{client_id}/token', { client_id: 'a', access_token: 'x' })
  assert.equal(data.authorization, headers.authorization)
  assert.throws(() => createOAuthDeviceAuth({ clientId: 'a' }), /onVerification/)
})
