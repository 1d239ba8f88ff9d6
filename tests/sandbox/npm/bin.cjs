#!/usr/bin/env node
'use strict'

const { spawn } = require('node:child_process')
const { program } = require('./program.cjs')

const child = spawn(program(), process.argv.slice(2), { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('error', ({ message }) => {
  console.error(`appmint-sandbox: ${message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
