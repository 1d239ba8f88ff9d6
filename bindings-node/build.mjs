// Builds the native module and puts it beside native.cjs: `node build.mjs [--profile dev]`.

import { spawnSync } from 'node:child_process'
import { copyFileSync, renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))

const { values } = parseArgs({ options: { profile: { type: 'string', default: 'release' } } })
const built = build(['--profile', values.profile])
const target = `${here}appmint.${process.platform}-${process.arch}${variant()}.node`
// A process that has loaded the old file keeps it: the rename gives the name to another file.
copyFileSync(built, `${target}.new`)
renameSync(`${target}.new`, target)
console.log(target)

/** Where cargo put the library. */
function build(profile) {
  const command = ['build', '--package', 'appmint-node', '--message-format', 'json-render-diagnostics', ...profile]
  const options = { cwd: here, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28 }
  const { status, stdout, error } = spawnSync('cargo', command, options)
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
  const messages = stdout.trim().split('\n').map((line) => JSON.parse(line))
  const library = messages.find(({ reason, target }) => reason === 'compiler-artifact' && target.name === 'appmint_node')
  return library.filenames.find((name) => /\.(so|dylib|dll)$/.test(name))
}

function variant() {
  if (process.platform === 'win32') return '-msvc'
  if (process.platform !== 'linux') return ''
  return process.report.getReport().header.glibcVersionRuntime ? '-gnu' : '-musl'
}
