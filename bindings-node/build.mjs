// Builds the native module and puts it beside native.cjs: `node build.mjs [--profile dev] [--target TRIPLE]`. CARGO names
// another Cargo, for a target for which this machine's own has no linker.

import { spawnSync } from 'node:child_process'
import { copyFileSync, renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))

const { values } = parseArgs({ options: { profile: { type: 'string', default: 'release' }, target: { type: 'string' } } })
const built = build(['--profile', values.profile, ...(values.target ? ['--target', values.target] : [])])
const target = `${here}appmint.${values.target ? named(values.target) : thisPlatform()}.node`
// A process that has loaded the old file keeps it: the rename gives the name to another file.
copyFileSync(built, `${target}.new`)
renameSync(`${target}.new`, target)
console.log(target)

/** Where cargo put the library. */
function build(profile) {
  const command = ['build', '--package', 'appmint-node', '--message-format', 'json-render-diagnostics', ...profile]
  const options = { cwd: here, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28 }
  const { status, stdout, error } = spawnSync(process.env.CARGO ?? 'cargo', command, options)
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
  const messages = stdout.trim().split('\n').map((line) => JSON.parse(line))
  const library = messages.find(({ reason, target }) => reason === 'compiler-artifact' && target.name === 'appmint_node')
  return library.filenames.find((name) => /\.(so|dylib|dll)$/.test(name))
}

/** A platform of Rust's, such as x86_64-unknown-linux-gnu, as npm names it. */
function named(triple) {
  const [cpu, , system, variant] = triple.split('-')
  const names = { x86_64: 'x64', aarch64: 'arm64', darwin: 'darwin', linux: 'linux', windows: 'win32' }
  return [names[system], names[cpu], variant].filter(Boolean).join('-')
}

function thisPlatform() {
  const { platform, arch } = process
  if (platform === 'win32') return `${platform}-${arch}-msvc`
  if (platform !== 'linux') return `${platform}-${arch}`
  return `${platform}-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`
}
