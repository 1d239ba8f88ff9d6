'use strict'

// What calls answer with, as plain values.

const { inspect } = require('node:util')
const { errorOf } = require('./errors.cjs')
const { dateOf } = require('./token.cjs')

/** One installation of the app. Only the id is certain; all that the platform said is in `raw`. */
class Installation {
  constructor(record) {
    fill(this, record)
  }
}

/** A repository that an installation reaches. */
class Repository {
  constructor(record) {
    fill(this, record)
  }
}

/** Where the platform sends the app's events. */
class WebhookConfig {
  constructor(record) {
    fill(this, record)
  }
}

/** An event that was sent to the app, or was tried to be. */
class WebhookDelivery {
  constructor(record) {
    fill(this, record)
  }
}

/** What an authorization server knows of a token. */
class Introspection {
  constructor(record) {
    fill(this, record)
  }
}

/** An answer, whatever its status. */
class Response {
  constructor({ status, headers, body }) {
    this.status = status
    this.headers = joined(headers)
    this.body = body
    Object.freeze(this)
  }

  text() {
    return this.body.toString()
  }

  json() {
    return JSON.parse(this.text())
  }

  // A body may hold a token.
  toJSON() {
    return { status: this.status }
  }

  [inspect.custom](_depth, options, show = inspect) {
    const { status, body } = this
    return `Response ${show({ status, body: `${body.length} bytes` }, options)}`
  }
}

/** Something that happened to an app's tokens. */
class Event {
  constructor({ error, ...record }) {
    Object.assign(this, record)
    this.error = error === null ? null : errorOf(error)
    Object.freeze(this)
  }
}

/** How often things happened since the app was made. */
class Stats {
  constructor(record) {
    fill(this, record)
  }
}

/** Gives an object a record's members, in the forms that callers see, for good. */
function fill(object, record) {
  for (const [name, value] of Object.entries(record)) object[name] = shown(name, value)
  Object.freeze(object)
}

function shown(name, value) {
  if (name === 'raw') return JSON.parse(value)
  return isTime(name) ? dateOf(value) : Object.freeze(value)
}

const isTime = (name) => name.endsWith('At') || name === 'notBefore'

/** Values of one header are one list (RFC 9110 §5.3). */
function joined(pairs) {
  const headers = Object.create(null)
  for (const [name, value] of pairs) {
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return Object.freeze(headers)
}

module.exports = {
  Event, WebhookConfig, WebhookDelivery, Installation, Introspection, Repository, Response, Stats, fill,
}
