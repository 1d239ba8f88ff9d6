'use strict'

const { callApp, completeApp, ownOf } = require('./app/native_app.cjs')
const { WAIT_OPTIONS, id, readOptions, signal, text } = require('./arguments.cjs')
const { unwrap } = require('./native_calls.cjs')
const { sourceOf } = require('./tokens/source.cjs')
const { nativeToken } = require('./tokens/token.cjs')

/** App's methods of this room. */
const sessionMethods = {
  session(name) {
    return sourceOf(unwrap(callApp(this, 'session', text('name', name))), ownOf(this))
  },

  async startSession(name, token, options) {
    const { accountId, signal } = readOptions(options, SESSION)
    const args = [text('name', name), nativeToken('token', token), accountId]
    await completeApp(this, 'startSession', { signal }, ...args)
  },

  async endSession(name, options) {
    await completeApp(this, 'endSession', readOptions(options, WAIT_OPTIONS), text('name', name))
  },
}

const SESSION = { accountId: id, signal }

module.exports = { sessionMethods }
