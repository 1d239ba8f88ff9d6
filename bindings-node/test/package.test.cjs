'use strict'

const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { dirname, join } = require('node:path')
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

test('no files require each other in a circle', () => {
  const folder = join(__dirname, '../lib')
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.cjs'))
  const required = new Map(files.map((name) => {
    const paths = [...readFileSync(join(folder, name), 'utf8').matchAll(/require\('(\.[^']*)'\)/g)]
    return [name, paths.map(([, path]) => join(dirname(name), path))]
  }))
  const finished = new Set()
  const visit = (name, path) => {
    assert.ok(!path.includes(name), [...path, name].join(' requires '))
    if (!finished.has(name)) (required.get(name) ?? []).forEach((next) => visit(next, [...path, name]))
    finished.add(name)
  }
  files.forEach((name) => visit(name, []))
  assert.ok(finished.size > files.length, 'and native.cjs')
})
