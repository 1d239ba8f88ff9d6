// The packages as users get them: packed, installed in an empty folder, used from ESM, CJS and TypeScript, and bundled.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OUT = join(ROOT, 'build/npm')
const NODE = join(ROOT, 'bindings-node')
const require = createRequire(join(NODE, 'package.json'))
const run = promisify(execFile)
const LIMIT = { timeout: 300_000, maxBuffer: 1 << 26 }

let folder
let server
let environment

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appmint-npm-'))
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { PATH, HOME, npm_config_cache: cache } = process.env
  // Without Rust, and without the checkout.
  environment = { PATH: withoutCargo(PATH), HOME, ...(cache ? { npm_config_cache: cache } : {}), APPMINT_TEST_URL: `http://127.0.0.1:${server.address().port}` }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(join(folder, 'app.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const archives = readdirSync(OUT).filter((name) => name.endsWith('.tgz')).map((name) => join(OUT, name))
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...archives], { cwd: folder, env: environment, ...LIMIT })
})

after(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

function withoutCargo(path) {
  return path.split(':').filter((each) => !existsSync(join(each, 'cargo'))).join(':')
}

/** A platform that has an installation, and mints. */
function answer({ method, url }, response) {
  const token = { token: 'ats_0123456789abcdefghij', expires_at: '2100-01-01T00:00:00Z', permissions: {} }
  const installation = { id: 14, account: { name: 'acme', path: 'acme', login: 'acme' }, permissions: {}, events: [] }
  const json = method === 'POST' ? token : url.startsWith('/app/installations') ? [installation] : []
  response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(json))
}

/** The first program of the README, on the platform of this test. */
function readme() {
  const [, program] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(NODE, 'README.md'), 'utf8'))
  const here = "{ apiUrl: url, webUrl: url, "
  return `const url = process.env.APPMINT_TEST_URL ?? ''\n${program.replace("new App({ ", `new App(${here}`)}`
}

const asCjs = (program) => `(async () => {\n${program.replaceAll(/import (\{[^}]*\}) from ('[^']*')/g, 'const $1 = require($2)')}\n})()`

async function runs(file, directory = folder) {
  const { stdout } = await run(process.execPath, [file], { cwd: directory, env: environment, ...LIMIT })
  return stdout.trim()
}

test('the README’s program runs as ESM, as CJS and as TypeScript', async () => {
  writeFileSync(join(folder, 'program.mjs'), readme())
  writeFileSync(join(folder, 'program.cjs'), asCjs(readme()))
  writeFileSync(join(folder, 'typed.mts'), readme())
  const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck', '--types', 'node', '--typeRoots', join(NODE, 'node_modules/@types')]
  await run(process.execPath, [require.resolve('typescript/bin/tsc'), ...options, 'typed.mts'], { cwd: folder, env: environment, ...LIMIT })
  for (const file of ['program.mjs', 'program.cjs', 'typed.mjs']) assert.equal(await runs(file), '200 []', file)
})

test('Octokit’s strategies are a part of it', async () => {
  writeFileSync(join(folder, 'octokit.mjs'), "import { createAppAuth } from 'appmint/octokit'\nconsole.log(typeof createAppAuth)")
  writeFileSync(join(folder, 'octokit.cjs'), "console.log(typeof require('appmint/octokit').createAppAuth)")
  assert.deepEqual([await runs('octokit.mjs'), await runs('octokit.cjs')], ['function', 'function'])
})

