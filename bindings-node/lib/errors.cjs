'use strict'

// Errors are made here and not in native code: one that is made there is no `instanceof Error` in
// another realm, such as jest's.

class AppmintError extends Error {
  constructor(message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = `ERR_APPMINT_${String(this.kind).toUpperCase()}`
    for (const field of FIELDS) {
      const value = details[field]
      if (value !== undefined && value !== null) this[field] = value
    }
    this.isRetryable ??= false
    if (typeof this.stack === 'string') this.stack = withoutOwnFrames(this.stack)
  }

  get kind() {
    return this.constructor.kind
  }
}

/** A stack that starts at the call, without the files that every error passes. */
function withoutOwnFrames(stack) {
  return stack.split('\n').filter((line) => !OWN_FRAME.test(line)).join('\n')
}

const OWN_FRAME = /[\\/]lib[\\/](errors|native_calls|completions)\.cjs:/

class InvalidArgumentError extends AppmintError {}
class UnsupportedError extends AppmintError {}
class PrivateKeyError extends AppmintError {}
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
class ResourceExhaustedError extends AppmintError {}

const FIELDS = ['reason', 'hint', 'status', 'platformCode', 'requestId', 'ssoUrl', 'missingPermissions', 'retryAfterMs', 'isRetryable']

const CLASSES = {
  invalid_argument: InvalidArgumentError,
  unsupported: UnsupportedError,
  key: PrivateKeyError,
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
  resource_exhausted: ResourceExhaustedError,
}

defineHidden(AppmintError.prototype, 'name', 'AppmintError')
defineHidden(AppmintError.prototype, 'missingPermissions', Object.freeze([]))
for (const [kind, type] of Object.entries(CLASSES)) {
  defineHidden(type, 'kind', kind)
  defineHidden(type.prototype, 'name', type.name)
}

function defineHidden(object, name, value) {
  Object.defineProperty(object, name, { value, configurable: true, writable: true })
}

/** The error of a record that comes from native code. */
function errorOf(record) {
  const Type = CLASSES[record.kind] ?? InternalError
  const cause = record.cause === undefined ? undefined : causeOf(record.cause)
  return new Type(record.message, { ...record, cause })
}

// The cause did not happen in JavaScript: a stack would lead to this file.
function causeOf(message) {
  const cause = new Error(message)
  cause.stack = `Error: ${message}`
  return cause
}

/** All classes by their names. */
const errors = Object.fromEntries([AppmintError, ...Object.values(CLASSES)].map((type) => [type.name, type]))

module.exports = { ...errors, errorOf, errors }
