// The example programs, against the sandbox.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('a user of the web app logs in, stays logged in, and logs out', async (t) => {
  const home = `http://127.0.0.1:${await freePort()}`
  const { env, control } = await sandbox(t, `${home}/callback`)
  const { nextLine } = start(t, 'web.mjs', env)
  assert.equal(await nextLine(), `listening on ${home}`)
  const visit = browser()
  assert.match((await visit(home)).text, /Log in/)
  const redirected = await visit(`${home}/login`)
  const { location } = await control('press', { url: redirected.location })
  const back = await visit(location)
  assert.deepEqual([back.status, back.location], [302, '/'])
  assert.match((await visit(home)).text, /"login": "octocat"[^]*Log out/)
  assert.equal((await visit(location)).status, 400) // its cookie is gone
  await visit(`${home}/logout`, 'POST')
  assert.match((await visit(home)).text, /Log in/)
})

test('four workers of a cluster serve twenty logins', async (t) => {
  const home = `http://127.0.0.1:${await freePort()}`
  const { env, control } = await sandbox(t, `${home}/callback`)
  const { nextLine } = start(t, at('bindings-node/test/programs/cluster.mjs'), env)
  for (let worker = 0; worker < 4; worker += 1) assert.equal(await nextLine(), `listening on ${home}`)
  for (let login = 0; login < 20; login += 1) {
    const visit = browser({ connection: 'close' }) // each request goes to the next worker
    const { location: page } = await visit(`${home}/login`)
    const { location } = await control('press', { url: page })
    assert.equal((await visit(location)).status, 302)
    assert.match((await visit(home)).text, /"login": "octocat"[^]*Log out/)
  }
})

test('a user of the web app may refuse, and a forged callback is refused', async (t) => {
  const home = `http://127.0.0.1:${await freePort()}`
  const { env, control } = await sandbox(t, `${home}/callback`)
  const { nextLine } = start(t, 'web.mjs', env)
  await nextLine()
  const visit = browser()
  const { location: page } = await visit(`${home}/login`)
  const prefix = new URL(page).searchParams.get('state').slice(0, 8) // which only names the cookie
  for (const [state, status] of [['another', 400], [`${prefix}another`, 401]])
    assert.equal((await visit(`${home}/callback?code=stolen&state=${state}`)).status, status)
  const { location } = await control('press', { url: page, deny: true })
  assert.equal((await visit(location)).status, 403)
})

test('a user logs in on another device', async (t) => {
  const { env, control } = await sandbox(t)
  await control('quirks', { device_interval_s: 0 })
  const { nextLine, ended } = start(t, 'device.mjs', env)
  const [, code] = (await nextLine()).match(/ and type (\S+)$/)
  await control('device', { user_code: code })
  assert.match(await nextLine(), /^200 .*"login":\s*"octocat"/)
  assert.deepEqual(await ended, [0, null])
})

test('an interrupt ends the program during a login on another device', async (t) => {
  const { env } = await sandbox(t)
  const { child, nextLine, ended } = start(t, 'device.mjs', env)
  await nextLine()
  child.kill('SIGINT')
  assert.deepEqual(await ended, [1, null])
})

/** A sandbox of GitHub, the settings of an app there, and a function that controls it. */
async function sandbox(t, redirectUri = 'http://127.0.0.1/callback') {
  const folder = await mkdtemp(join(tmpdir(), 'appmint-'))
  const ready = join(folder, 'ready.json')
  const program = join(process.env.CARGO_TARGET_DIR ?? at('target'), 'debug/appmint-sandbox')
  const flags = ['--platform', 'github', '--redirect-uri', redirectUri, '--ready-file', ready, '--until-stdin-closes']
  const child = spawn(program, flags, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(async () => {
    child.stdin.end()
    await rm(folder, { recursive: true })
  })
  await once(child.stdout, 'data')
  const { api_url, web_url, admin_url, client_id, client_secret } = JSON.parse(await readFile(ready, 'utf8'))
  const env = {
    APPMINT_PLATFORM: 'github',
    APPMINT_API_URL: api_url,
    APPMINT_WEB_URL: web_url,
    APPMINT_CLIENT_ID: client_id,
    APPMINT_CLIENT_SECRET: client_secret,
    APPMINT_REDIRECT_URI: redirectUri,
    APPMINT_STORE: `sqlite:${join(folder, 'web.db')}`,
    APPMINT_STORE_KEY: '5f'.repeat(32),
    NO_PROXY: '127.0.0.1',
  }
  const control = async (command, args) => {
    const reply = await fetch(`${admin_url}/${command}`, { method: 'POST', body: JSON.stringify(args) })
    assert.ok(reply.ok, `${command}: ${reply.status}`)
    return reply.json()
  }
  return { env, control }
}

/** A running example. */
function start(t, name, env) {
  const child = spawn(process.execPath, [isAbsolute(name) ? name : at(`examples/node/${name}`)], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => child.kill())
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { child, nextLine: async () => (await lines.next()).value, ended: once(child, 'close') }
}

/** Visits pages as a browser that keeps cookies and does not follow redirects. */
function browser(headers = {}) {
  const jar = new Map()
  return async (url, method = 'GET') => {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const reply = await fetch(url, { method, redirect: 'manual', headers: { ...headers, cookie } })
    for (const line of reply.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]*)=([^;]*)/)
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return { status: reply.status, location: reply.headers.get('location'), text: await reply.text() }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
