'use strict'

// Webhooks at the servers of Node: the raw body is read before anything parses it, because it is what is signed.

const { readOptions, text } = require('../arguments.cjs')

/** For node:http: answers the deliveries to a path, and passes other requests on to `next`, or answers 404. */
function httpMiddleware(webhooks, options) {
  const { path = '/webhook' } = readOptions(options, HTTP)
  return async (request, response, next) => {
    const [at] = request.url.split('?')
    if (at !== path) return next ? next() : void end(response, { status: 404, text: 'not found' })
    if (request.method !== 'POST') return void end(response, { status: 405, text: 'a webhook is a POST' })
    end(response, await answerTo(webhooks, request))
  }
}

/** For Express, and whatever has its middleware: the route says the path. */
function expressMiddleware(webhooks) {
  return async (request, response) => end(response, await answerTo(webhooks, request))
}

/** For Fastify: a plugin, whose route alone gets bodies as bytes. */
function fastifyPlugin(webhooks) {
  return async (server, { path = '/webhook' } = {}) => {
    server.removeAllContentTypeParsers()
    server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_, body, done) => done(null, body))
    server.post(path, { bodyLimit: MAX_BODY }, async (request, reply) => {
      const { status, text } = await webhooks.answer(request.headers, request.body ?? Buffer.alloc(0))
      return reply.code(status).type('text/plain; charset=utf-8').send(text)
    })
  }
}

/** For Hono: a handler of its context. */
function honoHandler(webhooks) {
  const handle = fetchHandler(webhooks)
  return async (context) => await handle(context.req.raw)
}

function fetchHandler(webhooks) {
  return async (request) => {
    const body = await readWeb(request)
    const { status, text } = body === null ? TOO_LARGE : await webhooks.answer(request.headers, body)
    return new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  }
}

async function answerTo(webhooks, request) {
  const body = await rawBody(request)
  if (body === null) return TOO_LARGE
  if (body === undefined) return PARSED
  return await webhooks.answer(request.headers, body)
}

/** The bytes of the body; null if there are too many, undefined if somebody has parsed them already. */
async function rawBody(request) {
  const kept = request.rawBody ?? request.body // some hosts keep the raw body, and express.raw() is it
  if (Buffer.isBuffer(kept) || typeof kept === 'string') return kept
  if (request.readableEnded || request.complete && kept !== undefined) return undefined
  return await collect(request)
}

async function readWeb({ body }) {
  return body ? await collect(body) : Buffer.alloc(0)
}

async function collect(stream) {
  const chunks = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > MAX_BODY) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function end(response, { status, text }) {
  response.statusCode = status
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  if (status === TOO_LARGE.status) response.setHeader('connection', 'close')
  response.end(text)
}

const HTTP = { path: text }
/** GitHub sends no larger payload. */
const MAX_BODY = 25 << 20
const TOO_LARGE = { status: 413, text: 'the body is larger than 25 MiB' }
const PARSED = { status: 500, text: 'the body was parsed before the signature could be verified: put the webhook before express.json()' }

module.exports = { expressMiddleware, fastifyPlugin, fetchHandler, honoHandler, httpMiddleware }
