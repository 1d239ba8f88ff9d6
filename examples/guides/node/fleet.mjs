// One of many processes that share their tokens: whoever needs one first has it minted.

// In a program of your own: from 'appmint'.
import { App } from '../../../bindings-node/index.mjs'

// --8<-- [start:main]
const app = new App({
  environment: 'APPMINT_',
  store: process.env.REDIS_URL, // redis://… or rediss://… (TLS)
  storeKey: process.env.STORE_KEY, // openssl rand -hex 32, the same for all processes
})
const token = await app.installation({ organization: 'octo-org' }).token()
const stats = app.stats()
console.log('minted:', stats.minted, 'from the store:', stats.fromStore)
// --8<-- [end:main]
