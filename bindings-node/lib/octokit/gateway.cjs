'use strict'

// The requests of an app, through the `request` function of Octokit: whatever it is wrapped with sees them.

/**
 * A `fetch` for an app that calls Octokit's `request`.
 *
 * @param channel its `request`; `authorization`, which may replace a JWT; `inOrder` and `grant`, which write a body as the
 * packages of Octokit do; `onAnswer` and `onFailure`, which are called with each answer and with each error
 */
function fetchThrough(channel) {
  return async (url, init) => {
    const body = init.body ? JSON.parse(Buffer.from(init.body).toString()) : {}
    const { isGrant, route, parameters } = await requestOf(url, init, body, channel)
    const response = await channel.request(route, parameters).catch((error) => {
      channel.onFailure(error)
      return answerOf(error, isGrant)
    })
    channel.onAnswer(response, new URL(url).pathname)
    // A server may check a token without saying it again.
    const isCheck = init.method === 'POST' && /\/applications\/[^/]+\/token$/.test(url) && response.status < 300
    return toResponse(isCheck ? { ...response, data: { token: body.access_token, ...response.data } } : response)
  }
}

async function requestOf(url, { method, headers }, body, channel) {
  const { origin, pathname } = new URL(url)
  const minted = /^(.*)\/app\/installations\/(\d+)\/access_tokens$/.exec(pathname)
  if (minted && method === 'POST') {
    const authorization = await channel.authorization(headers.authorization)
    const names = body.repositories ? { repositories: channel.inOrder(body.repositories) } : {}
    const parameters = { baseUrl: origin + minted[1], installation_id: Number(minted[2]), ...body, ...names, headers: { authorization } }
    return { route: 'POST /app/installations/{installation_id}/access_tokens', parameters }
  }
  const isGrant = pathname.endsWith('/login/oauth/access_token')
  const page = /^(.*)(\/login\/(?:oauth\/access_token|device\/code))$/.exec(pathname)
  if (page) {
    const parameters = { baseUrl: origin + page[1], headers: { accept: 'application/json' }, ...channel.grant(page[2], body) }
    return { isGrant, route: `${method} ${page[2]}`, parameters }
  }
  const authorization = headers.authorization?.replace(/^Basic /, 'basic ')
  const data = Object.keys(body).length > 0 ? { data: body } : {}
  return { route: `${method} ${url}`, parameters: { headers: authorization ? { authorization } : {}, ...data } }
}

/**
 * The answer that Octokit has thrown. Without an answer, the cause tells what failed; but of a grant it is hidden,
 * because the program's plugins may have sent the request more than once: then no cause proves that nothing was sent.
 */
function answerOf(error, isGrant) {
  if (error?.response) return error.response
  if (isGrant) throw new Error('the request of a grant was not answered')
  throw error?.cause ?? error
}

function toResponse({ status, headers, data }) {
  const hasBody = status !== 204 && status !== 304 && data !== undefined
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  const usable = Object.entries(headers ?? {}).filter(([, value]) => value !== undefined)
  const kept = new Headers(usable.map(([name, value]) => [name, String(value)]))
  if (typeof data !== 'string') kept.set('content-type', 'application/json')
  return new Response(hasBody ? text : null, { status, headers: kept })
}

module.exports = { fetchThrough }
