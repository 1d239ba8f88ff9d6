'use strict'

const { callApp, completeApp } = require('./app/native_app.cjs')
const { WAIT_OPTIONS, id, ports, readOptions, signal, text, texts, url } = require('./arguments.cjs')
const { unwrap } = require('./native_calls.cjs')
const { authorizationOf, nativeAuthorization } = require('./oauth/authorization.cjs')
const { Introspection } = require('./oauth/introspection.cjs')
const { deviceLoginOf, loginOf } = require('./oauth/login.cjs')
const { SCOPE } = require('./tokens/scope.cjs')
const { refreshTokenText, tokenOf, tokenText } = require('./tokens/token.cjs')

/** App's methods of this room. */
const oauthMethods = {
  authorize(options) {
    return authorizationOf(unwrap(callApp(this, 'authorize', readOptions(options, AUTHORIZATION))))
  },

  authorizationCode(callbackUrl, state) {
    const args = [url('callbackUrl', callbackUrl), text('state', state)]
    return unwrap(callApp(this, 'authorizationCode', ...args))
  },

  async exchangeCode(code, options) {
    const { redirectUri, codeVerifier, signal } = readOptions(options, EXCHANGE)
    const args = [text('code', code), redirectUri, codeVerifier]
    return tokenOf(await completeApp(this, 'exchangeCode', { signal }, ...args))
  },

  async finishAuthorization(authorization, callbackUrl, options) {
    const args = [nativeAuthorization('authorization', authorization), url('callbackUrl', callbackUrl)]
    return tokenOf(await completeApp(this, 'finishAuthorization', readOptions(options, WAIT_OPTIONS), ...args))
  },

  sealAuthorization(authorization) {
    return unwrap(callApp(this, 'sealAuthorization', nativeAuthorization('authorization', authorization)))
  },

  openAuthorization(sealed) {
    return authorizationOf(unwrap(callApp(this, 'openAuthorization', text('sealed', sealed))))
  },

  async refresh(refreshToken, options) {
    const secret = refreshTokenText('refreshToken', refreshToken)
    return tokenOf(await completeApp(this, 'refresh', readOptions(options, WAIT_OPTIONS), secret))
  },

  async exchangeToken(subjectToken, options) {
    const { signal, ...exchange } = readOptions(options, TOKEN_EXCHANGE)
    return tokenOf(await completeApp(this, 'exchangeToken', { signal }, tokenText('subjectToken', subjectToken), exchange))
  },

  startLogin(options) {
    return loginOf(unwrap(callApp(this, 'startLogin', readOptions(options, LOGIN))))
  },

  async startDeviceLogin(options) {
    const { scopes, ...waitOptions } = readOptions(options, DEVICE_LOGIN)
    return deviceLoginOf(await completeApp(this, 'startDeviceLogin', waitOptions, scopes))
  },

  async checkToken(token, options) {
    return tokenOf(await completeApp(this, 'checkToken', readOptions(options, WAIT_OPTIONS), tokenText('token', token)))
  },

  async resetToken(token, options) {
    return tokenOf(await completeApp(this, 'resetToken', readOptions(options, WAIT_OPTIONS), tokenText('token', token)))
  },

  async scopeToken(token, options) {
    const { signal, target, targetId, ...scope } = readOptions(options, SCOPED_TOKEN)
    const args = [tokenText('token', token), { target, targetId }, scope]
    return tokenOf(await completeApp(this, 'scopeToken', { signal }, ...args))
  },

  async deleteToken(token, options) {
    await completeApp(this, 'deleteToken', readOptions(options, WAIT_OPTIONS), tokenText('token', token))
  },

  async deleteGrant(token, options) {
    await completeApp(this, 'deleteGrant', readOptions(options, WAIT_OPTIONS), tokenText('token', token))
  },

  async revokeToken(token, options) {
    const { tokenTypeHint, signal } = readOptions(options, TOKEN_HINT)
    await completeApp(this, 'revokeToken', { signal }, tokenText('token', token), tokenTypeHint)
  },

  async introspectToken(token, options) {
    const { tokenTypeHint, signal } = readOptions(options, TOKEN_HINT)
    const args = [tokenText('token', token), tokenTypeHint]
    return new Introspection(await completeApp(this, 'introspectToken', { signal }, ...args))
  },
}

const AUTHORIZATION = { redirectUri: url, state: text, scopes: texts, loginHint: text, prompt: text }
const EXCHANGE = { redirectUri: url, codeVerifier: text, signal }
const LOGIN = { scopes: texts, loginHint: text, prompt: text, ports, path: text, host: text }
const TOKEN_EXCHANGE = { subjectTokenType: text, scopes: texts, audience: text, resource: text, signal }
const DEVICE_LOGIN = { scopes: texts, signal }
const SCOPED_TOKEN = { ...SCOPE, target: text, targetId: id, signal }
const TOKEN_HINT = { tokenTypeHint: text, signal }

module.exports = { oauthMethods }
