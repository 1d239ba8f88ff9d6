'use strict'

const { invalid } = require('../arguments.cjs')
const { InvalidArgumentError } = require('../errors.cjs')
const { callNative } = require('../native_calls.cjs')
const { fill } = require('../records.cjs')

const INTERNAL = Symbol('appmint')

/** An event whose signature was verified. */
class WebhookEvent {
  #native

  constructor(key, native) {
    if (key !== INTERNAL) throw new InvalidArgumentError('a WebhookEvent comes from app.verifyWebhook(…)')
    this.#native = native
    fill(this, callNative(() => native.record()))
  }

  static nativeOf(name, event) {
    if (!(#native in Object(event))) throw invalid(name, 'a WebhookEvent of app.verifyWebhook(…)', event)
    return event.#native
  }
}

const { nativeOf } = WebhookEvent
delete WebhookEvent.nativeOf

/** Where and how the platform sends webhook events. */
class WebhookConfig {
  constructor(record) {
    fill(this, record)
  }
}

/** A delivery of a webhook event. */
class WebhookDelivery {
  constructor(record) {
    fill(this, record)
  }
}

module.exports = {
  WebhookConfig, WebhookDelivery, WebhookEvent, nativeWebhookEvent: nativeOf,
  webhookEventOf: (native) => new WebhookEvent(INTERNAL, native),
}
