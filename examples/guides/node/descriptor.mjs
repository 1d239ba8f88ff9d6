// An app on a platform that is not built in, by a descriptor.

import { readFile } from 'node:fs/promises'

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

// --8<-- [start:main]
const app = new App({
  platformDescriptor: await readFile(process.env.DESCRIPTOR, 'utf8'),
  host: 'git.corp.example',
  clientId: 'my-client',
})
console.log(app.authorize({ redirectUri: 'https://app.example/callback', scopes: ['read:user'] }).url)
// --8<-- [end:main]
