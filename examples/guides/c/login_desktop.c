/* The user of this machine logs in with a browser, once; later runs find the session in the store. */

#include "check.h"

/* --8<-- [start:login] */
static void log_in(const appmint_app *app, appmint_error **error) {
  appmint_login *login = NULL;
  appmint_token *token = NULL;
  check(appmint_app_start_login(app, NULL, &login, error), error);
  check(appmint_login_open_browser(login, error), error);
  check(appmint_login_wait(login, APPMINT_DEFAULT, &token, error), error);
  check(appmint_app_start_session(app, "me", APPMINT_NTS, token, NULL, 0, error), error);
  appmint_token_free(token);
  appmint_login_free(login);
}

static appmint_token *token_of(const appmint_app *app, const appmint_source *user, appmint_error **error) {
  appmint_token *token = NULL;
  appmint_status status = appmint_source_token(user, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, error);
  if (status == APPMINT_ERROR_REAUTHORIZE) { /* nobody has logged in yet, or the user withdrew it */
    appmint_error_free(*error);
    *error = NULL;
    log_in(app, error);
    status = appmint_source_token(user, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, error);
  }
  check(status, error);
  return token;
}
/* --8<-- [end:login] */

int main(void) {
  char store[4096];
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_source *user = NULL;
  appmint_token *token;
  appmint_error *error = NULL;

  /* --8<-- [start:app] */
  snprintf(store, sizeof store, "sqlite:%s/tokens.db", getenv("STATE_FOLDER"));
  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  appmint_config_set_store(config, store, APPMINT_NTS);
  appmint_config_set_store_key(config, getenv("STORE_KEY"), APPMINT_NTS); /* openssl rand -hex 32 */
  check(appmint_app_new(config, &app, &error), &error);
  /* --8<-- [end:app] */
  check(appmint_app_session(app, "me", APPMINT_NTS, &user, &error), &error);
  token = token_of(app, user, &error);
  printf("%s\n", appmint_token_to_string(token));

  appmint_token_free(token);
  appmint_source_free(user);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
