// A bot: an HTTP server that receives the app's webhooks and works as the installation that they are about.

import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

const app = new App({ environment: 'APPMINT_' })

// --8<-- [start:receive]
async function receive(headers, body) {
  const event = app.verifyWebhook(headers, body, process.env.WEBHOOK_SECRET)
  app.applyWebhook(event)
  if (event.name === 'push') {
    const source = app.installation(event.installationId)
    const reply = await source.request('GET', '/installation/repositories')
    console.log('repositories:', (await reply.json()).total_count)
  }
}
// --8<-- [end:receive]

// --8<-- [start:serve]
const server = createServer(async (request, response) => {
  try {
    await receive(request.headers, await buffer(request))
    response.writeHead(204).end()
  } catch (error) {
    response.writeHead(error.kind === 'unauthorized' ? 401 : 500).end()
  }
})
// --8<-- [end:serve]
server.listen(0, '127.0.0.1', () => console.log(`listening at http://127.0.0.1:${server.address().port}`))
