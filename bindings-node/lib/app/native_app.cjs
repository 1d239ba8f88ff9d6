'use strict'

// The native side of each App. Every room has methods of App, so it stands in a file of its own.

const { complete } = require('../completions.cjs')
const { callNative } = require('../native_calls.cjs')
const { TokenMemory } = require('../tokens/held.cjs')

const natives = new WeakMap()
const owns = new WeakMap()

function setNative(app, native, { hasOwnClock, fetch }) {
  natives.set(app, native)
  owns.set(app, { memory: new TokenMemory(hasOwnClock), fetch, jwt: (options) => app.jwt(options) })
}

/** The part of an app that is JavaScript's alone: the tokens of its sources, and its `fetch` if it has one. */
const ownOf = (app) => owns.get(app)

/** The result of a method that returns at once. */
function callApp(app, method, ...args) {
  return callNative(() => natives.get(app)[method](...args))
}

/** The result of a method that completes later. */
function completeApp(app, method, waitOptions, ...args) {
  return complete((...completion) => natives.get(app)[method](...completion, ...args), waitOptions)
}

module.exports = { callApp, completeApp, ownOf, setNative }
