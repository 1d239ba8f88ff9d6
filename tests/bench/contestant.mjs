// Contestants in Node: `contestant.mjs PART NAME CALLERS`.
//
// Each line of standard input is a number of operations, which as many callers as there are do together on one event
// loop; the answer is the time that they took and the processor time of this process.

import { createHmac, createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

// The peers are installed outside of the repository; BENCH_PEERS names the folder above node_modules.
const peers = createRequire(pathToFileURL(`${process.env.BENCH_PEERS}/`))
const load = (name) => import(pathToFileURL(peers.resolve(name)))
const url = process.env.BENCH_URL
const key = () => readFileSync(process.env.BENCH_KEY, 'utf8')
const SECRET = "It's a Secret to Everybody"
const pathOf = (part) => (part === 'call' ? '/small' : '/large')
const payloadOf = (part) =>
  Buffer.from(JSON.stringify({ action: 'opened', text: 'x'.repeat((part.endsWith('kB') ? 1000 : 1_000_000) - 30) }))
const signature = (body) => `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`

async function appmint(settings = {}) {
  const { App } = await import('../../bindings-node/index.mjs')
  const rootCertificates = readFileSync(process.env.BENCH_CA, 'utf8')
  return new App({ platform: 'github', appId: 75, privateKey: key(), proxy: '', rootCertificates, apiUrl: url, timeoutMs: 600_000, ...settings })
}

async function authApp() {
  const [{ createAppAuth }, { request }] = [await load('@octokit/auth-app'), await load('@octokit/request')]
  return createAppAuth({ appId: 75, privateKey: key(), request: request.defaults({ baseUrl: url }) })
}

const CONTESTANTS = {
  jwt: {
    appmint: async () => {
      const { ManualClock } = await import('../../bindings-node/index.mjs')
      const clock = new ManualClock(1_700_000_000_000)
      const app = await appmint({ clock })
      return () => () => {
        clock.advance(3_600_000) // the JWT in memory is over
        return app.jwt()
      }
    },
    'universal-github-app-jwt': async () => {
      const { default: githubAppJwt } = await load('universal-github-app-jwt')
      const privateKey = createPrivateKey(key()).export({ type: 'pkcs8', format: 'pem' })
      return () => () => githubAppJwt({ id: 75, privateKey })
    },
    jose: async () => {
      const { SignJWT, importPKCS8 } = await load('jose')
      const signer = await importPKCS8(createPrivateKey(key()).export({ type: 'pkcs8', format: 'pem' }), 'RS256')
      return () => () => new SignJWT({ iat: 1, exp: 2, iss: '75' }).setProtectedHeader({ alg: 'RS256' }).sign(signer)
    },
    'fast-jwt': async () => {
      const { createSigner } = await load('fast-jwt')
      const sign = createSigner({ key: key(), algorithm: 'RS256' })
      return () => () => sign({ iat: 1, exp: 2, iss: '75' })
    },
  },
  cached: {
    appmint: async () => {
      const source = (await appmint()).installation(14)
      return () => () => source.token()
    },
    'an async function with a Map': async () => {
      const map = new Map([['14', 'ghs_']])
      return () => async () => map.get('14')
    },
    '@octokit/auth-app': async () => {
      const auth = await authApp()
      return () => () => auth({ type: 'installation', installationId: 14 })
    },
  },
  mint: {
    appmint: async () => {
      const app = await appmint()
      return (number) => {
        const source = app.installation(number + 1)
        return () => {
          source.invalidate()
          return source.token()
        }
      }
    },
    fetch: async () => (number) => async () => {
      const headers = { authorization: `Bearer ${'j'.repeat(400)}`, accept: 'application/vnd.github+json' }
      return (await fetch(`${url}/app/installations/${number}/access_tokens`, { method: 'POST', headers })).json()
    },
    '@octokit/auth-app': async () => {
      const auth = await authApp()
      return (number) => () => auth({ type: 'installation', installationId: number + 1, refresh: true })
    },
  },
  call: { appmint: call, fetch: fetched },
  'call of 1 MiB': { appmint: call, fetch: fetched },
  'webhook of 1 kB': { appmint: webhook, 'node:crypto, the HMAC alone': hmac },
  'webhook of 1 MB': { appmint: webhook, 'node:crypto, the HMAC alone': hmac },
  stampede: {
    appmint: async () => {
      const app = await appmint()
      return () => () => app.installation(14).token()
    },
    '@octokit/auth-app': async () => {
      const auth = await authApp()
      return () => () => auth({ type: 'installation', installationId: 14 })
    },
  },
}

async function call(part) {
  const source = (await appmint()).installation(14)
  return () => async () => (await source.request('GET', pathOf(part))).body
}

async function fetched(part) {
  return () => async () => (await fetch(url + pathOf(part), { headers: { authorization: 'Bearer ghs_0' } })).arrayBuffer()
}

async function webhook(part) {
  const [app, body] = [await appmint(), payloadOf(part)]
  const headers = { 'x-github-event': 'issues', 'x-github-delivery': '1', 'x-hub-signature-256': signature(body) }
  return () => () => app.verifyWebhook(headers, body, SECRET)
}

async function hmac(part) {
  const body = payloadOf(part)
  return () => () => signature(body)
}

async function play(makeCaller, count, callers) {
  const operations = Array.from({ length: callers }, (_, number) => makeCaller(number))
  await Promise.all(operations.map((operate) => operate())) // the connections are there
  const each = Math.ceil(count / callers)
  const [begun, cpu] = [performance.now(), process.cpuUsage()]
  await Promise.all(operations.map(async (operate) => {
    for (let left = each; left > 0; left -= 1) await operate()
  }))
  const [took, { user, system }] = [performance.now() - begun, process.cpuUsage(cpu)]
  return { seconds: took / 1e3, cpu_seconds: (user + system) / 1e6 }
}

const [part, name, callers] = process.argv.slice(2)
if (part === 'start') {
  await (await appmint()).installation(1).token()
  process.stdout.write(readFileSync('/proc/self/status'), () => process.exit())
  await new Promise(() => {})
}
const makeCaller = await CONTESTANTS[part][name](part)
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await play(makeCaller, Number(line), Number(callers))))
process.exit()
