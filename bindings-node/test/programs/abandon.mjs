import { makeApp } from './app.mjs'

const stop = new AbortController()
setImmediate(() => stop.abort())
await makeApp().installations({ signal: stop.signal }).catch((error) => console.log(error.code))
