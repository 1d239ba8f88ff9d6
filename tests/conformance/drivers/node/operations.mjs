// What an app does beside installations, tokens and calls.

import { authorization, record, registration, token } from './answer.mjs'
import { camelCased, list, narrowing } from './words.mjs'

export const OPERATIONS = {
  registration: async (app) => registration(await app.registration()),
  convert_manifest: async (app, { code }) => registration(await app.convertManifest(code)),
  suspend_installation: (app, { id }) => app.suspendInstallation(id),
  unsuspend_installation: (app, { id }) => app.unsuspendInstallation(id),
  delete_installation: (app, { id }) => app.deleteInstallation(id),
  webhook_config: async (app) => record(await app.webhookConfig()),
  update_webhook_config: async (app, { insecure_ssl, ...words }) => {
    const insecureSsl = insecure_ssl && insecure_ssl === 'true'
    return record(await app.updateWebhookConfig({ ...camelCased(words), insecureSsl }))
  },
  webhook_delivery: async (app, { id }) => record(await app.webhookDelivery(id)),
  redeliver_webhook: (app, { id }) => app.redeliverWebhook(id),
  check_token: async (app, words) => token(await app.checkToken(words.token)),
  reset_token: async (app, words) => token(await app.resetToken(words.token)),
  scope_token: async (app, { token: of, target, target_id, ...words }) => {
    return token(await app.scopeToken(of, { target, targetId: target_id, ...narrowing(words) }))
  },
  delete_token: (app, words) => app.deleteToken(words.token),
  delete_grant: (app, words) => app.deleteGrant(words.token),
  revoke_installation_token: (app, words) => app.revokeInstallationToken(words.token),
  revoke_token: (app, { token: of, ...words }) => app.revokeToken(of, camelCased(words)),
  introspect_token: async (app, { token: of, ...words }) => record(await app.introspectToken(of, camelCased(words))),
  revoke_credentials: (app, { credentials }) => app.revokeCredentials(list(credentials)),
  install_url: (app, words) => authorization(app.installUrl(camelCased(words))),
  finish_install: async (app, { callback_url, state }) => record(await app.finishInstall(callback_url, state)),
}
