/* Makes the objects of objects.h at a sandbox that sandboxed.py has started. */
#include "objects.h"

/* The URL that the user's browser comes back to. */
static char *press_authorize(const char *url) {
  static char callback[1024];
  printf("authorize %s\n", url);
  CHECK(fgets(callback, sizeof callback, stdin) != NULL);
  callback[strcspn(callback, "\r\n")] = '\0';
  return callback;
}
static void log_in(objects *all) {
  appmint_error *error = NULL;
  appmint_authorization_request *request = appmint_authorization_request_new();
  appmint_authorization_request_set_redirect_uri(request, "http://127.0.0.1/callback", N);
  WELL(appmint_app_authorize(all->app, request, &all->authorization, &error));
  appmint_authorization_request_free(request);
  WELL(appmint_app_finish_authorization(all->app, all->authorization,
                                        press_authorize(appmint_authorization_url(all->authorization)), N,
                                        &all->user, &error));
  WELL(appmint_app_introspect_token(all->app, appmint_token_reveal(all->user, NULL), N, NULL, 0,
                                    &all->introspection, &error));
  WELL(appmint_app_start_login(all->app, NULL, &all->login, &error));
  WELL(appmint_app_start_device_login(all->app, NULL, NULL, 0, &all->device_login, &error));
}
static void request_as_the_app(objects *all) {
  appmint_error *error = NULL;
  appmint_request *request = appmint_request_new("GET", N, "/v9/tool", N);
  appmint_webhook_deliveries *deliveries = NULL;
  appmint_token *jwt = NULL;
  WELL(appmint_app_jwt(all->app, &jwt, &error));
  appmint_token_free(jwt);
  WELL(appmint_app_request(all->app, request, &all->response, &error));
  appmint_request_free(request);
  WELL(appmint_app_registration(all->app, &all->registration, &error));
  WELL(appmint_app_webhook_config(all->app, &all->webhook_config, &error));
  WELL(appmint_app_webhook_deliveries(all->app, &deliveries, &error));
  WELL(appmint_webhook_deliveries_next(deliveries, &all->webhook_delivery, &error));
  appmint_webhook_deliveries_free(deliveries);
  CHECK(appmint_app_webhook_delivery(all->app, "0", N, &all->webhook_delivery, &all->error) != APPMINT_OK);
}
static void list_items(const objects *all) {
  appmint_error *error = NULL;
  appmint_request *request = appmint_request_new("GET", N, "/v9/grant/works", N);
  appmint_items *items = NULL;
  appmint_text *item = NULL;
  WELL(appmint_source_paginate(all->source, request, "/data/works", N, &items, &error));
  WELL(appmint_items_next(items, &item, &error));
  CHECK(item != NULL);
  appmint_text_free(item);
  appmint_items_free(items);
  appmint_request_free(request);
}
static void request_as_an_installation(objects *all) {
  appmint_error *error = NULL;
  appmint_repositories *repositories = NULL;
  WELL(appmint_app_find_installation(all->app, APPMINT_LOOKUP_ACCOUNT, "tinkers", N, &all->installation, &error));
  WELL(appmint_app_installation(all->app, appmint_installation_id(all->installation), N, &all->source, &error));
  WELL(appmint_source_token(all->source, APPMINT_DEFAULT, APPMINT_DEFAULT, &all->token, &error));
  WELL(appmint_source_authorization_header(all->source, APPMINT_DEFAULT, APPMINT_DEFAULT, &all->text, &error));
  WELL(appmint_source_repositories(all->source, &repositories, &error));
  WELL(appmint_repositories_next(repositories, &all->repository, &error));
  appmint_repositories_free(repositories);
  list_items(all);
}
static objects make_objects(void) {
  objects all;
  appmint_error *error = NULL;
  appmint_config *config;
  memset(&all, 0, sizeof all);
  all.clock = appmint_clock_new(strtoll(getenv("APPMINT_NOW_MS"), NULL, 10));
  config = new_config(all.clock);
  WELL(appmint_app_new(config, &all.app, &error));
  all.config = config;
  request_as_the_app(&all);
  request_as_an_installation(&all);
  all.request = appmint_request_new("GET", N, "/v9/tool", N);
  all.scope = appmint_scope_new();
  appmint_scope_set_permission(all.scope, "contents", N, "read", N);
  all.webhook_update = appmint_webhook_update_new();
  appmint_webhook_update_set_url(all.webhook_update, "https://example.com", N);
  WELL(appmint_app_installations(all.app, &all.installations, &error));
  WELL(appmint_source_repositories(all.source, &all.repositories, &error));
  WELL(appmint_source_paginate(all.source, all.request, NULL, 0, &all.items, &error));
  WELL(appmint_app_webhook_deliveries(all.app, &all.webhook_deliveries, &error));
  WELL(appmint_queue_new(&all.queue, &error));
  WELL(appmint_app_jwt_async(all.app, NULL, NULL, NULL, &all.call, &error));
  WELL(appmint_call_wait(all.call, APPMINT_DEFAULT, &error));
  log_in(&all);
  all.webhook_event = verify_webhook(all.app);
  WELL(appmint_app_stats(all.app, &all.stats, &error));
  all.quota = appmint_app_quota(all.app);
  appmint_quota_free(appmint_source_quota(all.source));
  all.list = appmint_platforms();
  all.map = appmint_installation_permissions(all.installation);
  return all;
}
static void free_objects(const objects *all) {
  appmint_source_free(all->source);
  appmint_token_free(all->token);
  appmint_token_free(all->user);
  appmint_text_free(all->text);
  appmint_installation_free(all->installation);
  appmint_repository_free(all->repository);
  appmint_authorization_free(all->authorization);
  appmint_login_free(all->login);
  appmint_device_login_free(all->device_login);
  appmint_introspection_free(all->introspection);
  appmint_webhook_event_free(all->webhook_event);
  appmint_webhook_config_free(all->webhook_config);
  appmint_webhook_delivery_free(all->webhook_delivery);
  appmint_registration_free(all->registration);
  appmint_response_free(all->response);
  appmint_stats_free(all->stats);
  appmint_quota_free(all->quota);
  appmint_error_free(all->error);
  appmint_app_close(all->app);
  appmint_app_free(all->app);
  appmint_clock_free(all->clock);
  appmint_call_free(all->call);
  appmint_queue_free(all->queue);
  appmint_config_free(all->config);
  appmint_request_free(all->request);
  appmint_scope_free(all->scope);
  appmint_webhook_update_free(all->webhook_update);
  appmint_installations_free(all->installations);
  appmint_repositories_free(all->repositories);
  appmint_items_free(all->items);
  appmint_webhook_deliveries_free(all->webhook_deliveries);
}
