// Lists the app's installations, and mints a token that can do no more than its job needs.

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

const app = new App({ environment: 'APPMINT_' })

// --8<-- [start:list]
for await (const installation of app.installations()) { // pages are requested as they are needed
  console.log(installation.id, installation.account, installation.suspendedAt ? 'suspended' : 'active')
}
// --8<-- [end:list]

// --8<-- [start:narrow]
const source = app.installation({
  organization: 'octo-org',
  repositories: ['octo-repo'], // without the owner
  permissions: { contents: 'read' },
})
const token = await source.token({ minValidMs: 30 * 60_000 })
console.log(token.repositories, token.permissions, token.expiresAt)
// --8<-- [end:narrow]

// --8<-- [start:revoke]
await source.revoke()
// --8<-- [end:revoke]
