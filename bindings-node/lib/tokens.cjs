'use strict'

const { callApp, completeApp, ownOf } = require('./app/native_app.cjs')
const { WAIT_OPTIONS, id, readOptions, text, texts } = require('./arguments.cjs')
const { InvalidArgumentError } = require('./errors.cjs')
const { LOOKUP } = require('./installations/lookup.cjs')
const { unwrap } = require('./native_calls.cjs')
const { SCOPE } = require('./tokens/scope.cjs')
const { sourceOf } = require('./tokens/source.cjs')
const { tokenText } = require('./tokens/token.cjs')

/** App's methods of this room. */
const tokenMethods = {
  installation(idOrOptions, scopeOptions) {
    return sourceOf(unwrap(callApp(this, 'installation', ...readInstallation(idOrOptions, scopeOptions))), ownOf(this))
  },

  appTokens(options) {
    return sourceOf(unwrap(callApp(this, 'appTokens', readOptions(options, APP_TOKENS))), ownOf(this))
  },

  async revokeInstallationToken(token, options) {
    await completeApp(this, 'revokeInstallationToken', readOptions(options, WAIT_OPTIONS), tokenText('token', token))
  },
}

/** The pairs of the lookup, and the scope: of an id and options, or of one object with both. */
function readInstallation(given, scopeOptions) {
  if (typeof given !== 'object' || given === null) return [[['id', id('id', given)]], readOptions(scopeOptions, SCOPE)]
  // Ignored, it would leave the token without limits.
  if (scopeOptions !== undefined) throw new InvalidArgumentError('installation(…) takes a second argument after an id, not after an object', { hint: ONE_OBJECT })
  const { repositories, repositoryIds, permissions, ...lookup } = readOptions(given, INSTALLATION)
  return [Object.entries(lookup), { repositories, repositoryIds, permissions }]
}

const ONE_OBJECT = "Put all of it into one object, such as { organization: 'acme', repositories: ['api'] }."

const INSTALLATION = { ...LOOKUP, ...SCOPE }
const APP_TOKENS = { scopes: texts, subject: text }

module.exports = { tokenMethods }
