import { makeApp } from './app.mjs'

const stop = new AbortController()
setImmediate(() => stop.abort())
await makeApp().installations({ signal: stop.signal }).toArray().catch((error) => console.log(error.kind))
