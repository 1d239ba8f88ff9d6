/* Lists the app's installations, and mints a token that can do no more than its job needs. */

#include "check.h"

int main(void) {
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_installations *listing = NULL;
  appmint_installation *installation = NULL;
  appmint_scope *scope = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;

  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  check(appmint_app_new(config, &app, &error), &error);

  /* --8<-- [start:list] */
  check(appmint_app_installations(app, &listing, &error), &error);
  for (;;) { /* pages are requested as they are needed */
    const char *account;
    check(appmint_installations_next(listing, &installation, &error), &error);
    if (!installation) break;
    account = appmint_installation_account(installation);
    printf("%s %s\n", appmint_installation_id(installation), account ? account : "no account");
    appmint_installation_free(installation);
  }
  appmint_installations_free(listing);
  /* --8<-- [end:list] */

  /* --8<-- [start:narrow] */
  scope = appmint_scope_new();
  appmint_scope_add_repository(scope, "octo-repo", APPMINT_NTS); /* without the owner */
  appmint_scope_set_permission(scope, "contents", APPMINT_NTS, "read", APPMINT_NTS);
  check(appmint_app_installation_by(app, APPMINT_LOOKUP_ORGANIZATION, "octo-org", APPMINT_NTS, scope, &source,
                                    &error), &error);
  check(appmint_source_token(source, 30 * 60 * 1000, APPMINT_DEFAULT, &token, &error), &error);
  printf("%s\n", appmint_token_to_string(token));
  /* --8<-- [end:narrow] */

  /* --8<-- [start:revoke] */
  check(appmint_source_revoke(source, &error), &error);
  /* --8<-- [end:revoke] */

  appmint_token_free(token);
  appmint_source_free(source);
  appmint_scope_free(scope);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
