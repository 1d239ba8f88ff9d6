/* Objects of every kind, at a sandbox of Acme Forge, which offers every operation; and calls without network I/O. */
#include <appmint.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N APPMINT_NTS

static int failures;
#define CHECK(condition) \
  do { if (!(condition)) { __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST); printf("line %d: %s\n", __LINE__, #condition); } } while (0)

typedef struct {
  appmint_app *app;
  appmint_source *source;
  appmint_token *token, *user;
  appmint_text *text;
  appmint_installation *installation;
  appmint_repository *repository;
  appmint_authorization *authorization;
  appmint_login *login;
  appmint_device_login *device_login;
  appmint_introspection *introspection;
  appmint_webhook_event *webhook_event;
  appmint_webhook_config *webhook_config;
  appmint_webhook_delivery *webhook_delivery;
  appmint_registration *registration;
  appmint_response *response;
  appmint_stats *stats;
  appmint_quota *quota;
  appmint_error *error;
  appmint_clock *clock;
  appmint_config *config;
  appmint_request *request;
  appmint_scope *scope;
  appmint_webhook_update *webhook_update;
  appmint_installations *installations;
  appmint_items *items;
  appmint_repositories *repositories;
  appmint_webhook_deliveries *webhook_deliveries;
  appmint_queue *queue;
  appmint_call *call;
  const appmint_list *list;
  const appmint_map *map;
} objects;

static volatile int64_t used;
static void use(int64_t value) { used = value; }
static void use_text(const char *text) { used = text ? text[0] : 0; }

#ifdef STARTS_CALLS
/* Ends a call that was started: or it was refused, because there is no object of that kind. */
static void cancel_started(appmint_status status, appmint_call **call) {
  CHECK((status == APPMINT_OK) == (*call != NULL));
  appmint_call_cancel(*call);
  use(appmint_call_is_complete(*call));
  appmint_call_free(*call);
  *call = NULL;
}
#endif

#include "every.h"

static char *read_file(const char *path, size_t *len) {
  enum { ROOM = 1 << 16 };
  char *text = malloc(ROOM);
  FILE *file = path ? fopen(path, "rb") : NULL;
  *len = file ? fread(text, 1, ROOM - 1, file) : 0;
  text[*len] = '\0';
  if (file) fclose(file);
  CHECK(*len > 0);
  return text;
}
static void well(appmint_status status, appmint_error **error) {
  CHECK(status == APPMINT_OK);
  if (*error) printf("%s\n", appmint_error_to_string(*error));
  appmint_error_free(*error);
  *error = NULL;
}
#define WELL(call) well(call, &error)

static void set_from(void (*set)(appmint_config *, const char *, size_t), appmint_config *config, const char *name) {
  const char *value = getenv(name);
  if (value) set(config, value, N);
}
static const char store_key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static appmint_config *new_config(const appmint_clock *clock) {
  size_t len, key_len;
  char *descriptor = read_file(getenv("APPMINT_PLATFORM_DESCRIPTOR_FILE"), &len);
  char *key = read_file(getenv("APPMINT_PRIVATE_KEY_FILE"), &key_len);
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform_descriptor(config, descriptor, len);
  appmint_config_set_private_key(config, key, key_len);
  set_from(appmint_config_set_api_url, config, "APPMINT_API_URL");
  set_from(appmint_config_set_web_url, config, "APPMINT_WEB_URL");
  set_from(appmint_config_set_app_id, config, "APPMINT_APP_ID");
  set_from(appmint_config_set_client_id, config, "APPMINT_CLIENT_ID");
  set_from(appmint_config_set_client_secret, config, "APPMINT_CLIENT_SECRET");
  appmint_config_set_store(config, "memory:", N);
  appmint_config_set_store_key(config, store_key, N);
  appmint_config_set_clock(config, clock);
  appmint_config_set_proxy(config, "", 0);
  free(descriptor);
  free(key);
  return config;
}
/* ---- calls that change nothing */

static void make_drafts(const objects *all) {
  appmint_error *error = NULL;
  appmint_request *request = appmint_request_new("POST", N, "/v9/tool", N);
  appmint_scope *scope = appmint_scope_new();
  appmint_webhook_update *update = appmint_webhook_update_new();
  appmint_login_request *login = appmint_login_request_new();
  appmint_source *source = NULL;
  appmint_clock *clock = appmint_clock_new(1);
  appmint_request_add_header(request, "X-One", N, "1", N);
  appmint_request_set_json(request, getenv("APPMINT_WEBHOOK_BODY"), N);
  appmint_request_set_body(request, "body", 4);
  appmint_request_set_token(request, "token", N);
  appmint_request_set_timeout_ms(request, 1000);
  appmint_scope_add_repository(scope, "anvil", N);
  appmint_scope_set_permission(scope, "contents", N, "read", N);
  WELL(appmint_app_installation_by(all->app, APPMINT_LOOKUP_ACCOUNT, "tinkers", N, scope, &source, &error));
  appmint_source_free(source);
  appmint_scope_add_repository_id(scope, "1", N);
  appmint_webhook_update_set_url(update, "https://example.com", N);
  appmint_webhook_update_set_content_type(update, "json", N);
  appmint_webhook_update_set_secret(update, "secret", N);
  appmint_webhook_update_set_insecure_ssl(update, 0);
  appmint_login_request_add_scope(login, "read", N);
  appmint_login_request_set_login_hint(login, "smith", N);
  appmint_login_request_add_port(login, 0);
  appmint_login_request_set_path(login, "/back", N);
  appmint_login_request_set_prompt(login, "knock", N);
  appmint_login_request_set_host(login, "localhost", N);
  appmint_clock_set_ms(clock, 5);
  WELL(appmint_clock_advance_ms(clock, 5, &error));
  CHECK(appmint_clock_advance_ms(clock, -5, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  appmint_error_free(error);
  appmint_clock_free(clock);
  appmint_login_request_free(login);
  appmint_webhook_update_free(update);
  appmint_scope_free(scope);
  appmint_request_free(request);
}
static void authorize(const objects *all) {
  const char *redirect_uri = "http://127.0.0.1/callback";
  char callback[512];
  appmint_error *error = NULL;
  appmint_authorization_request *request = appmint_authorization_request_new();
  appmint_authorization *authorization = NULL, *opened = NULL;
  appmint_text *sealed = NULL, *code = NULL;
  appmint_authorization_request_set_redirect_uri(request, redirect_uri, N);
  appmint_authorization_request_set_state(request, "0123456789abcdef0123456789abcdef", N);
  appmint_authorization_request_add_scope(request, "read", N);
  appmint_authorization_request_set_login_hint(request, "smith", N);
  appmint_authorization_request_set_prompt(request, "knock", N);
  WELL(appmint_app_authorize(all->app, request, &authorization, &error));
  WELL(appmint_app_seal_authorization(all->app, authorization, &sealed, &error));
  WELL(appmint_app_open_authorization(all->app, appmint_text_reveal(sealed, NULL), N, &opened, &error));
  snprintf(callback, sizeof callback, "%s?code=c&state=%s&iss=https%%3A%%2F%%2Flogin.acme.example%%2Fpeople",
           redirect_uri, appmint_authorization_state(opened));
  WELL(appmint_app_authorization_code(all->app, callback, N, appmint_authorization_state(opened), N, &code, &error));
  appmint_text_free(code);
  appmint_text_free(sealed);
  appmint_authorization_free(opened);
  appmint_authorization_free(authorization);
  WELL(appmint_app_install_url(all->app, "hammer", N, NULL, 0, NULL, 0, &authorization, &error));
  appmint_authorization_free(authorization);
  appmint_authorization_request_free(request);
}
static appmint_webhook_event *verify_webhook(const appmint_app *app) {
  appmint_header headers[] = {{"Acme-Old-Seal", N, NULL, N}, {"Acme-What", N, "seat moved", N}};
  const char *secrets[] = {"other", "webhook-secret"}, *body = getenv("APPMINT_WEBHOOK_BODY");
  appmint_error *error = NULL;
  appmint_webhook_event *event = NULL;
  headers[0].value = getenv("APPMINT_WEBHOOK_SEAL");
  WELL(appmint_app_verify_webhook(app, headers, 2, body, strlen(body), secrets, NULL, 2, &event, &error));
  return event;
}
static void make_sources(const objects *all) {
  appmint_error *error = NULL;
  appmint_source *source = NULL;
  appmint_installations *installations = NULL;
  appmint_items *items = NULL;
  appmint_repositories *repositories = NULL;
  appmint_webhook_deliveries *deliveries = NULL;
  WELL(appmint_app_installation(all->app, "14", N, &source, &error));
  appmint_source_free(source);
  WELL(appmint_app_app_tokens(all->app, NULL, NULL, 0, NULL, 0, &source, &error));
  appmint_source_free(source);
  WELL(appmint_app_session(all->app, "user", N, &source, &error));
  appmint_source_free(source);
  WELL(appmint_app_installations(all->app, &installations, &error));
  appmint_installations_free(installations);
  WELL(appmint_app_paginate(all->app, all->request, NULL, 0, &items, &error));
  appmint_items_free(items);
  WELL(appmint_source_paginate(all->source, all->request, "works", N, &items, &error));
  appmint_items_free(items);
  WELL(appmint_source_repositories(all->source, &repositories, &error));
  appmint_repositories_free(repositories);
  WELL(appmint_app_webhook_deliveries(all->app, &deliveries, &error));
  appmint_webhook_deliveries_free(deliveries);
}
static void read_what_is_in_memory(const objects *all) {
  appmint_error *error = NULL;
  appmint_token *token = NULL, *copy;
  appmint_text *header = NULL;
  appmint_stats *stats = NULL;
  WELL(appmint_source_token(all->source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error));
  copy = appmint_token_copy(token);
  appmint_token_free(copy);
  appmint_token_free(token);
  WELL(appmint_source_authorization_header(all->source, APPMINT_DEFAULT, APPMINT_DEFAULT, &header, &error));
  appmint_text_free(header);
  WELL(appmint_app_jwt(all->app, &token, &error));
  appmint_token_free(token);
  WELL(appmint_app_stats(all->app, &stats, &error));
  appmint_stats_free(stats);
  appmint_error_free(appmint_error_copy(all->error));
}
