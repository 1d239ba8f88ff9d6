'use strict'

// Runs the program appmint, which is in a package of its own for each platform, and ends as it ends.

const { spawn } = require('node:child_process')
const { dirname, join } = require('node:path')

const { platform, arch, env } = process

function run(args) {
  const child = spawn(program(), args, { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', ({ message }) => fail(message))
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function program() {
  if (env.APPMINT_CLI_PATH) return env.APPMINT_CLI_PATH
  const name = `@appmint/cli-${platform}-${arch}`
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), platform === 'win32' ? 'appmint.exe' : 'appmint')
  } catch {
    return fail(`the program for this platform, the package ${name}, is not installed. It is an optional dependency: install without --omit=optional.`)
  }
}

function fail(message) {
  console.error(`appmint: ${message}`)
  process.exit(1)
}

module.exports = { run }
