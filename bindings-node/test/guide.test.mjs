// docs/node.md: its programs run, one after the other.

import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { KEY, SECRETS, platform } from './support.mjs'

const PAGE = readFileSync(new URL('../../docs/node.md', import.meta.url), 'utf8')
const HERE = fileURLToPath(new URL('.', import.meta.url))

/** The programs as one: imports first, and what each declares is there for the next. */
function programs() {
  const blocks = [...PAGE.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block]) => block)
  const imports = new Set()
  const bodies = blocks.map((block) => block.replaceAll(/^import .*\n/gm, (line) => (imports.add(line), '')))
  const name = (line) => line.replace(/ from '([^']*)'/, (_, module) => ` from ${JSON.stringify(import.meta.resolve(module))}`)
  return { count: blocks.length, text: [...[...imports].map(name), GIVEN, ...bodies, SHOWN].join('\n') }
}

/** What the page has not made, because each program has its own. */
const GIVEN = 'const { settings, uploads, baseURL, kms, console } = globalThis.guide'
const SHOWN = 'export { webhooks, server }'

test('the programs of docs/node.md run', async (t) => {
  const { url, requests } = await platform(t, (request) => {
    if (request.url === '/app/installations/404/access_tokens') return { status: 404, json: { message: 'Not Found' } }
    if (request.url === '/orgs/octo-org/installation') return { json: { id: 14 } }
    return undefined
  })
  const other = createServer((request, response) => { request.resume().on('end', () => response.end(request.headers.authorization)) }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => { other.closeAllConnections(); other.close() })
  const settings = { platform: 'github', apiUrl: url, webUrl: url, appId: 75, privateKey: KEY.privateKey, proxy: '', retries: 0 }
  const environment = { APPMINT_PLATFORM: 'github', APPMINT_API_URL: url, APPMINT_WEB_URL: url, APPMINT_APP_ID: '75', APPMINT_PRIVATE_KEY: KEY.privateKey }
  Object.assign(process.env, environment)
  const kms = { sign: async ({ Message }) => ({ Signature: sign('sha256', Message, KEY.privateKey) }) }
  const lines = []
  globalThis.guide = { settings, uploads: `http://127.0.0.1:${other.address().port}`, baseURL: url, kms, console: { log: (...values) => lines.push(values) } }
  const folder = mkdtempSync(join(HERE, '.guide-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
    Object.keys(environment).forEach((name) => delete process.env[name])
    delete globalThis.guide
  })
  const { count, text } = programs()
  writeFileSync(join(folder, 'guide.mjs'), text)
  const { server } = await import(pathToFileURL(join(folder, 'guide.mjs')))
  server.closeAllConnections()
  server.close()
  assert.equal(count + 1, PAGE.split('```').length >> 1, 'and one block for the shell')
  const shown = lines.map((values) => values.map((value) => (typeof value === 'object' ? '…' : value)))
  assert.deepEqual(shown, [
    ['installation', '…', '…'], [true], [true], [true, '…'], [200], [200], [200], ['installation'], ['jwt'],
    ['ERR_APPMINT_NOT_FOUND', 'not_found', 'not_installed', shown.at(-2)[3]], ['AbortError'],
  ])
  assert.ok(!JSON.stringify(lines).includes(SECRETS.installation))
  assert.ok(requests.some(({ method, url }) => method === 'POST' && url === '/repos/octo-org/api/issues'))
})
