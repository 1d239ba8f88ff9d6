'use strict'

/** A user's token as the packages of Octokit show it: with times by the platform's clock, which is in its answer. */
function authenticationOf(token, { clientType, clientId, clientSecret }, { headers, data }) {
  const refreshToken = token.revealRefreshToken()
  const end = (date, life) => {
    const there = Date.parse(headers.date) + life * 1000
    return (Number.isNaN(there) ? date : new Date(there)).toISOString()
  }
  return {
    type: 'token',
    tokenType: 'oauth',
    clientType,
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    token: token.reveal(),
    ...(clientType === 'oauth-app' ? { scopes: [...token.scopes] } : {}),
    ...(refreshToken === null ? {} : { refreshToken }),
    ...(token.expiresAt ? { expiresAt: end(token.expiresAt, data.expires_in) } : {}),
    ...(token.refreshTokenExpiresAt ? { refreshTokenExpiresAt: end(token.refreshTokenExpiresAt, data.refresh_token_expires_in) } : {}),
  }
}

/** The members of a result, of the platform's reply, or of a token whose reply is not known any more. */
function membersOf(token, reply = {}) {
  const { repositories, single_file: singleFileName } = reply
  return {
    token: token.reveal(),
    permissions: reply.permissions ?? { ...token.permissions },
    createdAt: reply.created_at ?? new Date().toISOString(),
    expiresAt: reply.expires_at ?? token.expiresAt?.toISOString(),
    repositorySelection: reply.repository_selection ?? token.repositorySelection ?? 'all',
    ...(repositories ? { repositoryIds: repositories.map(({ id }) => id), repositoryNames: repositories.map(({ name }) => name) } : {}),
    ...(singleFileName ? { singleFileName } : {}),
  }
}

module.exports = { authenticationOf, membersOf }
