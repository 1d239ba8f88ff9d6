import { makeApp } from './app.mjs'

const login = makeApp({ clientId: 'Iv1.75', clientSecret: 'secret', webUrl: process.env.TEST_URL }).startLogin()
console.log('started')

const stop = new AbortController()
const told = (error) => console.log(error.code)
const HOWS = {
  start: () => {},
  wait: () => login.wait({ timeout: 100 }).catch(told),
  abort: () => {
    setImmediate(() => stop.abort())
    return login.wait({ signal: stop.signal }).catch(told)
  },
}
await HOWS[process.env.TEST_HOW]()
