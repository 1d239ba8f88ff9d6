'use strict'

const { completeApp } = require('./app/native_app.cjs')
const { WAIT_OPTIONS, readOptions, text } = require('./arguments.cjs')
const { registrationOf } = require('./operations/registration.cjs')
const { tokenTexts } = require('./tokens/token.cjs')

/** App's methods of this room. */
const operationMethods = {
  async registration(options) {
    return registrationOf(await completeApp(this, 'registration', readOptions(options, WAIT_OPTIONS)))
  },

  async convertManifest(code, options) {
    const waitOptions = readOptions(options, WAIT_OPTIONS)
    return registrationOf(await completeApp(this, 'convertManifest', waitOptions, text('code', code)))
  },

  async revokeCredentials(credentials, options) {
    const waitOptions = readOptions(options, WAIT_OPTIONS)
    await completeApp(this, 'revokeCredentials', waitOptions, tokenTexts('credentials', credentials))
  },
}

module.exports = { operationMethods }
