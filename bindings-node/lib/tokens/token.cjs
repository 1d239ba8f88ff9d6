'use strict'

const { inspect } = require('node:util')
const { invalid, text } = require('./arguments.cjs')
const { InvalidArgumentError, ask } = require('./errors.cjs')

const MAKE = Symbol('made by appmint')

/** A snapshot. Its secrets stay in native memory until they are revealed. */
class Token {
  #native
  #record

  constructor(key, native) {
    if (key !== MAKE) throw new InvalidArgumentError('tokens come from an App or a TokenSource')
    this.#native = native
  }

  get kind() {
    return this.#read().kind
  }

  reveal() {
    return ask(() => this.#native.reveal())
  }

  authorizationHeader() {
    return ask(() => this.#native.authorizationHeader())
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

  get claims() {
    return this.#read().claims
  }

  revealRefreshToken() {
    return ask(() => this.#native.revealRefreshToken())
  }

  get refreshTokenExpiresAt() {
    return dateOf(this.#read().refreshTokenExpiresAt)
  }

  toString() {
    return `[${this.kind} token]`
  }

  toJSON() {
    const { kind, expiresAt, permissions, repositorySelection, repositories, scopes, account } = this
    return { kind, expiresAt, permissions, repositorySelection, repositories, scopes, account }
  }

  [inspect.custom](depth, options, show = inspect) {
    return `Token ${show({ ...this.toJSON(), secret: '[redacted]' }, { ...options, depth })}`
  }

  static nativeOf(name, token) {
    if (!(#native in Object(token))) throw invalid(name, 'a Token', token)
    return token.#native
  }

  #read() {
    this.#record ??= readable(ask(() => this.#native.record()))
    return this.#record
  }
}

const { nativeOf } = Token
delete Token.nativeOf

function readable(record) {
  Object.freeze(record.permissions)
  Object.freeze(record.repositories)
  Object.freeze(record.scopes)
  record.claims = record.claims === null ? null : deepFreeze(JSON.parse(record.claims))
  return record
}

function deepFreeze(value) {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}

/** A Date can be changed by whoever has it, so each asker gets one of their own. */
function dateOf(millis) {
  return millis === null ? null : new Date(millis)
}

function tokenText(name, value) {
  return value instanceof Token ? value.reveal() : text(name, value)
}

function tokenTexts(name, value) {
  if (!Array.isArray(value)) throw invalid(name, 'an array of tokens', value)
  return value.map((each) => tokenText(`each of ${name}`, each))
}

function refreshTokenText(name, value) {
  if (!(value instanceof Token)) return text(name, value)
  const revealed = value.revealRefreshToken()
  if (revealed === null) throw new InvalidArgumentError('the token came without a refresh token')
  return revealed
}

module.exports = {
  Token, dateOf, nativeTokenOf: nativeOf, refreshTokenText, tokenOf: (native) => new Token(MAKE, native), tokenText, tokenTexts,
}
