'use strict'

// The sandbox as a child process, which ends with this one.

const { spawn } = require('node:child_process')
const { mkdtemp, readFile, rm } = require('node:fs/promises')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { createInterface } = require('node:readline')
const { program } = require('./program.cjs')

async function startSandbox({ platform = 'github', https = false, clockMs, signal } = {}) {
  signal?.throwIfAborted()
  const folder = await mkdtemp(join(tmpdir(), 'appmint-sandbox-'))
  const at = (name) => join(folder, name)
  try {
    const args = ['--platform', platform, '--ready-file', at('ready.json'), '--key-out', at('app.pem'), '--until-stdin-closes']
    if (https) args.push('--https', '--ca-out', at('ca.pem'))
    if (clockMs !== undefined) args.push('--clock-ms', String(clockMs))
    const child = spawn(program(), args, { stdio: ['pipe', 'pipe', 'pipe'], signal })
    await listening(child)
    const ready = JSON.parse(await readFile(at('ready.json'), 'utf8'))
    const privateKey = await readFile(at('app.pem'), 'utf8').catch(() => undefined) // an authorization server has no app
    const authority = https ? await readFile(at('ca.pem'), 'utf8') : undefined
    return new Sandbox(child, ready, privateKey, authority)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Waits for the line that the sandbox prints when it listens. */
function listening(child) {
  return new Promise((resolve, reject) => {
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text) => { errors += text })
    child.on('error', reject)
    child.on('close', () => reject(new Error(`the sandbox ended: ${errors.trim() || 'it said nothing'}`)))
    createInterface({ input: child.stdout }).once('line', resolve)
  })
}

class Sandbox {
  #child
  #ended

  constructor(child, ready, privateKey, authority) {
    this.#child = child
    this.#ended = new Promise((resolve) => { child.once('close', resolve) })
    // A test that forgets to stop it ends nevertheless, and the sandbox with it.
    for (const handle of [child, child.stdin, child.stdout, child.stderr]) handle.unref()
    child.on('error', () => {})
    child.stdin.on('error', () => {})
    this.url = ready.url
    this.adminUrl = ready.admin_url
    this.installations = ready.installations ?? []
    this.settings = settingsOf(ready, privateKey, authority)
    Object.freeze(this)
  }

  async control(method, path, json) {
    const body = json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }
    const response = await fetch(this.adminUrl + path, { method, ...body })
    const text = await response.text()
    if (!response.ok) throw new Error(`the sandbox answered ${method} ${path} with ${response.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  async stop() {
    this.#child.ref()
    this.#child.stdin.end()
    await this.#ended
  }
}

if (Symbol.asyncDispose) {
  Object.defineProperty(Sandbox.prototype, Symbol.asyncDispose, { value() { return this.stop() }, configurable: true, writable: true })
}

/** The options of an app on the sandbox. */
function settingsOf(ready, privateKey, authority) {
  return {
    platform: ready.platform,
    apiUrl: ready.api_url,
    webUrl: ready.web_url,
    ...(ready.app_id ? { appId: ready.app_id } : {}),
    ...(privateKey ? { privateKey } : {}),
    ...(ready.client_id ? { clientId: ready.client_id, clientSecret: ready.client_secret } : {}),
    ...(authority ? { rootCertificates: authority } : {}),
    proxy: '',
  }
}

module.exports = { startSandbox }
