'use strict'

const { invalid } = require('./arguments.cjs')
const { InvalidArgumentError, ask } = require('./errors.cjs')

const MAKE = Symbol('made by appmint')

/** An event whose signature proved right. */
class Webhook {
  #native

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('a Webhook comes from app.verifyWebhook(…)')
    this.#native = native
    const { event, deliveryId, installationId, payload } = ask(() => native.record())
    this.event = event
    this.deliveryId = deliveryId
    this.installationId = installationId
    this.payload = JSON.parse(payload)
    Object.freeze(this)
  }

  static nativeOf(name, webhook) {
    if (!(#native in Object(webhook))) throw invalid(name, 'a Webhook of app.verifyWebhook(…)', webhook)
    return webhook.#native
  }
}

const { nativeOf } = Webhook
delete Webhook.nativeOf

module.exports = { Webhook, nativeWebhookOf: nativeOf, webhookOf: (native) => new Webhook(MAKE, native) }
