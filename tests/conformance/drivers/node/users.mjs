// Users: authorizations, logins and sessions. The driver keeps the objects that a later command uses.

import { authorization, item, listing, members, response, shown, token } from './answers.mjs'
import { camelCased, list, number, pageArguments, requestArguments, scopedOptions, tokenOptions } from './arguments.mjs'

const kept = {}

function keptAuthorization(value) {
  kept.authorization = value
  return authorization(value)
}

async function keptToken(promise) {
  kept.token = await promise
  return token(kept.token)
}

export const USERS = {
  authorize: (app, args) => keptAuthorization(app.authorize(scopedOptions(args))),
  install_url: (app, args) => keptAuthorization(app.installUrl(camelCased(args))),
  open_authorization: (app, { sealed }) => keptAuthorization(app.openAuthorization(sealed)),
  seal_authorization: (app) => ({ 'reveal.value': app.sealAuthorization(kept.authorization) }),
  finish_authorization: (app, { callback_url }) => keptToken(app.finishAuthorization(kept.authorization, callback_url)),
  exchange_code: (app, { code, ...args }) => keptToken(app.exchangeCode(code, camelCased(args))),
  refresh: (app, { refresh_token }) => keptToken(app.refresh(refresh_token)),
  exchange_token: async (app, { subject_token, ...args }) => token(await app.exchangeToken(subject_token, scopedOptions(args))),
  start_login: (app, { ports, ...args }) => {
    kept.login = app.startLogin({ ...scopedOptions(args), ports: ports && list(ports).map(Number) })
    const { url, redirectUri } = kept.login
    return { url, redirect_uri: redirectUri, shown: shown(kept.login) }
  },
  login_wait: (_, { timeout_ms }) => keptToken(kept.login.wait({ timeoutMs: number(timeout_ms) })),
  login_cancel: () => kept.login.cancel(),
  start_device_login: async (app, args) => {
    kept.device = await app.startDeviceLogin(scopedOptions(args))
    const { userCode, verificationUri, verificationUriComplete, expiresAt } = kept.device
    const answer = members({ userCode, verificationUri, verificationUriComplete, expiresAt })
    return { ...answer, shown: shown(kept.device) }
  },
  device_poll: () => keptToken(kept.device.poll()),
  device_wait: () => keptToken(kept.device.wait()),
  device_cancel: () => kept.device.cancel(),
  start_session: (app, { name, ...args }) => app.startSession(name, kept.token, camelCased(args)),
  end_session: (app, { name }) => app.endSession(name),
  session_token: async (app, { name, ...args }) => token(await app.session(name).token(tokenOptions(args))),
  session_invalidate: (app, { name }) => app.session(name).invalidate(),
  session_revoke: (app, { name }) => app.session(name).revoke(),
  session_paginate: (app, { name, ...args }) => listing(app.session(name).paginate(...pageArguments(args)), undefined, item),
  session_request: async (app, { name, ...args }) => response(await app.session(name).request(...requestArguments(args))),
}
