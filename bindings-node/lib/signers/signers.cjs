'use strict'

// Signers for services that keep the private key: RS256 over the bytes that an app hands them. Each takes the client of
// the service's own package, so that its credentials, region and retries stay there.

const { invalid, text } = require('../arguments.cjs')

/** AWS KMS: a `KMS` of @aws-sdk/client-kms, and the id or the ARN of an RSA key for signing. */
function awsKmsSigner(kms, keyId) {
  method('kms', kms, 'sign')
  text('keyId', keyId)
  return async (message) => {
    const { Signature } = await kms.sign({ KeyId: keyId, Message: message, MessageType: 'RAW', SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' })
    return Signature
  }
}

/** Google Cloud KMS: a client of @google-cloud/kms, and the name of a version of a key. */
function googleKmsSigner(client, keyVersion) {
  method('client', client, 'asymmetricSign')
  text('keyVersion', keyVersion)
  return async (message) => {
    const digest = await crypto.subtle.digest('SHA-256', message)
    const [{ signature }] = await client.asymmetricSign({ name: keyVersion, digest: { sha256: Buffer.from(digest) } })
    return typeof signature === 'string' ? Buffer.from(signature, 'base64') : signature
  }
}

/** Azure Key Vault: a `CryptographyClient` of @azure/keyvault-keys. */
function azureKeyVaultSigner(client) {
  method('client', client, 'signData')
  return async (message) => (await client.signData('RS256', message)).result
}

/** The transit engine of HashiCorp Vault: its address, a token (or a function that returns one), and the key's name. */
function vaultTransitSigner({ address, token, key, mount = 'transit', fetch = globalThis.fetch }) {
  const url = `${text('address', address).replace(/\/+$/, '')}/v1/${text('mount', mount)}/sign/${encodeURIComponent(text('key', key))}/sha2-256`
  return async (message) => {
    const body = { input: Buffer.from(message).toString('base64'), signature_algorithm: 'pkcs1v15' }
    const headers = { 'content-type': 'application/json', 'x-vault-token': typeof token === 'function' ? await token() : token }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`HashiCorp Vault answered ${response.status}`)
    const { data } = await response.json()
    return Buffer.from(data.signature.split(':').at(-1), 'base64')
  }
}

function method(name, value, wanted) {
  if (typeof value?.[wanted] !== 'function') throw invalid(name, `a client with a method ${wanted}`, value)
}

module.exports = { awsKmsSigner, azureKeyVaultSigner, googleKmsSigner, vaultTransitSigner }
