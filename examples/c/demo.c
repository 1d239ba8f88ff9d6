/*
 * The main uses of appmint: an app's JWT, its installations, a token for one of them, and a user who
 * authorizes the app in a browser.
 *
 *   cc -std=c99 demo.c -lappmint -o demo
 *
 * The settings come from the environment: see configure() and main().
 */
#define _POSIX_C_SOURCE 200809L

#include <appmint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Ends the program on an error. */
static void check(appmint_status status, appmint_error **error) {
  if (status == APPMINT_OK) return;
  fflush(stdout);
  fprintf(stderr, "error: %s: %s\n", appmint_error_kind_name(status),
          appmint_error_to_string(*error));
  appmint_error_free(*error);
  exit(1);
}

static void die(const char *what) {
  fflush(stdout);
  perror(what);
  exit(2);
}

/* The content of a file, or the output of a command. Free it with free(). */
static char *read_all(FILE *file, const char *name) {
  char *text = malloc(1 << 16);
  size_t len;
  if (!file || !text) die(name);
  len = fread(text, 1, (1 << 16) - 1, file);
  text[len] = '\0';
  return text;
}

/* A setting; NULL if it is empty or missing. */
static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

typedef void setter(appmint_config *, const char *, size_t);

static void set(appmint_config *config, setter *setter, const char *name) {
  const char *value = setting(name);
  if (value) setter(config, value, APPMINT_NTS);
}

static void set_from_file(appmint_config *config, setter *setter, const char *name) {
  const char *path = setting(name);
  FILE *file;
  char *text;
  if (!path) return;
  file = fopen(path, "rb");
  text = read_all(file, path);
  fclose(file);
  setter(config, text, APPMINT_NTS);
  free(text);
}

static void set_private_key(appmint_config *config, const char *key, size_t len) {
  appmint_config_set_private_key(config, key, len);
}

static appmint_app *configure(void) {
  appmint_error *error = NULL;
  appmint_app *app = NULL;
  appmint_config *config = appmint_config_new();
  const char *descriptor = setting("APPMINT_PLATFORM_DESCRIPTOR_FILE");
  if (!descriptor) {
    appmint_config_set_platform(config, "atomgit", APPMINT_NTS);
    set(config, appmint_config_set_platform, "APPMINT_PLATFORM");
  }
  set_from_file(config, appmint_config_set_platform_descriptor, "APPMINT_PLATFORM_DESCRIPTOR_FILE");
  set(config, appmint_config_set_api_url, "APPMINT_API_URL");
  set(config, appmint_config_set_web_url, "APPMINT_WEB_URL");
  set(config, appmint_config_set_app_id, "APPMINT_APP_ID");
  set(config, appmint_config_set_client_id, "APPMINT_CLIENT_ID");
  set(config, appmint_config_set_client_secret, "APPMINT_CLIENT_SECRET");
  set_from_file(config, set_private_key, "APPMINT_PRIVATE_KEY_FILE");
  set_from_file(config, appmint_config_set_root_certificates, "APPMINT_ROOT_CERTIFICATES_FILE");
  if (getenv("APPMINT_NOW_MS")) {
    appmint_clock *clock = appmint_clock_new(strtoll(getenv("APPMINT_NOW_MS"), NULL, 10));
    appmint_config_set_clock(config, clock);
    appmint_clock_free(clock);
  }
  check(appmint_app_new(config, &app, &error), &error);
  appmint_config_free(config);
  return app;
}

static void print_permissions(const appmint_map *permissions) {
  size_t i;
  for (i = 0; i < appmint_map_len(permissions); i++)
    printf("%s%s:%s", i ? " " : "", appmint_map_name_at(permissions, i),
           appmint_map_value_at(permissions, i));
}

static void print_token(const char *label, const appmint_token *token) {
  const char *shown = getenv("APPMINT_SHOW_SECRETS");
  int64_t expires_at_ms = appmint_token_expires_at_ms(token);
  time_t seconds = (time_t)(expires_at_ms / 1000);
  char expiry[32] = "never";
  if (expires_at_ms != APPMINT_NO_TIME)
    strftime(expiry, sizeof expiry, "%Y-%m-%dT%H:%M:%SZ", gmtime(&seconds));
  printf("%-14s%s expires %s", label,
         shown && !strcmp(shown, "1") ? appmint_token_reveal(token, NULL) : "[redacted]", expiry);
}

static void print_response(const char *path, appmint_response *response) {
  size_t len;
  const uint8_t *body = appmint_response_body(response, &len);
  printf("%-14s%s %d ", "GET", path, appmint_response_status(response));
  fwrite(body, 1, len, stdout);
  printf("\n");
  appmint_response_free(response);
}

