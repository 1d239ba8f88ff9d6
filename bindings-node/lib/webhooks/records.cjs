'use strict'

const { invalid } = require('./arguments.cjs')
const { InvalidArgumentError, ask } = require('./errors.cjs')

const MAKE = Symbol('made by appmint')

/** An event whose signature proved right. */
class WebhookEvent {
  #native

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('a WebhookEvent comes from app.verifyWebhook(…)')
    this.#native = native
    const { name, deliveryId, installationId, payload } = ask(() => native.record())
    this.name = name
    this.deliveryId = deliveryId
    this.installationId = installationId
    this.payload = JSON.parse(payload)
    Object.freeze(this)
  }

  static nativeOf(name, webhook) {
    if (!(#native in Object(webhook))) throw invalid(name, 'a WebhookEvent of app.verifyWebhook(…)', webhook)
    return webhook.#native
  }
}

const { nativeOf } = WebhookEvent
delete WebhookEvent.nativeOf

module.exports = { WebhookEvent, nativeWebhookOf: nativeOf, webhookOf: (native) => new WebhookEvent(MAKE, native) }
