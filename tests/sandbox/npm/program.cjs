'use strict'

// The path of the sandbox's program, which is in a package of its own for each platform.

const { dirname, join } = require('node:path')

const { platform, arch, env } = process

function program() {
  if (env.APPMINT_SANDBOX_PATH) return env.APPMINT_SANDBOX_PATH
  const name = `@appmint/sandbox-${platform}-${arch}`
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), platform === 'win32' ? 'appmint-sandbox.exe' : 'appmint-sandbox')
  } catch (cause) {
    throw new Error(`the sandbox's program for this platform, the package ${name}, is not installed. It is an optional dependency: install without --omit=optional.`, { cause })
  }
}

module.exports = { program }
