// Shared by the tests: a key, a platform on this machine, and programs in processes of their own.

import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

import { App } from 'appmint'

export const KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

export const SECRETS = {
  installation: 'ats_0123456789abcdefghij',
  user: 'atu_0123456789abcdefghij',
  refresh: 'atr_0123456789abcdefghij',
  client: 'the-client-secret',
}

export function settings(url, more = {}) {
  return {
    platform: 'atomgit',
    apiUrl: url,
    webUrl: url,
    appId: 75,
    privateKey: KEY.privateKey,
    clientId: 'Iv1.75',
    clientSecret: SECRETS.client,
    proxy: '',
    retries: 0,
    ...more,
  }
}

export const appOn = (url, more) => new App(settings(url, more))

/** A platform that responds with the result of `respond`, or as AtomGit if that is undefined. */
export async function platform(t, respond = () => undefined) {
  const requests = []
  const server = createHttpServer(async (request, response) => {
    const body = await text(request)
    requests.push({ method: request.method, url: request.url, headers: request.headers, body })
    const { status = 200, headers = {}, json, raw } = respond(request, body) ?? usual(request)
    response.sendDate = false // the real time, while most tests have a clock of their own
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(raw ?? JSON.stringify(json))
  })
  const url = await listen(t, server)
  return { url, requests }
}

/** A server that accepts connections and never responds, until it hangs up. */
export async function silentServer(t) {
  const sockets = new Set()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    server.emit('caller', sockets.size)
  })
  const url = await listen(t, server, () => hangUp())
  const hangUp = () => sockets.forEach((socket) => socket.destroy())
  const callers = async (count) => {
    while (sockets.size < count) await once(server, 'caller')
  }
  return { url, hangUp, callers }
}

/** Runs a program in a process of its own. Its time limit is a safety net, and no claim. */
export async function run(file, env = {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`programs/${file}`, import.meta.url))], {
    env: { ...process.env, TEST_KEY: KEY.privateKey, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const net = setTimeout(() => child.kill('SIGKILL'), 120_000)
  const [out, err, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  clearTimeout(net)
  return { code, signal, out, err }
}

async function listen(t, server, before = () => server.closeAllConnections()) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    before()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}`
}

async function text(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function usual({ method, url }) {
  const [path] = url.split('?')
  if (method === 'POST' && path.endsWith('/access_tokens')) return { status: 201, json: MINTED }
  if (path === '/app/installations') return { json: [INSTALLATION] }
  if (path === '/login/oauth/access_token') return { json: USER_TOKEN }
  return { json: { path } }
}

const LATER = Date.UTC(2100, 0, 1)
const MINTED = {
  token: SECRETS.installation,
  expires_at: new Date(LATER).toISOString(),
  permissions: { contents: 'write', checks: 'read' },
  repository_selection: 'all',
}
const INSTALLATION = {
  id: 14,
  app_id: 75,
  account: { id: 10912, name: 'Acme Inc.', path: 'acme', login: 'acme' },
  permissions: { contents: 'write' },
  events: ['push'],
  repository_selection: 'ALL',
  created_at: '2023-04-26T14:18:39+08:00',
}
const USER_TOKEN = {
  access_token: SECRETS.user,
  refresh_token: SECRETS.refresh,
  expires_in: LATER,
  refresh_token_expires_in: LATER,
  token_type: 'bearer',
}
