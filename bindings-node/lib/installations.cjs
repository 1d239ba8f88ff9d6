'use strict'

const { callApp, completeApp } = require('./app/native_app.cjs')
const { WAIT_OPTIONS, id, readOptions, text, url } = require('./arguments.cjs')
const { listingOf } = require('./installations/listing.cjs')
const { readLookup } = require('./installations/lookup.cjs')
const { Installation } = require('./installations/records.cjs')
const { unwrap } = require('./native_calls.cjs')
const { authorizationOf } = require('./oauth/authorization.cjs')

/** App's methods of this room. */
const installationMethods = {
  installations(options) {
    const waitOptions = readOptions(options, WAIT_OPTIONS)
    return listingOf(unwrap(callApp(this, 'installations')), Installation, waitOptions)
  },

  async findInstallation(lookup, options) {
    const waitOptions = readOptions(options, WAIT_OPTIONS)
    return new Installation(await completeApp(this, 'findInstallation', waitOptions, readLookup(lookup)))
  },

  async suspendInstallation(installationId, options) {
    await completeApp(this, 'suspendInstallation', readOptions(options, WAIT_OPTIONS), id('id', installationId))
  },

  async unsuspendInstallation(installationId, options) {
    await completeApp(this, 'unsuspendInstallation', readOptions(options, WAIT_OPTIONS), id('id', installationId))
  },

  async deleteInstallation(installationId, options) {
    await completeApp(this, 'deleteInstallation', readOptions(options, WAIT_OPTIONS), id('id', installationId))
  },

  installUrl(options) {
    const read = readOptions(options, INSTALL)
    text('appSlug', read.appSlug)
    return authorizationOf(unwrap(callApp(this, 'installUrl', read)))
  },

  async finishInstall(callbackUrl, state, options) {
    const args = [url('callbackUrl', callbackUrl), text('state', state)]
    return new Installation(await completeApp(this, 'finishInstall', readOptions(options, WAIT_OPTIONS), ...args))
  },
}

const INSTALL = { appSlug: text, state: text, redirectUri: url }

module.exports = { installationMethods }
