'use strict'

// createOAuthAppAuth: the OAuth client itself, and its users.

const { defaultRequest } = require('./default_request.cjs')
const { createOAuthUserAuth } = require('./oauth_user.cjs')
const { credentialOf } = require('./routes.cjs')

function createOAuthAppAuth(options) {
  const state = { request: defaultRequest, clientType: 'oauth-app', ...options }
  const authorization = `basic ${Buffer.from(`${state.clientId}:${state.clientSecret}`).toString('base64')}`
  const auth = async (authOptions) => {
    const { clientId, clientSecret, clientType, request } = state
    if (authOptions.type === 'oauth-app') return { type: 'oauth-app', clientId, clientSecret, clientType, headers: { authorization } }
    if ('factory' in authOptions) {
      const { type, ...factoryOptions } = { ...authOptions, ...state }
      return authOptions.factory(factoryOptions)
    }
    return await createOAuthUserAuth({ clientId, clientSecret, clientType, request, ...authOptions })()
  }
  return Object.assign(auth, { hook: (...args) => hook(state, authorization, ...args) })
}

async function hook({ clientType }, authorization, request, route, parameters) {
  const endpoint = request.endpoint.merge(route, parameters)
  const { method, url } = request.endpoint.parse({ ...endpoint, headers: { ...endpoint.headers } })
  const credential = credentialOf(url, endpoint.baseUrl)
  if (credential === 'none') return await request(endpoint)
  if (clientType === 'github-app' && credential !== 'client') {
    throw new Error(
      `[@octokit/auth-oauth-app] GitHub Apps cannot use their client ID/secret for basic authentication for endpoints other than "/applications/{client_id}/**". "${method} ${endpoint.url}" is not supported.`,
    )
  }
  endpoint.headers.authorization = authorization
  try {
    return await request(endpoint)
  } catch (error) {
    if (error.status === 401) {
      error.message = `[@octokit/auth-oauth-app] "${endpoint.method} ${endpoint.url}" does not support clientId/clientSecret basic authentication.`
    }
    throw error
  }
}

module.exports = { createOAuthAppAuth }
