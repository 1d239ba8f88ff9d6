// The operations of an app beside its tokens and its users.

import { record, registration, token } from './answers.mjs'
import { boolean, camelCased, list, scope } from './arguments.mjs'

export const OPERATIONS = {
  registration: async (app) => registration(await app.registration()),
  convert_manifest: async (app, { code }) => registration(await app.convertManifest(code)),
  suspend_installation: (app, { id }) => app.suspendInstallation(id),
  unsuspend_installation: (app, { id }) => app.unsuspendInstallation(id),
  delete_installation: (app, { id }) => app.deleteInstallation(id),
  webhook_config: async (app) => record(await app.webhookConfig()),
  update_webhook_config: async (app, { insecure_ssl, ...args }) => {
    const insecureSsl = insecure_ssl && boolean(insecure_ssl)
    return record(await app.updateWebhookConfig({ ...camelCased(args), insecureSsl }))
  },
  webhook_delivery: async (app, { id }) => record(await app.webhookDelivery(id)),
  redeliver_webhook: (app, { id }) => app.redeliverWebhook(id),
  check_token: async (app, args) => token(await app.checkToken(args.token)),
  reset_token: async (app, args) => token(await app.resetToken(args.token)),
  scope_token: async (app, { token: text, target, target_id, ...args }) => {
    return token(await app.scopeToken(text, { target, targetId: target_id, ...scope(args) }))
  },
  delete_token: (app, args) => app.deleteToken(args.token),
  delete_grant: (app, args) => app.deleteGrant(args.token),
  revoke_installation_token: (app, args) => app.revokeInstallationToken(args.token),
  revoke_token: (app, { token: text, ...args }) => app.revokeToken(text, camelCased(args)),
  introspect_token: async (app, { token: text, ...args }) => record(await app.introspectToken(text, camelCased(args))),
  revoke_credentials: (app, { credentials }) => app.revokeCredentials(list(credentials)),
  finish_install: async (app, { callback_url, state }) => record(await app.finishInstall(callback_url, state)),
}
