import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
const project = (name) => fileURLToPath(new URL(`types/${name}`, import.meta.url))

test('the types fit import and require, strictly', async () => {
  const checked = promisify(execFile)(process.execPath, [tsc, '--project', project('tsconfig.json')])
  await assert.doesNotReject(checked.catch(({ stdout }) => { throw new Error(stdout) }))
})
