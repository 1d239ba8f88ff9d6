// An app on a server that publishes its metadata (RFC 8414, OpenID Connect Discovery).

// In a program of your own: from 'appmint'.
import { App, discover } from '../../../bindings-node/index.mjs'

// --8<-- [start:main]
const platformDescriptor = await discover(process.env.ISSUER) // a text, which may be kept
const app = new App({ platformDescriptor, clientId: 'tool' })
console.log(app.authorize({ redirectUri: 'https://example.com/callback' }).url)
// --8<-- [end:main]
