import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'

import { KEY, SECRETS, appOn, platform, run, silentServer } from './support.mjs'

test('each worker has an app of its own', async (t) => {
  const { url } = await platform(t)
  const env = { ...process.env, TEST_KEY: KEY.privateKey, TEST_URL: url }
  const file = new URL('programs/worker.mjs', import.meta.url)
  const workers = Array.from({ length: 4 }, () => new Worker(file, { env }))
  const ended = Promise.all(workers.map((worker) => once(worker, 'exit')))
  const here = appOn(url).installation(14).token()
  const messages = await Promise.all(workers.map((worker) => once(worker, 'message')))
  for (const [secret] of messages) assert.equal(secret, SECRETS.installation)
  assert.equal((await here).reveal(), SECRETS.installation)
  assert.deepEqual((await ended).flat(), [0, 0, 0, 0])
})

test('workers that share a store mint once', async (t) => {
  const { url, requests } = await platform(t)
  const folder = await mkdtemp(join(tmpdir(), 'appmint-'))
  t.after(() => rm(folder, { recursive: true }))
  const env = { ...process.env, TEST_KEY: KEY.privateKey, TEST_URL: url, TEST_STORE: `sqlite:${join(folder, 'tokens.db')}` }
  const file = new URL('programs/worker.mjs', import.meta.url)
  const workers = Array.from({ length: 4 }, () => new Worker(file, { env }))
  const messages = await Promise.all(workers.map((worker) => once(worker, 'message')))
  assert.deepEqual(messages.flat(), Array(4).fill(SECRETS.installation))
  assert.equal(requests.length, 1)
})

test('a worker may be terminated while calls, signatures and stores are in progress', async (t) => {
  const { url } = await silentServer(t)
  const { code, signal, err, out } = await run('terminate.mjs', { TEST_URL: url, NODE_NO_WARNINGS: '1' })
  assert.deepEqual({ code, signal, err, out }, { code: 0, signal: null, err: '', out: 'done\n' })
})

test('a worker may be terminated while calls complete', async (t) => {
  const { url } = await platform(t)
  const { code, signal, err, out } = await run('terminate.mjs', { TEST_URL: url, TEST_BUSY: '1', NODE_NO_WARNINGS: '1' })
  assert.deepEqual({ code, signal, err, out }, { code: 0, signal: null, err: '', out: 'done\n' })
})
