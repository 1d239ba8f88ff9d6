// Makes the npm packages: appmint, appmint-cli and appmint-sandbox, and those of each platform with the native module or
// a program. They are packed into build/npm, from folders that hold exactly what is published. A missing file is an error.
//
//   node tools/npm.mjs --programs FOLDER [all | linux-x64-gnu ...]      this platform by default

import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'bindings-node')
/** The packages that start a program: its name, what is published beside it, and the word in the names of its packages. */
const PROGRAMS = [
  { name: 'appmint-cli', program: 'appmint', source: join(ROOT, 'cli/npm'), word: 'cli' },
  { name: 'appmint-sandbox', program: 'appmint-sandbox', source: join(ROOT, 'tests/sandbox/npm'), word: 'sandbox' },
]
const OUT = join(ROOT, 'build/npm')
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT']
const THIRD_PARTY = 'THIRD-PARTY-LICENSES'

/** The platforms, as npm names them. */
const PLATFORMS = {
  'linux-x64-gnu': { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
  'linux-x64-musl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  'linux-arm64-gnu': { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] },
  'linux-arm64-musl': { os: ['linux'], cpu: ['arm64'], libc: ['musl'] },
  'darwin-x64': { os: ['darwin'], cpu: ['x64'] },
  'darwin-arm64': { os: ['darwin'], cpu: ['arm64'] },
  'win32-x64-msvc': { os: ['win32'], cpu: ['x64'] },
}

/** The systems and processors, for programs: on Linux they need no C library. */
const SYSTEMS = Object.fromEntries(Object.entries(PLATFORMS).map(([name, { os, cpu }]) => [system(name), { os, cpu }]))

const { positionals, values } = parseArgs({ allowPositionals: true, options: { programs: { type: 'string' } } })
const manifest = JSON.parse(readFileSync(join(SOURCE, 'package.json'), 'utf8'))

rmSync(OUT, { recursive: true, force: true })
const platforms = wanted(positionals)
for (const platform of platforms) pack(platformPackage(platform))
for (const each of PROGRAMS) {
  for (const name of new Set(platforms.map(system))) pack(programPackage(each, name))
  pack(startingPackage(each))
}
pack(mainPackage())

function wanted([first, ...others]) {
  if (first === undefined) return [thisPlatform()]
  return first === 'all' ? Object.keys(PLATFORMS) : [first, ...others]
}

function system(platform) {
  return platform.split('-').slice(0, 2).join('-')
}

/** The package of a platform: the native module alone. */
function platformPackage(platform) {
  const file = `appmint.${platform}.node`
  if (!(platform in PLATFORMS)) fail(`there is no platform ${platform}; there are ${Object.keys(PLATFORMS).join(', ')}`)
  const { version, license, repository, engines } = manifest
  const description = `The native module of appmint for ${platform}`
  const own = { name: `@appmint/${platform}`, version, description, license, repository, engines, main: file, files: [file, ...LICENCES, THIRD_PARTY], ...PLATFORMS[platform] }
  const folder = stage(platform, own)
  copy(join(SOURCE, file), join(folder, file))
  copy(join(SOURCE, `appmint.${platform}.licences`), join(folder, THIRD_PARTY))
  writeFileSync(join(folder, 'README.md'), `# @appmint/${platform}\n\n${description}, which npm installs with it.\n`)
  return folder
}

/** A program for a system. */
function programPackage({ name, program, word }, on) {
  const folder = join(ROOT, values.programs ?? fail('--programs is missing: the folder of the programs'), on)
  const file = on.startsWith('win32') ? `${program}.exe` : program
  const { version, license, repository, engines } = manifest
  const description = `The program of ${name} for ${on}`
  const own = { name: `@appmint/${word}-${on}`, version, description, license, repository, engines, files: [file, ...LICENCES, THIRD_PARTY], ...SYSTEMS[on] }
  const staged = stage(`${word}-${on}`, own)
  copy(join(folder, file), join(staged, file))
  chmodSync(join(staged, file), 0o755)
  copy(join(folder, `${name}.licences`), join(staged, THIRD_PARTY))
  writeFileSync(join(staged, 'README.md'), `# @appmint/${word}-${on}\n\n${description}, which npm installs with it.\n`)
  return staged
}

/** The package of a program that users install. */
function startingPackage({ name, source, word }) {
  const { scripts, ...published } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const optionalDependencies = Object.fromEntries(Object.keys(SYSTEMS).map((on) => [`@appmint/${word}-${on}`, manifest.version]))
  const folder = stage(name, { ...published, version: manifest.version, files: [...published.files, ...LICENCES], optionalDependencies })
  for (const file of [...published.files, 'README.md']) cpSync(join(source, file), join(folder, file))
  return folder
}

/** The package that users install. */
function mainPackage() {
  const { devDependencies, scripts, version, ...published } = manifest
  const optionalDependencies = Object.fromEntries(Object.keys(PLATFORMS).map((platform) => [`@appmint/${platform}`, version]))
  const folder = stage('appmint', { ...published, version, files: [...published.files, ...LICENCES], optionalDependencies })
  for (const name of [...manifest.files, 'README.md']) cpSync(join(SOURCE, name), join(folder, name), { recursive: true })
  return folder
}

function copy(built, to) {
  if (!existsSync(built)) fail(`${built} was not built: \`make addon programs\` builds this platform's`)
  cpSync(built, to)
}

function stage(name, own) {
  const folder = join(OUT, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(own, null, 2)}\n`)
  for (const licence of LICENCES) cpSync(join(ROOT, licence), join(folder, licence))
  return folder
}

function pack(folder) {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--silent', '--pack-destination', OUT], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) fail(stderr)
  console.log(join('build/npm', stdout.trim()))
}

function thisPlatform() {
  const { platform, arch } = process
  if (platform === 'win32') return `${platform}-${arch}-msvc`
  if (platform !== 'linux') return `${platform}-${arch}`
  return `${platform}-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
