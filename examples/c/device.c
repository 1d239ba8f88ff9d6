/*
 * A user logs in on another device: this program prints a code, and the user types it there.
 *
 *   cc -std=c99 device.c -lappmint -o device
 *
 * The app comes from the environment: APPMINT_PLATFORM, APPMINT_CLIENT_ID, APPMINT_CLIENT_SECRET
 * if the platform needs one, and APPMINT_API_URL and APPMINT_WEB_URL for hosts of your own.
 */
#include <appmint.h>

#include <stdio.h>
#include <stdlib.h>

/* Ends the program on an error. */
static void check(appmint_status status, appmint_error **error) {
  if (status == APPMINT_OK) return;
  fprintf(stderr, "error: %s: %s\n", appmint_error_kind_name(status),
          appmint_error_to_string(*error));
  appmint_error_free(*error);
  exit(1);
}

static const char *setting(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value && *value ? value : otherwise;
}

typedef void setter(appmint_config *, const char *, size_t);

static void set(appmint_config *config, setter *setter, const char *value) {
  if (value) setter(config, value, APPMINT_NTS);
}

static appmint_app *configure(void) {
  appmint_error *error = NULL;
  appmint_app *app = NULL;
  appmint_config *config = appmint_config_new();
  set(config, appmint_config_set_platform, setting("APPMINT_PLATFORM", "github"));
  set(config, appmint_config_set_api_url, setting("APPMINT_API_URL", NULL));
  set(config, appmint_config_set_web_url, setting("APPMINT_WEB_URL", NULL));
  set(config, appmint_config_set_client_id, setting("APPMINT_CLIENT_ID", NULL));
  set(config, appmint_config_set_client_secret, setting("APPMINT_CLIENT_SECRET", NULL));
  /* sqlite:FILE, with a store key, keeps the user logged in until the next run. */
  set(config, appmint_config_set_store, "memory:");
  check(appmint_app_new(config, &app, &error), &error);
  appmint_config_free(config);
  return app;
}

/* --8<-- [start:login] */
/* A source of the user's tokens, once the user has typed the code. */
static appmint_source *log_in(const appmint_app *app) {
  appmint_error *error = NULL;
  appmint_device_login *login = NULL;
  appmint_token *token = NULL;
  appmint_source *user = NULL;
  check(appmint_app_start_device_login(app, NULL, NULL, 0, &login, &error), &error);
  printf("Type %s at %s\n", appmint_device_login_user_code(login),
         appmint_device_login_verification_uri(login));
  fflush(stdout);
  check(appmint_device_login_wait(login, &token, &error), &error);
  check(appmint_app_start_session(app, "me", APPMINT_NTS, token, NULL, 0, &error), &error);
  check(appmint_app_session(app, "me", APPMINT_NTS, &user, &error), &error);
  appmint_token_free(token);
  appmint_device_login_free(login);
  return user;
}
/* --8<-- [end:login] */

int main(void) {
  appmint_app *app = configure();
  appmint_source *user = log_in(app);
  appmint_error *error = NULL;
  appmint_request *request = NULL;
  appmint_response *response = NULL;
  const char *path = setting("APPMINT_USER_GET_PATH", "/user");
  const uint8_t *body;
  size_t len;

  request = appmint_request_new("GET", APPMINT_NTS, path, APPMINT_NTS);
  check(appmint_source_request(user, request, &response, &error), &error);
  body = appmint_response_body(response, &len);
  fwrite(body, 1, len, stdout);
  printf("\n");

  appmint_response_free(response);
  appmint_request_free(request);
  appmint_source_free(user);
  appmint_app_free(app);
  return 0;
}
