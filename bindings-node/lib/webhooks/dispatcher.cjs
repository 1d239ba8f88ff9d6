'use strict'

// Verified webhooks, and the program's functions for them.

const { func, invalid, milliseconds, readOptions, text, textOrTexts } = require('../arguments.cjs')
const { App } = require('../app.cjs')
const { AppmintError, InvalidArgumentError } = require('../errors.cjs')
const { expressMiddleware, fastifyPlugin, fetchHandler, honoHandler, httpMiddleware } = require('./middleware.cjs')

class Webhooks {
  #app
  #secrets
  #timeoutMs
  #handlers = new Map()
  #onError

  constructor(options) {
    const { app, secret, timeoutMs = DEFAULT_TIMEOUT_MS, onError = warn } = readOptions(options, WEBHOOKS)
    if (app === undefined) throw new InvalidArgumentError('app is missing')
    if (!secret?.length || secret.includes('')) throw new InvalidArgumentError('secret is missing, or empty')
    this.#app = app
    this.#secrets = secret
    this.#timeoutMs = timeoutMs
    this.#onError = onError
  }

  on(name, handler) {
    func('handler', handler)
    for (const each of textOrTexts('name', name)) {
      if (each === '') throw new InvalidArgumentError('the name of the event is empty')
      this.#handlers.set(each, [...(this.#handlers.get(each) ?? []), handler])
    }
    return this
  }

  onAny(handler) {
    return this.on(ANY, handler)
  }

  off(name, handler) {
    const kept = (this.#handlers.get(text('name', name)) ?? []).filter((each) => each !== handler)
    this.#handlers.set(name, kept)
    return this
  }

  /** Verifies a delivery and calls the functions for it. Returns when all have ended; throws what they threw. */
  async receive(headers, body) {
    await this.#dispatch(this.#verify(headers, body))
  }

  /** The answer to a delivery: `{ status, text }`. It never rejects. */
  async answer(headers, body) {
    let event
    try {
      event = this.#verify(headers, body)
    } catch (error) {
      return { status: statusOf(error), text: textOf(error) }
    }
    const failed = this.#dispatch(event).then(() => false, (error) => (this.#report(error, event), true))
    // The platform hangs up after a while: what takes longer goes on after the answer.
    switch (await first(failed, this.#timeoutMs)) {
      case true: return { status: 500, text: 'a handler of the webhook failed' }
      case false: return { status: 200, text: 'ok' }
      default: return { status: 202, text: 'still at work' }
    }
  }

  http(options) { return httpMiddleware(this, options) }

  express() { return expressMiddleware(this) }

  get fastify() { return fastifyPlugin(this) }

  hono() { return honoHandler(this) }

  /** For servers whose requests and answers are those of fetch. */
  get fetch() { return fetchHandler(this) }

  #verify(headers, body) {
    const event = this.#app.verifyWebhook(headers, body, this.#secrets)
    // Before anybody sees it: tokens that it ends are not used again.
    this.#app.applyWebhook(event)
    return event
  }

  async #dispatch(event) {
    const { action } = event.payload ?? {}
    const names = [event.name, ...(typeof action === 'string' ? [`${event.name}.${action}`] : []), ANY]
    const handlers = new Set(names.flatMap((name) => this.#handlers.get(name) ?? []))
    const results = await Promise.allSettled([...handlers].map(async (handler) => await handler(event)))
    const errors = results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason)
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} handlers of the webhook failed`)
    if (errors.length === 1) throw errors[0]
  }

  #report(error, event) {
    try {
      this.#onError(error, event)
    } catch (thrown) {
      warn(thrown, event)
    }
  }
}

/** The result of a promise, or undefined if it does not come in this time. */
async function first(promise, timeoutMs) {
  let timer
  const late = new Promise((resolve) => { timer = setTimeout(resolve, timeoutMs) })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function warn(error, event) {
  const name = error instanceof Error ? error.name : typeof error
  const detail = error instanceof Error ? error.stack : undefined
  process.emitWarning(`a handler of the webhook ${event.name} failed: ${name}`, { type: 'AppmintWarning', code: 'APPMINT_WEBHOOK', detail })
}

/** A signature that fits no secret is refused, and so is what is no webhook. */
function statusOf(error) {
  if (!(error instanceof AppmintError)) return 500
  return { unauthorized: 401, invalid_argument: 400, protocol: 400 }[error.kind] ?? 500
}

const textOf = (error) => (error instanceof AppmintError ? error.message : 'the webhook cannot be read')

function anApp(name, value) {
  if (!(value instanceof App)) throw invalid(name, 'an App', value)
  return value
}

const ANY = '*'
const WEBHOOKS = { app: anApp, secret: textOrTexts, timeoutMs: milliseconds, onError: func }
/** GitHub waits for ten seconds. */
const DEFAULT_TIMEOUT_MS = 9000

module.exports = { Webhooks }
