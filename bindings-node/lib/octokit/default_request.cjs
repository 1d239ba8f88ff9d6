'use strict'

// The part of Octokit's `request` that is needed when the program gives none.

const DEFAULTS = {
  baseUrl: 'https://api.github.com',
  headers: { accept: 'application/vnd.github.v3+json', 'user-agent': 'appmint-octokit' },
}

function requestWith(defaults) {
  const request = async (route, parameters) => await send(merge(defaults, route, parameters))
  const endpoint = (route, parameters) => parse(merge(defaults, route, parameters))
  endpoint.DEFAULTS = defaults
  endpoint.merge = (route, parameters) => merge(defaults, route, parameters)
  endpoint.parse = parse
  return Object.assign(request, { endpoint, defaults: (more) => requestWith(merge(defaults, more)) })
}

function merge(defaults, route, parameters) {
  const [method, url] = typeof route === 'string' ? route.split(' ') : []
  const given = { ...(typeof route === 'string' ? { method, url } : route), ...parameters }
  return { ...defaults, ...given, headers: { ...defaults.headers, ...given.headers } }
}

function parse({ baseUrl, method = 'GET', url, headers, request, mediaType, data, ...parameters }) {
  const rest = { ...parameters }
  const path = url.replaceAll(/\{(\w+)\}/g, (_, name) => {
    delete rest[name]
    return encodeURIComponent(parameters[name])
  })
  const body = data ?? (Object.keys(rest).length > 0 && method !== 'GET' ? rest : undefined)
  return { method, url: /^https?:/.test(path) ? path : baseUrl + path, headers, body, request }
}

async function send(options) {
  const { method, url, headers, body, request } = parse(options)
  const fetch = request?.fetch ?? globalThis.fetch
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json; charset=utf-8' } }
  const answer = await fetch(url, { method, ...init, headers: { ...headers, ...init.headers } })
  const text = await answer.text()
  const isJson = /json/.test(answer.headers.get('content-type') ?? '')
  const response = { status: answer.status, url, headers: Object.fromEntries(answer.headers), data: isJson ? JSON.parse(text) : text }
  if (answer.ok) return response
  throw Object.assign(new Error(response.data?.message ?? `status ${answer.status}`), { name: 'HttpError', status: answer.status, response })
}

module.exports = { defaultRequest: requestWith(DEFAULTS) }
