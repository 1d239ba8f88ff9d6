'use strict'

// Errors are made here and not in native code: one that is made there is no `instanceof Error` in
// another realm, such as jest's.

const FIELDS = ['reason', 'hint', 'status', 'platformCode', 'requestId', 'retryAfter', 'isRetryable']

class AppmintError extends Error {
  constructor(message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = this.kind
    for (const field of FIELDS) {
      const value = details[field]
      if (value !== undefined && value !== null) this[field] = value
    }
    this.isRetryable ??= false
  }

  get kind() {
    return this.constructor.kind
  }
}

class InvalidArgumentError extends AppmintError {}
class UnsupportedError extends AppmintError {}
class KeyError extends AppmintError {}
class TransportError extends AppmintError {}
class TimeoutError extends AppmintError {}
class CancelledError extends AppmintError {}
class UnauthorizedError extends AppmintError {}
class ForbiddenError extends AppmintError {}
class NotFoundError extends AppmintError {}
class RateLimitedError extends AppmintError {}
class RejectedError extends AppmintError {}
class ReauthorizeError extends AppmintError {}
class DeniedError extends AppmintError {}
class PendingError extends AppmintError {}
class ServerError extends AppmintError {}
class ProtocolError extends AppmintError {}
class StoreError extends AppmintError {}
class CallbackError extends AppmintError {}
class InternalError extends AppmintError {}

const KINDS = {
  invalid_argument: InvalidArgumentError,
  unsupported: UnsupportedError,
  key: KeyError,
  transport: TransportError,
  timeout: TimeoutError,
  cancelled: CancelledError,
  unauthorized: UnauthorizedError,
  forbidden: ForbiddenError,
  not_found: NotFoundError,
  rate_limited: RateLimitedError,
  rejected: RejectedError,
  reauthorize: ReauthorizeError,
  denied: DeniedError,
  pending: PendingError,
  server: ServerError,
  protocol: ProtocolError,
  store: StoreError,
  callback: CallbackError,
  internal: InternalError,
}

hide(AppmintError.prototype, 'name', 'AppmintError')
for (const [kind, type] of Object.entries(KINDS)) {
  hide(type, 'kind', kind)
  hide(type.prototype, 'name', type.name)
}

function hide(object, name, value) {
  Object.defineProperty(object, name, { value, configurable: true, writable: true })
}

/** What native code answers. It throws only if it has a bug: it panicked, or took what it should not. */
function ask(native) {
  try {
    return native()
  } catch {
    // Not what it threw: that may quote what it was given.
    throw new InternalError('appmint failed within itself', { hint: 'This is a bug in appmint; please report it.' })
  }
}

/** The value of an outcome, or its error thrown. */
function settle([record, value]) {
  if (record) throw errorOf(record)
  return value
}

function errorOf(record) {
  const Type = KINDS[record.kind] ?? InternalError
  const cause = record.cause === undefined ? undefined : causeOf(record.cause)
  return new Type(record.message, { ...record, cause })
}

// What lies beneath has no place of its own in JavaScript: its stack would be this file's.
function causeOf(text) {
  const cause = new Error(text)
  cause.stack = `Error: ${text}`
  return cause
}

module.exports = { AppmintError, ...classes(), ask, errorOf, settle }

function classes() {
  return Object.fromEntries(Object.values(KINDS).map((type) => [type.name, type]))
}
