'use strict'

// The native module. It is private, and may change with any version.

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { platform, arch } = process
const variants = { linux: ['-gnu', '-musl'], win32: ['-msvc'] }[platform] ?? ['']
const files = variants.map((variant) => join(__dirname, `appmint.${platform}-${arch}${variant}.node`))
const file = files.find(existsSync)
if (file === undefined) {
  throw new Error(`appmint has no native module for ${platform}-${arch}: there is no ${files.join(' or ')}`)
}

module.exports = require(file)
