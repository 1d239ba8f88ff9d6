// Webhooks: verified, dispatched by their events, and read from the servers of Node.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App, HeadersLike, WebhookEvent } from './index.cjs'

/** The payloads by the names of their events: those of `@octokit/webhooks-types`, if it is installed. */
// @ts-ignore: any without that package
type Payloads = import('@octokit/webhooks-types').EventPayloadMap

/** The name of an event such as `issues`, with or without an action such as `issues.opened`. */
export type WebhookName = string

/** The payload of an event. */
export type PayloadOf<Name extends string> = Name extends `${infer Event}.${string}` ? PayloadOf<Event> : Name extends keyof Payloads ? Payloads[Name] : any

/** A verified event, with its payload. */
export type VerifiedWebhook<Name extends string> = Omit<WebhookEvent, 'payload'> & {
  /** The payload. */
  readonly payload: PayloadOf<Name>
}

/** A function that is called with each event of a name. */
export type WebhookHandler<Name extends string> = (event: VerifiedWebhook<Name>) => unknown

/** The options of {@link Webhooks}. */
export interface WebhooksOptions {
  /** The app, which forgets the tokens that an event ends. */
  app: App
  /** The secret of the webhook, or several while one replaces the other. */
  secret: string | readonly string[]
  /** How long an answer waits for the handlers; default 9000 ms, because GitHub waits for ten seconds. */
  timeoutMs?: number | undefined
  /** Gets what a handler threw; default a warning of the process. */
  onError?: ((error: unknown, event: WebhookEvent) => unknown) | undefined
}

/**
 * Verifies webhooks and calls the program's functions for them. A delivery is answered with 200 when all of them have
 * ended, with 500 when one has failed, and with 202 when they take longer than `timeoutMs`; with 401 if its signature fits
 * no secret. A body of more than 25 MiB is answered with 413.
 *
 * @example
 * ```js
 * const webhooks = new Webhooks({ app, secret: process.env.WEBHOOK_SECRET })
 * webhooks.on('issues.opened', async ({ payload, installationId }) => { … })
 * createServer(webhooks.http({ path: '/webhook' })).listen(3000)
 * ```
 */
export class Webhooks {
  /** @throws {InvalidArgumentError} without an app or a secret */
  constructor(options: WebhooksOptions)
  /** Calls a function with each event of these names: `issues`, or `issues.opened` for one action. */
  on<Name extends string>(name: Name | readonly Name[], handler: WebhookHandler<Name>): this
  /** Calls a function with every event. */
  onAny(handler: WebhookHandler<any>): this
  /** Does not call the function any more. */
  off(name: string, handler: WebhookHandler<any>): this
  /**
   * Verifies a delivery and calls the functions for it, for a server of your own. Rejects with what they threw.
   *
   * @param body the raw bytes, before anything parses them
   * @throws {UnauthorizedError} of reason `invalid_signature` if the signature fits no secret
   */
  receive(headers: HeadersLike, body: string | ArrayBufferView | ArrayBuffer): Promise<void>
  /** The same, as the answer to the platform. It never rejects. */
  answer(headers: HeadersLike, body: string | ArrayBufferView | ArrayBuffer): Promise<{ status: number; text: string }>
  /** A listener of `node:http`, or middleware: other paths than `path` (default `/webhook`) are passed on, or answered with 404. */
  http(options?: { path?: string | undefined }): (request: IncomingMessage, response: ServerResponse, next?: () => unknown) => Promise<unknown>
  /** A handler for Express: `app.post('/webhook', webhooks.express())`, before `express.json()`. */
  express(): (request: any, response: any) => Promise<void>
  /** A plugin for Fastify: `server.register(webhooks.fastify, { path: '/webhook' })`. */
  get fastify(): (server: any, options?: { path?: string | undefined }) => Promise<void>
  /** A handler for Hono: `app.post('/webhook', webhooks.hono())`. */
  hono(): (context: any) => Promise<Response>
  /** A handler of a `Request`, for servers whose requests are those of fetch. */
  get fetch(): (request: Request) => Promise<Response>
}
