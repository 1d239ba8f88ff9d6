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

module.exports = { authenticationOf }
