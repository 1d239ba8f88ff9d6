// An app whose private key this program never sees: something else signs.

import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

// --8<-- [start:main]
// Has the key's keeper make the RS256 signature.
async function sign(message) {
  const openssl = spawn('openssl', ['dgst', '-sha256', '-sign', process.env.KMS_KEY])
  openssl.stdin.end(message)
  return buffer(openssl.stdout)
}

const app = new App({ environment: 'APPMINT_', signer: sign })
const token = await app.installation({ organization: 'octo-org' }).token()
console.log(`${token}`)
// --8<-- [end:main]
