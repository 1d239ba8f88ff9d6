// Ten lines: a token for an organization's installation, and a call of the API with it.

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

// --8<-- [start:main]
const app = new App({ environment: 'APPMINT_' })
const source = app.installation({ organization: 'octo-org' })
const token = await source.token()
console.log(`${token} expires at ${token.expiresAt.toISOString()}`)
const reply = await source.request('GET', '/orgs/octo-org/repos')
console.log(`HTTP status ${reply.status}`)
// --8<-- [end:main]
