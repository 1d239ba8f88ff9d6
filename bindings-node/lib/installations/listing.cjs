'use strict'

const { complete } = require('../completions.cjs')
const { InvalidArgumentError } = require('../errors.cjs')
const { Opaque } = require('../opaque.cjs')

const INTERNAL = Symbol('appmint')

/** A list that is fetched page by page as its items are needed. */
class Listing extends Opaque {
  #native
  #read
  #waitOptions
  #previous
  #isOver = false

  constructor(key, native, read, waitOptions) {
    if (key !== INTERNAL) throw new InvalidArgumentError('a Listing comes from an App or a TokenSource')
    super()
    this.#native = native
    this.#read = read
    this.#waitOptions = waitOptions
  }

  [Symbol.asyncIterator]() {
    return this
  }

  // A call waits for the previous one, so that concurrent calls get the items in order.
  async next() {
    const previous = this.#previous
    const { promise, resolve } = withResolver()
    this.#previous = promise
    try {
      await previous
      return await this.#fetch()
    } finally {
      resolve()
    }
  }

  async return() {
    this.#isOver = true
    return END
  }

  async toArray() {
    const items = []
    for await (const item of this) items.push(item)
    return items
  }

  async #fetch() {
    if (this.#isOver) return END
    const record = await complete((...completion) => this.#native.next(...completion), this.#waitOptions)
    return record === null ? END : { done: false, value: this.#read(record) }
  }
}

const END = Object.freeze({ done: true, value: undefined })

function withResolver() {
  let resolve
  const promise = new Promise((settle) => { resolve = settle })
  return { promise, resolve }
}

module.exports = {
  Listing,
  listingOf: (native, Item, waitOptions) => new Listing(INTERNAL, native, (record) => new Item(record), waitOptions),
  listingOfJson: (native, waitOptions) => new Listing(INTERNAL, native, JSON.parse, waitOptions),
}
