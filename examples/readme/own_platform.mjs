// A program for a platform that is not built in. README.md shows the part between the marks.

// [readme: own_platform]
import { readFile } from 'node:fs/promises'
import { App } from 'appmint'

const app = new App({
  platformDescriptor: await readFile('examples/platforms/forgejo.json', 'utf8'),
  host: 'git.corp.example', clientId: 'my-client', clientSecret: 'my-secret',
})
console.log(app.authorize({ redirectUri: 'https://app.example/callback', scopes: ['read:user'] }).url)
// [end]
