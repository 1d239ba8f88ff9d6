// Reacts to errors by their kind.

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

const app = new App({ environment: 'APPMINT_' })
// --8<-- [start:main]
try {
  await app.installation({ organization: 'nowhere-inc' }).token()
} catch (error) {
  switch (error.kind) {
    case 'not_found':
      console.log(`install the app first: ${error.message}`)
      break
    case 'rate_limited':
      console.log(`come back in ${error.retryAfterMs} ms`)
      break
    default:
      console.log(error.kind, error.reason, error.status, error.requestId, error.isRetryable)
  }
}
// --8<-- [end:main]
