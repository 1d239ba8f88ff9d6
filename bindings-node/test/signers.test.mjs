// Keys that are kept elsewhere: the clients of the services are replaced by ones that sign here.

import assert from 'node:assert/strict'
import { createPublicKey, privateEncrypt, sign, verify } from 'node:crypto'
import { test } from 'node:test'

import { App } from 'appmint'
import { awsKmsSigner, azureKeyVaultSigner, googleKmsSigner, vaultTransitSigner } from 'appmint/signers'
import { KEY, platform } from './support.mjs'

const rs256 = (message) => sign('sha256', message, KEY.privateKey)

/** The JWT of an app with this signer, verified. */
async function jwtBy(signer) {
  const jwt = await new App({ platform: 'github', appId: 75, signer }).jwt()
  const [head, payload, signature] = jwt.reveal().split('.')
  return verify('sha256', `${head}.${payload}`, createPublicKey(KEY.publicKey), Buffer.from(signature, 'base64url'))
}

/** PKCS#1 v1.5 over a digest, as a service that never sees the message. */
function signDigest(digest) {
  const prefix = Buffer.from('3031300d060960864801650304020105000420', 'hex')
  return privateEncrypt(KEY.privateKey, Buffer.concat([prefix, digest]))
}

test('AWS KMS', async () => {
  const kms = {
    async sign({ KeyId, Message, MessageType, SigningAlgorithm }) {
      assert.deepEqual([KeyId, MessageType, SigningAlgorithm], ['key-1', 'RAW', 'RSASSA_PKCS1_V1_5_SHA_256'])
      return { Signature: new Uint8Array(rs256(Message)) }
    },
  }
  assert.ok(await jwtBy(awsKmsSigner(kms, 'key-1')))
  assert.throws(() => awsKmsSigner({}, 'key-1'), /a client with a method sign/)
})

test('Google Cloud KMS, with bytes and with base64', async () => {
  for (const write of [(bytes) => bytes, (bytes) => bytes.toString('base64')]) {
    const client = { asymmetricSign: async ({ digest }) => [{ signature: write(signDigest(digest.sha256)) }] }
    assert.ok(await jwtBy(googleKmsSigner(client, 'projects/p/cryptoKeyVersions/1')))
  }
})

test('Azure Key Vault', async () => {
  const client = { signData: async (algorithm, message) => ({ result: algorithm === 'RS256' && rs256(message) }) }
  assert.ok(await jwtBy(azureKeyVaultSigner(client)))
})

test('HashiCorp Vault', async (t) => {
  const { url, requests } = await platform(t, ({ headers }, body) => {
    if (headers['x-vault-token'] !== 'hvs.1') return { status: 403, json: { errors: ['permission denied'] } }
    const { input } = JSON.parse(body)
    return { json: { data: { signature: `vault:v1:${rs256(Buffer.from(input, 'base64')).toString('base64')}` } } }
  })
  assert.ok(await jwtBy(vaultTransitSigner({ address: `${url}/`, token: async () => 'hvs.1', key: 'app' })))
  assert.equal(requests[0].url, '/v1/transit/sign/app/sha2-256')
  await assert.rejects(jwtBy(vaultTransitSigner({ address: url, token: 'hvs.2', key: 'app' })), { kind: 'callback' })
})
