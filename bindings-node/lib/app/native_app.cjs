'use strict'

// The native side of each App. Every room has methods of App, so it stands in a file of its own.

const { complete } = require('../completions.cjs')
const { callNative } = require('../native_calls.cjs')

const natives = new WeakMap()

function setNative(app, native) {
  natives.set(app, native)
}

/** The result of a method that returns at once. */
function callApp(app, method, ...args) {
  return callNative(() => natives.get(app)[method](...args))
}

/** The result of a method that completes later. */
function completeApp(app, method, waitOptions, ...args) {
  return complete((...completion) => natives.get(app)[method](...completion, ...args), waitOptions)
}

module.exports = { callApp, completeApp, setNative }
