'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const native = require('../native.cjs')
const required = require('appmint')

test('import and require share one instance', async () => {
  const imported = await import('appmint')
  const { default: _, 'module.exports': __, ...names } = imported
  assert.deepEqual(Object.keys(names).sort(), Object.keys(required).sort())
  for (const name of Object.keys(names)) assert.equal(names[name], required[name], name)
})

test('every kind of error is a class', () => {
  const classes = Object.values(required).filter((value) => value.prototype instanceof required.AppmintError)
  assert.deepEqual(classes.map((type) => type.kind), native.errorKinds())
})

test('the version is the package’s', () => {
  assert.equal(required.version, require('appmint/package.json').version)
  assert.ok(required.platforms.includes('atomgit'))
})

test('files that are not exported cannot be required', () => {
  assert.throws(() => require('appmint/native.cjs'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
})

test('installing it runs no script', () => {
  const { scripts } = require('appmint/package.json')
  const own = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare']
  assert.deepEqual(own.filter((name) => name in scripts), [])
})
