import { makeApp } from './app.mjs'

const login = makeApp({ clientId: 'Iv1.75', clientSecret: 'secret', webUrl: process.env.TEST_URL }).startLogin()
console.log('started')

const stop = new AbortController()
const print = (error) => console.log(error.kind)
const VARIANTS = {
  start: () => {},
  wait: () => login.wait({ timeoutMs: 100 }).catch(print),
  abort: () => {
    setImmediate(() => stop.abort())
    return login.wait({ signal: stop.signal }).catch(print)
  },
}
await VARIANTS[process.env.TEST_HOW]()