test('the sandbox’s package starts a platform, and the README’s program runs', async () => {
  const [, program] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'tests/sandbox/npm/README.md'), 'utf8'))
  writeFileSync(join(folder, 'sandbox.mjs'), program)
  writeFileSync(join(folder, 'sandbox.cjs'), asCjs(program))
  for (const file of ['sandbox.mjs', 'sandbox.cjs']) assert.equal(await runs(file), 'installation { mint_installation_token: 1 }', file)
  writeFileSync(join(folder, 'forgotten.mjs'), "import { startSandbox } from 'appmint-sandbox'\nconsole.log((await startSandbox({ platform: 'atomgit', https: true })).settings.rootCertificates.slice(0, 10))")
  assert.equal(await runs('forgotten.mjs'), '-----BEGIN')
  const { stdout } = await run('npx', ['--no-install', 'appmint-sandbox', '--version'], { cwd: folder, env: environment, ...LIMIT })
  assert.match(stdout, /^appmint-sandbox \d/)
  writeFileSync(join(folder, 'refused.mjs'), "import { startSandbox } from 'appmint-sandbox'\nawait startSandbox({ platform: 'none' }).catch(({ message }) => console.log(message))")
  assert.match(await runs('refused.mjs'), /^the sandbox ended: .*none/)
})

test('the command line’s package runs its program, for shells and for git', async () => {
  const npx = (...args) => run('npx', ['--no-install', ...args], { cwd: folder, env: environment, ...LIMIT })
  assert.match((await npx('appmint', '--version')).stdout, /^appmint \d/)
  const checked = JSON.parse((await npx('appmint-cli', 'key', 'check', 'app.pem', '--json')).stdout)
  assert.equal(checked.bits, 2048)
  await assert.rejects(npx('appmint', 'key', 'check', 'none.pem'), ({ code, stderr }) => code > 0 && /none\.pem/.test(stderr))
  const { stdout } = await npx('git-credential-appmint', 'capability')
  assert.match(stdout, /^version 0/)
  const absent = { ...environment, APPMINT_CLI_PATH: '/nowhere/appmint' }
  await assert.rejects(run('npx', ['--no-install', 'appmint', '--version'], { cwd: folder, env: absent, ...LIMIT }), /\/nowhere\/appmint/)
})

test('Deno and Bun run it', async () => {
  const runtimes = mkdtempSync(join(tmpdir(), 'appmint-runtimes-'))
  try {
    writeFileSync(join(runtimes, 'package.json'), '{ "private": true }')
    await run('npm', ['install', '--no-audit', '--no-fund', 'deno@2', 'bun@1'], { cwd: runtimes, env: environment, ...LIMIT })
    writeFileSync(join(folder, 'program.mjs'), readme())
    for (const [name, ...args] of [['deno', 'run', '--allow-all'], ['bun', 'run']]) {
      const { stdout } = await run(join(runtimes, 'node_modules/.bin', name), [...args, 'program.mjs'], { cwd: folder, env: environment, ...LIMIT })
      assert.match(stdout, /^200 \[\]$/m, name)
    }
  } finally {
    rmSync(runtimes, { recursive: true })
  }
})

test('the packages have their licences and no scripts, and depend on nothing', () => {
  const native = readdirSync(join(folder, 'node_modules/@appmint')).map((name) => `@appmint/${name}`)
  for (const name of native) assert.match(readFileSync(join(folder, 'node_modules', name, 'THIRD-PARTY-LICENSES'), 'utf8'), /^aws-lc-rs /m)
  for (const name of ['appmint', 'appmint-cli', 'appmint-sandbox', ...native]) {
    const at = join(folder, 'node_modules', name)
    assert.ok(existsSync(join(at, 'LICENSE-MIT')) && existsSync(join(at, 'LICENSE-APACHE')), name)
    const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'))
    assert.deepEqual([scripts, dependencies, devDependencies], [undefined, undefined, undefined], name)
  }
  assert.equal(native.length, 3)
})

test('without the package of the platform, the error names it', async () => {
  const alone = mkdtempSync(join(folder, 'alone-'))
  cpSync(join(folder, 'node_modules/appmint'), join(alone, 'node_modules/appmint'), { recursive: true })
  // Outside of the folder whose node_modules have it.
  const away = mkdtempSync(join(tmpdir(), 'appmint-alone-'))
  cpSync(alone, away, { recursive: true })
  writeFileSync(join(away, 'program.cjs'), "try { require('appmint') } catch (error) { console.log(error.message) }")
  assert.match(await runs('program.cjs', away), /the package @appmint\/[\w-]+, is not installed/)
  writeFileSync(join(away, 'named.cjs'), "process.env.APPMINT_NATIVE_PATH = process.argv[1].replace('named.cjs', 'none.node')\nrequire('appmint')")
  await assert.rejects(runs('named.cjs', away), /none\.node/)
  rmSync(away, { recursive: true })
})

