// Tests of a program that uses appmint, against the sandbox: no account, no network, no waiting.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

// --8<-- [start:fixture]
let child, sandbox, app

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
  const files = ['--ready-file', join(folder, 'ready.json'), '--key-out', join(folder, 'app.pem')]
  const program = process.env.APPMINT_SANDBOX ?? 'appmint-sandbox'
  child = spawn(program, ['--platform', 'github', '--until-stdin-closes', ...files])
  await once(child.stdout, 'data') // it prints one line when it is ready
  sandbox = JSON.parse(await readFile(join(folder, 'ready.json'), 'utf8'))
  const privateKey = await readFile(join(folder, 'app.pem'))
  app = new App({ platform: 'github', apiUrl: sandbox.api_url, webUrl: sandbox.web_url, appId: sandbox.app_id, privateKey })
})

after(async () => {
  app.close()
  child.stdin.end()
  await once(child, 'exit')
})

const command = (path, value) => fetch(sandbox.admin_url + path, { method: 'POST', body: JSON.stringify(value) })
// --8<-- [end:fixture]

// --8<-- [start:tests]
test('a failure of the platform is retried', async () => {
  await command('/faults', { operation: 'mint_installation_token', kind: 'status', status: 503 })
  await app.installation(3).token()
  assert.equal(app.stats().retried, 1)
})

test('a suspended installation is forbidden', async () => {
  await command('/installations/1', { action: 'suspend' })
  await assert.rejects(app.installation(1).token(), { kind: 'forbidden', reason: 'suspended' })
})
// --8<-- [end:tests]
