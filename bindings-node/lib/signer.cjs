'use strict'

const native = require('../native.cjs')
const { isBytes, kindOf } = require('./arguments.cjs')
const { ask } = require('./errors.cjs')

/** What native code asks for signatures. It calls back from a thread of its own, which waits. */
function signerOf(sign, patience) {
  return ask(() => new native.Signer((signing, message) => void answer(sign, signing, message), patience))
}

async function answer(sign, signing, message) {
  try {
    const signature = await sign(message)
    if (isBytes(signature)) signing.answer(bytesOf(signature))
    else signing.fail(`the signer gave ${kindOf(signature)}, not bytes`)
  } catch (thrown) {
    signing.fail(`the signer threw ${thrown instanceof Error ? thrown.name : kindOf(thrown)}`, describe(thrown))
  }
}

function bytesOf(signature) {
  if (signature instanceof ArrayBuffer) return new Uint8Array(signature)
  return new Uint8Array(signature.buffer, signature.byteOffset, signature.byteLength)
}

function describe(thrown) {
  try {
    return String(thrown)
  } catch {
    return 'something that cannot be shown'
  }
}

module.exports = { signerOf }
