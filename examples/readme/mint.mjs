// A program that mints an installation token. README.md shows the part between the marks.

// [readme: mint]
import { readFile } from 'node:fs/promises'
import { App } from 'appmint'

const app = new App({ platform: 'atomgit', appId: 75, privateKey: await readFile('app.pem') })
const source = app.installation(14)
const header = (await source.token()).authorizationHeader()
const reply = await source.request('GET', '/orgs/acme/repos')
// [end]
console.log(`a header of ${header.length} characters, HTTP status ${reply.status}`)
