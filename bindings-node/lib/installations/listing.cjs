'use strict'

const { InvalidArgumentError } = require('./errors.cjs')
const { fly } = require('./flight.cjs')

const MAKE = Symbol('made by appmint')

/** A list that is fetched page by page as it is asked for. */
class Listing {
  #native
  #Item
  #waiting
  #turn
  #isOver = false

  constructor(key, native, Item, waiting) {
    if (key !== MAKE) throw new InvalidArgumentError('a Listing comes from an App or a TokenSource')
    this.#native = native
    this.#Item = Item
    this.#waiting = waiting
  }

  [Symbol.asyncIterator]() {
    return this
  }

  // Who asks before the last one was answered comes after that one, so that items keep their order.
  async next() {
    const before = this.#turn
    const { promise, resolve } = pending()
    this.#turn = promise
    try {
      await before
      return await this.#advance()
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

  async #advance() {
    if (this.#isOver) return END
    const record = await fly((...landing) => this.#native.next(...landing), this.#waiting)
    return record === null ? END : { done: false, value: new this.#Item(record) }
  }
}

const END = Object.freeze({ done: true, value: undefined })

function pending() {
  let resolve
  const promise = new Promise((settle) => { resolve = settle })
  return { promise, resolve }
}

module.exports = { Listing, listingOf: (native, Item, waiting) => new Listing(MAKE, native, Item, waiting) }
