// Goes through the items of lists of the API, whatever pages they come in.

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

const app = new App({ environment: 'APPMINT_' })
const source = app.installation({ organization: 'octo-org' })

// --8<-- [start:main]
for await (const repository of source.paginate('/orgs/octo-org/repos?per_page=1')) { // pages are requested as they are needed
  console.log(repository.full_name)
}

// The items are a member of the answer: {"total_count": …, "repositories": […]}
const repositories = await source.paginate('/installation/repositories', { items: 'repositories' }).toArray()
// --8<-- [end:main]
console.log(repositories.length)