test('npm pack in the checkout is refused', async () => {
  await assert.rejects(run('npm', ['pack', '--dry-run'], { cwd: NODE, ...LIMIT }), /make npm/)
})

test('publint and attw have nothing to say', async () => {
  for (const published of [join(OUT, 'appmint'), join(OUT, 'appmint-sandbox')]) {
    const lint = await run(process.execPath, [join(NODE, 'node_modules/publint/src/cli.js'), '--strict', published], LIMIT)
    assert.match(lint.stdout, /All good!/)
    const types = await run(process.execPath, [join(NODE, 'node_modules/@arethetypeswrong/cli/dist/index.js'), '--pack', published], LIMIT)
    assert.match(types.stdout, /No problems found/)
  }
  const { stdout } = await run(process.execPath, [join(NODE, 'node_modules/publint/src/cli.js'), '--strict', join(OUT, 'appmint-cli')], LIMIT)
  assert.match(stdout, /All good!/)
})

/** Runs what a bundler made, in a folder where there are no packages. */
async function bundled(name, files) {
  const away = mkdtempSync(join(tmpdir(), `appmint-${name}-`))
  for (const file of files) cpSync(join(folder, name, file), join(away, file))
  cpSync(join(folder, 'app.pem'), join(away, 'app.pem'))
  try {
    return await runs(files.find((file) => /\.[cm]?js$/.test(file)), away)
  } finally {
    rmSync(away, { recursive: true })
  }
}

test('esbuild bundles it', async () => {
  const { build } = await import(require.resolve('esbuild'))
  writeFileSync(join(folder, 'entry.cjs'), asCjs(readme()))
  await build({
    entryPoints: [join(folder, 'entry.cjs')], outdir: join(folder, 'esbuild'), bundle: true, platform: 'node', format: 'cjs', outExtension: { '.js': '.cjs' },
    loader: { '.node': 'copy' }, logLevel: 'error',
  })
  assert.equal(await bundled('esbuild', readdirSync(join(folder, 'esbuild'))), '200 []')
})

test('webpack bundles it', async () => {
  const webpack = require('webpack')
  writeFileSync(join(folder, 'entry.cjs'), asCjs(readme()))
  const stats = await promisify(webpack)({
    mode: 'production', target: 'node', context: folder, entry: './entry.cjs', output: { path: join(folder, 'webpack'), filename: 'main.cjs' },
    module: { rules: [{ test: /\.node$/, loader: require.resolve('node-loader') }] }, node: { __dirname: false },
    ignoreWarnings: [/@appmint|\.node/],
  })
  assert.ok(!stats.hasErrors(), stats.toString('errors-only'))
  assert.equal(await bundled('webpack', readdirSync(join(folder, 'webpack'))), '200 []')
})

test('Vite bundles it, with the native module beside it', async () => {
  const { build } = await import(join(NODE, 'node_modules/vite/dist/node/index.js'))
  writeFileSync(join(folder, 'entry.mjs'), readme())
  const [native] = readdirSync(join(folder, 'node_modules/@appmint')).filter((name) => !/^(cli|sandbox)-/.test(name))
  await build({
    root: folder, logLevel: 'error', configFile: false, ssr: { noExternal: true, external: [] },
    build: { ssr: 'entry.mjs', outDir: 'vite', rollupOptions: { external: [/^@appmint\//, /\.node$/, /^node:/], output: { entryFileNames: 'main.mjs', format: 'es' } } },
  })
  cpSync(join(folder, 'node_modules/@appmint', native, `appmint.${native}.node`), join(folder, 'vite', 'appmint.node'))
  environment.APPMINT_NATIVE_PATH = './appmint.node'
  try {
    assert.equal(await bundled('vite', ['main.mjs', 'appmint.node']), '200 []')
  } finally {
    delete environment.APPMINT_NATIVE_PATH
  }
})
