// Users: authorizations, logins, sessions. What a later command goes on with is kept here.

import { authorization, members, response, shown, token } from './answer.mjs'
import { asked, call, camelCased, list, number, patience } from './words.mjs'

const kept = {}

function keptAuthorization(made) {
  kept.authorization = made
  return authorization(made)
}

async function keptToken(brought) {
  kept.token = await brought
  return token(kept.token)
}

export const PEOPLE = {
  authorize: (app, words) => keptAuthorization(app.authorize(asked(words))),
  open_authorization: (app, { sealed }) => keptAuthorization(app.openAuthorization(sealed)),
  seal_authorization: (app) => ({ 'reveal.value': app.sealAuthorization(kept.authorization) }),
  finish_authorization: (app, { callback_url }) => keptToken(app.finishAuthorization(kept.authorization, callback_url)),
  exchange_code: (app, { code, ...words }) => keptToken(app.exchangeCode(code, camelCased(words))),
  refresh: (app, { refresh_token }) => keptToken(app.refresh(refresh_token)),
  start_login: (app, { ports, ...words }) => {
    kept.login = app.startLogin({ ...asked(words), ports: ports && list(ports).map(Number) })
    const { url, redirectUri } = kept.login
    return { url, redirect_uri: redirectUri, shown: shown(kept.login) }
  },
  login_wait: (_, { timeout_ms }) => keptToken(kept.login.wait({ timeout: number(timeout_ms) })),
  login_cancel: () => kept.login.cancel(),
  start_device_login: async (app, words) => {
    kept.device = await app.startDeviceLogin(asked(words))
    const { userCode, verificationUri, verificationUriComplete, expiresAt } = kept.device
    const told = members({ userCode, verificationUri, verificationUriComplete, expiresAt })
    return { ...told, shown: shown(kept.device) }
  },
  device_poll: () => keptToken(kept.device.poll()),
  device_wait: () => keptToken(kept.device.wait()),
  device_cancel: () => kept.device.cancel(),
  start_session: (app, { name }) => app.startSession(name, kept.token),
  end_session: (app, { name }) => app.endSession(name),
  session_token: async (app, { name, ...words }) => token(await app.session(name).token(patience(words))),
  session_invalidate: (app, { name }) => app.session(name).invalidate(),
  session_request: async (app, { name, ...words }) => response(await app.session(name).request(...call(words))),
}
