'use strict'

const { inspect } = require('node:util')
const { hasSameSecret } = require('../../native.cjs')
const { invalid, text } = require('../arguments.cjs')
const { InvalidArgumentError } = require('../errors.cjs')
const { callNative } = require('../native_calls.cjs')
const { Opaque } = require('../opaque.cjs')
const { dateOf, deepFreeze } = require('../records.cjs')

const INTERNAL = Symbol('appmint')

/** A token. Its secrets stay in native memory until they are revealed. */
class Token extends Opaque {
  #native
  #record

  constructor(key, native) {
    if (key !== INTERNAL) throw new InvalidArgumentError('a Token comes from an App or a TokenSource')
    super(callNative(() => native.identity()))
    this.#native = native
  }

  get kind() {
    return this.#read().kind
  }

  /** In constant time. */
  equals(other) {
    return #native in Object(other) && callNative(() => hasSameSecret(this.#native, other.#native))
  }

  reveal() {
    return callNative(() => this.#native.reveal())
  }

  authorizationHeader() {
    return callNative(() => this.#native.authorizationHeader())
  }

  get expiresAt() {
    return dateOf(this.#read().expiresAt)
  }

  get permissions() {
    return this.#read().permissions
  }

  get repositorySelection() {
    return this.#read().repositorySelection
  }

  get repositories() {
    return this.#read().repositories
  }

  get scopes() {
    return this.#read().scopes
  }

  get account() {
    return this.#read().account
  }

  get accountId() {
    return this.#read().accountId
  }

  get claims() {
    return this.#read().claims
  }

  revealRefreshToken() {
    return callNative(() => this.#native.revealRefreshToken())
  }

  get refreshTokenExpiresAt() {
    return dateOf(this.#read().refreshTokenExpiresAt)
  }

  toString() {
    return `[${this.kind} token]`
  }

  toJSON() {
    const { kind, expiresAt, permissions, repositorySelection, repositories, scopes, account, accountId } = this
    return { kind, expiresAt, permissions, repositorySelection, repositories, scopes, account, accountId }
  }

  [inspect.custom](depth, options, show = inspect) {
    return `Token ${show({ ...this.toJSON(), secret: '[redacted]' }, { ...options, depth })}`
  }

  static nativeOf(name, token) {
    if (!(#native in Object(token))) throw invalid(name, 'a Token', token)
    return token.#native
  }

  #read() {
    this.#record ??= frozen(callNative(() => this.#native.record()))
    return this.#record
  }
}

const { nativeOf } = Token
delete Token.nativeOf

function frozen(record) {
  Object.freeze(record.permissions)
  Object.freeze(record.repositories)
  Object.freeze(record.scopes)
  record.claims = record.claims === null ? null : deepFreeze(JSON.parse(record.claims))
  return record
}

/** The secret of a Token, or the text that is given instead of one. */
function tokenText(name, value) {
  if (value instanceof Token) return value.reveal()
  if (typeof value !== 'string') throw invalid(name, 'a string or a Token', value)
  return value
}

function tokenTexts(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of strings or Tokens', value)
  return value.map((item) => tokenText(`each item of ${name}`, item))
}

/** The refresh token of a Token, or the text that is given instead of one. */
function refreshTokenText(name, value) {
  if (!(value instanceof Token)) return text(name, value)
  const revealed = value.revealRefreshToken()
  if (revealed === null) throw new InvalidArgumentError(`${name} is a Token that has no refresh token`)
  return revealed
}

module.exports = {
  Token, nativeToken: nativeOf, refreshTokenText, tokenOf: (native) => new Token(INTERNAL, native), tokenText, tokenTexts,
}