static void act_as_the_app(const appmint_app *app) {
  appmint_error *error = NULL;
  appmint_token *jwt = NULL;
  appmint_installations *list = NULL;
  appmint_installation *each = NULL;

  printf("%-14s%s\n", "platform", appmint_app_platform_name(app));
  check(appmint_app_jwt(app, &jwt, &error), &error);
  printf("%-14s%s\n", "jwt", appmint_token_claims(jwt));
  appmint_token_free(jwt);

  check(appmint_app_installations(app, &list, &error), &error);
  for (;;) {
    const char *account, *selection;
    check(appmint_installations_next(list, &each, &error), &error);
    if (!each) break;
    account = appmint_installation_account(each);
    selection = appmint_installation_repository_selection(each);
    printf("%-14s%s %s (%s; ", "installation", appmint_installation_id(each),
           account ? account : "", selection ? selection : "");
    print_permissions(appmint_installation_permissions(each));
    printf(")\n");
    appmint_installation_free(each);
  }
  appmint_installations_free(list);
}

/* The path that the installation requests. ACCOUNT stands for the account. */
static void make_path(char *path, size_t room, const char *account) {
  const char *given = setting("APPMINT_GET_PATH");
  const char *pattern = given ? given : "/orgs/ACCOUNT/repos";
  const char *place = strstr(pattern, "ACCOUNT");
  if (place)
    snprintf(path, room, "%.*s%s%s", (int)(place - pattern), pattern, account, place + 7);
  else
    snprintf(path, room, "%s", pattern);
}

static void act_as_an_installation(const appmint_app *app, const char *account) {
  appmint_error *error = NULL;
  appmint_installation *installation = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_request *request = NULL;
  appmint_response *response = NULL;
  char path[512];

  check(appmint_app_find_installation(app, APPMINT_LOOKUP_ACCOUNT, account, APPMINT_NTS, &installation, &error), &error);
  check(appmint_app_installation(app, appmint_installation_id(installation), APPMINT_NTS, &source,
                                 &error),
        &error);
  check(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error), &error);
  print_token("token", token);
  printf(" (");
  print_permissions(appmint_token_permissions(token));
  printf(")\n");

  make_path(path, sizeof path, account);
  request = appmint_request_new("GET", APPMINT_NTS, path, APPMINT_NTS);
  check(appmint_source_request(source, request, &response, &error), &error);
  print_response(path, response);

  appmint_request_free(request);
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_installation_free(installation);
}

/* The URL that the browser ended at. Free it with free(). */
static char *browse(const char *url) {
  FILE *browser;
  char *callback;
  setenv("APPMINT_BROWSER_URL", url, 1); /* the shell must not read the URL as a command */
  browser = popen("exec $APPMINT_BROWSER \"$APPMINT_BROWSER_URL\"", "r");
  callback = read_all(browser, "APPMINT_BROWSER");
  pclose(browser);
  callback[strcspn(callback, "\r\n")] = '\0';
  return callback;
}

static appmint_token *authorize(const appmint_app *app, const char *redirect_uri) {
  appmint_error *error = NULL;
  appmint_authorization_request *request = appmint_authorization_request_new();
  appmint_authorization *authorization = NULL;
  appmint_text *code = NULL;
  appmint_token *token = NULL;
  char *callback;

  if (redirect_uri)
    appmint_authorization_request_set_redirect_uri(request, redirect_uri, APPMINT_NTS);
  check(appmint_app_authorize(app, request, &authorization, &error), &error);
  printf("%-14s%s\n", "authorize", "opened");
  fflush(stdout);
  callback = browse(appmint_authorization_url(authorization));
  check(appmint_app_authorization_code(app, callback, APPMINT_NTS,
                                       appmint_authorization_state(authorization), APPMINT_NTS,
                                       &code, &error),
        &error);
  check(appmint_app_exchange_code(app, appmint_text_reveal(code, NULL), APPMINT_NTS, NULL, 0,
                                  appmint_authorization_code_verifier(authorization, NULL),
                                  APPMINT_NTS, &token, &error),
        &error);
  free(callback);
  appmint_text_free(code);
  appmint_authorization_free(authorization);
  appmint_authorization_request_free(request);
  return token;
}

static void act_as_a_user(const appmint_app *app, const char *redirect_uri) {
  appmint_error *error = NULL;
  appmint_token *first = authorize(app, redirect_uri), *token = NULL;
  const char *given = setting("APPMINT_USER_GET_PATH");
  const char *path = given ? given : "/user/repos";
  appmint_request *request = NULL;
  appmint_response *response = NULL;

  print_token("user token", first);
  printf("\n");
  check(appmint_app_refresh(app, appmint_token_reveal_refresh_token(first, NULL), APPMINT_NTS,
                            &token, &error),
        &error);
  print_token("refreshed", token);
  printf("\n");
  request = appmint_request_new("GET", APPMINT_NTS, path, APPMINT_NTS);
  appmint_request_set_token(request, appmint_token_reveal(token, NULL), APPMINT_NTS);
  check(appmint_app_request(app, request, &response, &error), &error);
  print_response(path, response);

  appmint_request_free(request);
  appmint_token_free(token);
  appmint_token_free(first);
}

int main(void) {
  appmint_app *app = configure();
  act_as_the_app(app);
  act_as_an_installation(app, getenv("APPMINT_ACCOUNT"));
  if (setting("APPMINT_CLIENT_ID")) /* else a platform without OAuth */
    act_as_a_user(app, setting("APPMINT_REDIRECT_URI"));
  appmint_app_free(app);
  return 0;
}
