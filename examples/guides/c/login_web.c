/* The two requests of a web app's login. Here the standard input stands for the second one. */

#include "check.h"

#include <string.h>

/* --8<-- [start:login] */
/* GET /login: sends the browser to the URL of `*authorization`. The text goes into a cookie. */
static appmint_text *begin(const appmint_app *app, appmint_authorization **authorization, appmint_error **error) {
  appmint_authorization_request *request = appmint_authorization_request_new();
  appmint_text *cookie = NULL;
  appmint_authorization_request_set_redirect_uri(request, "https://example.com/callback", APPMINT_NTS);
  check(appmint_app_authorize(app, request, authorization, error), error);
  check(appmint_app_seal_authorization(app, *authorization, &cookie, error), error);
  appmint_authorization_request_free(request);
  return cookie;
}

/*
 * GET /callback: starts the session of the user who came back with this cookie and this URL. Its name is a text
 * that nobody can guess, such as 256 random bits in hexadecimal, and becomes the user's next cookie.
 */
static void finish(const appmint_app *app, const char *cookie, const char *url, const char *session,
                   appmint_error **error) {
  appmint_authorization *authorization = NULL;
  appmint_token *token = NULL;
  check(appmint_app_open_authorization(app, cookie, APPMINT_NTS, &authorization, error), error);
  check(appmint_app_finish_authorization(app, authorization, url, APPMINT_NTS, &token, error), error);
  check(appmint_app_start_session(app, session, APPMINT_NTS, token, NULL, 0, error), error);
  appmint_token_free(token);
  appmint_authorization_free(authorization);
}
/* --8<-- [end:login] */

int main(void) {
  char url[4096] = "";
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_authorization *authorization = NULL;
  appmint_source *user = NULL;
  appmint_token *token = NULL;
  appmint_text *cookie;
  appmint_error *error = NULL;

  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  appmint_config_set_store(config, "memory:", APPMINT_NTS); /* sqlite:FILE or redis://… for more than one process */
  appmint_config_set_store_key(config, getenv("STORE_KEY"), APPMINT_NTS);
  check(appmint_app_new(config, &app, &error), &error);

  cookie = begin(app, &authorization, &error);
  printf("authorize %s\n", appmint_authorization_url(authorization));
  fflush(stdout);
  if (!fgets(url, sizeof url, stdin)) return 1;
  url[strcspn(url, "\n")] = '\0';
  finish(app, appmint_text_reveal(cookie, NULL), url, "user-1", &error);
  check(appmint_app_session(app, "user-1", APPMINT_NTS, &user, &error), &error);
  check(appmint_source_token(user, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error), &error);
  printf("%s\n", appmint_token_to_string(token));

  appmint_token_free(token);
  appmint_source_free(user);
  appmint_text_free(cookie);
  appmint_authorization_free(authorization);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
