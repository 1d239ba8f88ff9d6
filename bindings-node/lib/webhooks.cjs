'use strict'

const { callApp, completeApp } = require('./app/native_app.cjs')
const { WAIT_OPTIONS, boolean, headers, id, rawBytes, readOptions, signal, text, textOrTexts, url } = require('./arguments.cjs')
const { listingOf } = require('./installations/listing.cjs')
const { unwrap } = require('./native_calls.cjs')
const { WebhookConfig, WebhookDelivery, nativeWebhookEvent, webhookEventOf } = require('./webhooks/records.cjs')

/** App's methods of this room. */
const webhookMethods = {
  verifyWebhook(given, body, secrets) {
    const args = [headers('headers', given), rawBytes('body', body), textOrTexts('secrets', secrets)]
    return webhookEventOf(unwrap(callApp(this, 'verifyWebhook', ...args)))
  },

  applyWebhook(event) {
    return callApp(this, 'applyWebhook', nativeWebhookEvent('webhook', event))
  },

  async webhookConfig(options) {
    return new WebhookConfig(await completeApp(this, 'webhookConfig', readOptions(options, WAIT_OPTIONS)))
  },

  async updateWebhookConfig(options) {
    const { signal, ...update } = readOptions(options, WEBHOOK_CONFIG)
    return new WebhookConfig(await completeApp(this, 'updateWebhookConfig', { signal }, update))
  },

  webhookDeliveries(options) {
    const waitOptions = readOptions(options, WAIT_OPTIONS)
    return listingOf(unwrap(callApp(this, 'webhookDeliveries')), WebhookDelivery, waitOptions)
  },

  async webhookDelivery(deliveryId, options) {
    const waitOptions = readOptions(options, WAIT_OPTIONS)
    return new WebhookDelivery(await completeApp(this, 'webhookDelivery', waitOptions, id('id', deliveryId)))
  },

  async redeliverWebhook(deliveryId, options) {
    await completeApp(this, 'redeliverWebhook', readOptions(options, WAIT_OPTIONS), id('deliveryId', deliveryId))
  },
}

const WEBHOOK_CONFIG = { url, contentType: text, secret: text, insecureSsl: boolean, signal }

module.exports = { webhookMethods }
