// Makes the npm packages: appmint, and one for each platform whose native module was built. They are packed into
// build/npm, from folders that hold exactly what is published. A missing native module is an error.
//
//   node tools/npm.mjs --sandboxes FOLDER [all | linux-x64-gnu ...]     this platform by default
//   node tools/npm.mjs --target                                          prints the name of this platform

import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'bindings-node')
const SANDBOX = join(ROOT, 'tests/sandbox/npm')
const OUT = join(ROOT, 'build/npm')
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT']

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

const { positionals, values } = parseArgs({ allowPositionals: true, options: { sandboxes: { type: 'string' }, target: { type: 'boolean' } } })
if (values.target) {
  console.log(thisPlatform())
  process.exit()
}
const manifest = JSON.parse(readFileSync(join(SOURCE, 'package.json'), 'utf8'))

rmSync(OUT, { recursive: true, force: true })
for (const platform of wanted(positionals)) {
  pack(platformPackage(platform))
  pack(sandboxPackage(platform))
}
pack(mainPackage())
pack(mainSandboxPackage())

function wanted([first, ...others]) {
  if (first === undefined) return [thisPlatform()]
  return first === 'all' ? Object.keys(PLATFORMS) : [first, ...others]
}

/** The package of a platform: the native module alone. */
function platformPackage(platform) {
  const file = `appmint.${platform}.node`
  if (!(platform in PLATFORMS)) fail(`there is no platform ${platform}; there are ${Object.keys(PLATFORMS).join(', ')}`)
  if (!existsSync(join(SOURCE, file))) fail(`${file} was not built: \`make node PROFILE=release\` builds this platform's`)
  const { version, license, repository, engines } = manifest
  const description = `The native module of appmint for ${platform}`
  const own = { name: `@appmint/${platform}`, version, description, license, repository, engines, main: file, files: [file, ...LICENCES], ...PLATFORMS[platform] }
  const folder = stage(platform, own)
  cpSync(join(SOURCE, file), join(folder, file))
  writeFileSync(join(folder, 'README.md'), `# @appmint/${platform}\n\n${description}, which npm installs with it.\n`)
  return folder
}

/** The sandbox's program for a platform. */
function sandboxPackage(platform) {
  const file = platform.startsWith('win32') ? 'appmint-sandbox.exe' : 'appmint-sandbox'
  const built = join(ROOT, values.sandboxes ?? fail('--sandboxes is missing: the folder of the sandbox’s programs'), platform, file)
  if (!existsSync(built)) fail(`${built} was not built`)
  const { version, license, repository, engines } = manifest
  const description = `The program of appmint-sandbox for ${platform}`
  const own = { name: `@appmint/sandbox-${platform}`, version, description, license, repository, engines, files: [file, ...LICENCES], ...PLATFORMS[platform] }
  const folder = stage(`sandbox-${platform}`, own)
  cpSync(built, join(folder, file))
  chmodSync(join(folder, file), 0o755)
  writeFileSync(join(folder, 'README.md'), `# @appmint/sandbox-${platform}\n\n${description}, which npm installs with it.\n`)
  return folder
}

/** The sandbox that users install for their tests. */
function mainSandboxPackage() {
  const { scripts, ...published } = JSON.parse(readFileSync(join(SANDBOX, 'package.json'), 'utf8'))
  const optionalDependencies = Object.fromEntries(Object.keys(PLATFORMS).map((platform) => [`@appmint/sandbox-${platform}`, manifest.version]))
  const folder = stage('appmint-sandbox', { ...published, version: manifest.version, files: [...published.files, ...LICENCES], optionalDependencies })
  for (const name of [...published.files, 'README.md']) cpSync(join(SANDBOX, name), join(folder, name))
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
