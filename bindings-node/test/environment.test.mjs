// What the environment names is used, or named in an error: never ignored in silence.

import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, after, test } from 'node:test'
import { promisify } from 'node:util'

const MINT = `
import { App } from 'appmint'
const [url] = process.argv.slice(1)
try {
  const options = { platform: 'atomgit', appId: 75, signer: () => Buffer.alloc(256, 1), apiUrl: url, webUrl: url }
  await new App({ ...options, retries: 0, timeoutMs: 9000 }).installation(1).token()
  console.log('a token')
} catch (error) {
  console.log(error.kind, error.message)
}`
const ANSWER = JSON.stringify({ token: 'ats_x', expires_at: '2099-01-01T00:00:00Z' })
let folder

before(() => { folder = mkdtempSync(join(tmpdir(), 'appmint-')) })
after(() => rmSync(folder, { recursive: true }))

async function mint(url, environment) {
  const { SSL_CERT_FILE, SSL_CERT_DIR, NODE_EXTRA_CA_CERTS, ...inherited } = process.env
  const program = ['--input-type=module', '--eval', MINT, url]
  const options = { env: { ...inherited, ...environment }, cwd: join(import.meta.dirname ?? '.', '..') }
  const { stdout } = await promisify(execFile)(process.execPath, program, options)
  return stdout.trim()
}

/** A server whose certificate is its own authority, as `openssl req -x509` makes it. */
function serve(t) {
  const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const answer = (_, response) => response.writeHead(201, { 'content-type': 'application/json' }).end(ANSWER)
  const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer)
  t.after(() => server.close())
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ url: `https://localhost:${server.address().port}`, cert }))
  })
}

test('the certificates that Node adds are trusted', async (t) => {
  const { url, cert } = await serve(t)
  assert.match(await mint(url, {}), /transport .* is signed by itself/)
  assert.equal(await mint(url, { NODE_EXTRA_CA_CERTS: cert }), 'a token')
})

test('a file of certificates that is not there is an error that names the variable', async () => {
  const said = await mint('https://git.invalid', { NODE_EXTRA_CA_CERTS: join(folder, 'none.pem') })
  assert.match(said, /^invalid_argument NODE_EXTRA_CA_CERTS names a file/)
})
