'use strict'

// The native module. It is private, and may change with any version.
//
// It is in a package of its own for each platform, of which npm installs the one that fits; in a checkout it is built
// beside this file. Each `require` has a literal name and a `try` around it: bundlers follow those that are installed, and
// pass over the others.

const { resolve } = require('node:path')

const { platform, arch, env } = process

function load() {
  if (env.APPMINT_NATIVE_PATH) return named(env.APPMINT_NATIVE_PATH)
  const loaded = LOADERS[target()]?.()
  if (loaded === undefined) throw new Error(missing())
  return loaded
}

/** A native module by its path, which bundlers do not follow. */
function named(path) {
  const module = { exports: {} }
  process.dlopen(module, resolve(path))
  return module.exports
}

/** The platform, as in the names of the packages. Node says the version of glibc, if it is what it was built with. */
function target() {
  if (platform === 'win32') return `${platform}-${arch}-msvc`
  if (platform !== 'linux') return `${platform}-${arch}`
  return `${platform}-${arch}-${process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'gnu'}`
}

const LOADERS = {
  'linux-x64-gnu': () => {
    try { return require('@appmint/linux-x64-gnu') } catch (error) { passOver(error) }
    try { return require('./appmint.linux-x64-gnu.node') } catch (error) { passOver(error) }
  },
  'linux-x64-musl': () => {
    try { return require('@appmint/linux-x64-musl') } catch (error) { passOver(error) }
    try { return require('./appmint.linux-x64-musl.node') } catch (error) { passOver(error) }
  },
  'linux-arm64-gnu': () => {
    try { return require('@appmint/linux-arm64-gnu') } catch (error) { passOver(error) }
    try { return require('./appmint.linux-arm64-gnu.node') } catch (error) { passOver(error) }
  },
  'linux-arm64-musl': () => {
    try { return require('@appmint/linux-arm64-musl') } catch (error) { passOver(error) }
    try { return require('./appmint.linux-arm64-musl.node') } catch (error) { passOver(error) }
  },
  'darwin-x64': () => {
    try { return require('@appmint/darwin-x64') } catch (error) { passOver(error) }
    try { return require('./appmint.darwin-x64.node') } catch (error) { passOver(error) }
  },
  'darwin-arm64': () => {
    try { return require('@appmint/darwin-arm64') } catch (error) { passOver(error) }
    try { return require('./appmint.darwin-arm64.node') } catch (error) { passOver(error) }
  },
  'win32-x64-msvc': () => {
    try { return require('@appmint/win32-x64-msvc') } catch (error) { passOver(error) }
    try { return require('./appmint.win32-x64-msvc.node') } catch (error) { passOver(error) }
  },
}

/** A module that is there, and cannot be loaded, has a reason to tell. */
function passOver(error) {
  if (error.code === 'MODULE_NOT_FOUND') return
  throw new Error(`appmint cannot load its native module for ${target()}: ${error.message}`, { cause: error })
}

function missing() {
  if (!(target() in LOADERS)) return `appmint has no native module for ${target()}; it has them for ${Object.keys(LOADERS).join(', ')}`
  return (
    `appmint's native module for this platform, the package @appmint/${target()}, is not installed. It is an optional ` +
    'dependency: install without --omit=optional, for the platform where the program runs (npm’s --os, --cpu and --libc). ' +
    'A bundle needs the file of that package; APPMINT_NATIVE_PATH names it where it is not found.'
  )
}

module.exports = load()
