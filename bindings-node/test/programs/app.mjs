import { App } from 'appmint'

export const url = process.env.TEST_URL

export function makeApp(more = {}) {
  return new App({
    platform: 'atomgit',
    apiUrl: url,
    appId: 75,
    privateKey: process.env.TEST_KEY,
    proxy: '',
    retries: 0,
    timeoutMs: 600_000,
    ...more,
  })
}
