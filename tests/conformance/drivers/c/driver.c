/* The C driver of the conformance suite: it speaks what tests/conformance/PROTOCOL.md says. */
#define _POSIX_C_SOURCE 200809L
#include "answers.h"
#include "watching.h"
#include "store.h"
#include "settings.h"
#include "arguments.h"
#include "lists.h"
#include "users.h"

static appmint_app *app;
static size_t different;

static size_t decode(char *text) {
  char *to = text;
  for (const char *from = text; *from; from++, to++) {
    char hex[3] = {from[0] == '%' ? from[1] : 0, from[0] == '%' ? from[2] : 0, 0};
    *to = *hex ? (char)strtol(hex, NULL, 16) : *from;
    from += *hex ? 2 : 0;
  }
  *to = 0;
  return (size_t)(to - text);
}
static struct {
  appmint_token *token; appmint_installation *found; appmint_source *source;
  appmint_text *text; appmint_request *request; appmint_response *response;
  appmint_webhook_event *webhook; appmint_registration *registration; appmint_webhook_config *hook; appmint_webhook_delivery *delivery;
  appmint_stats *stats; appmint_introspection *introspection;
} got;

typedef appmint_status act(const appmint_app *, const char *, size_t, appmint_error **);
static const struct { const char *op, *key; act *call; } acts[] = {
  {"suspend_installation", "id", appmint_app_suspend_installation}, {"unsuspend_installation", "id", appmint_app_unsuspend_installation},
  {"delete_installation", "id", appmint_app_delete_installation}, {"redeliver_webhook", "id", appmint_app_redeliver_webhook},
  {"delete_token", "token", appmint_app_delete_token}, {"delete_grant", "token", appmint_app_delete_grant},
  {"revoke_installation_token", "token", appmint_app_revoke_installation_token}, {"end_session", "name", appmint_app_end_session}};
typedef appmint_status exchange(const appmint_app *, const char *, size_t, appmint_token **, appmint_error **);
static const struct { const char *op, *key; exchange *call; } exchanges[] = {
  {"refresh", "refresh_token", appmint_app_refresh}, {"check_token", "token", appmint_app_check_token},
  {"reset_token", "token", appmint_app_reset_token}};
static const char *const of_source[] = {"token", "source_authorization_header", "source_expires_at", "source_quota", "invalidate", "revoke", "repositories", "source_request", "source_paginate",
  "source_installation_id", "tokens", "watch"};
static const char *const of_session[] = {"session_token", "session_invalidate", "session_revoke", "session_request", "session_paginate"};
/* The operations whose token start_session takes. */
static const char *const of_users[] = {"exchange_code", "refresh", "finish_authorization", "login_wait", "device_poll", "device_wait"};

static appmint_status call(const char *op, appmint_error **e) {
  word code = arg("code"), uri = arg("redirect_uri"), verifier = arg("code_verifier"), id = arg("id");
  word url = arg("callback_url"), state = arg("state"), name = arg("name"), token = arg("token"), hint = arg("token_type_hint");
  appmint_status status = 0;
#define IS(name) (!strcmp(op, name))
  for EACH(i, of_source) if (IS(of_source[i])) status = source(app, &got.source, e);
  for EACH(i, of_session) if (IS(of_session[i])) status = appmint_app_session(app, name.value, name.len, &got.source, e);
  if (IS("app_token")) status = app_tokens(app, &got.source, e);
  if (IS("installations")) status = appmint_app_installations(app, &installations.all, e);
  if (IS("webhook_deliveries")) status = appmint_app_webhook_deliveries(app, &webhook_deliveries.all, e);
  if (!status && IS("repositories")) status = appmint_source_repositories(got.source, &repositories.all, e);
  if (status) return status;
  for EACH(i, acts) if (IS(acts[i].op)) return acts[i].call(app, arg(acts[i].key).value, arg(acts[i].key).len, e);
  for EACH(i, exchanges) if (IS(exchanges[i].op)) return exchanges[i].call(app, arg(exchanges[i].key).value, arg(exchanges[i].key).len, &got.token, e);
  if (IS("discover")) return discover(&got.text, e);
  if (IS("revoke_token")) return appmint_app_revoke_token(app, token.value, token.len, hint.value, hint.len, e);
  if (IS("introspect_token")) return appmint_app_introspect_token(app, token.value, token.len, hint.value, hint.len, &got.introspection, e);
  if (IS("jwt")) return appmint_app_jwt(app, &got.token, e);
  if (IS("installations")) return take_installations(limit(), e);
  if (IS("repositories")) return take_repositories(limit(), e);
  if (IS("webhook_deliveries")) return take_webhook_deliveries(limit(), e);
  if (IS("find_installation")) return find(app, &got.found, e);
  if (IS("token") || IS("app_token") || IS("session_token")) return appmint_source_token(got.source, ms("min_valid_ms"), ms("timeout_ms"), &got.token, e);
  if (IS("source_authorization_header")) return appmint_source_authorization_header(got.source, ms("min_valid_ms"), ms("timeout_ms"), &got.text, e);
  if (IS("revoke") || IS("session_revoke")) return appmint_source_revoke(got.source, e);
  if (IS("registration")) return appmint_app_registration(app, &got.registration, e);
  if (IS("convert_manifest")) return appmint_app_convert_manifest(app, code.value, code.len, &got.registration, e);
  if (IS("webhook_config")) return appmint_app_webhook_config(app, &got.hook, e);
  if (IS("update_webhook_config")) return update_webhook_config(app, &got.hook, e);
  if (IS("webhook_delivery")) return appmint_app_webhook_delivery(app, id.value, id.len, &got.delivery, e);
  if (IS("scope_token")) return scope_token(app, &got.token, e);
  if (IS("revoke_credentials")) return revoke_credentials(app, e);
  if (IS("install_url")) return keep_install_url(app, e);
  if (IS("exchange_token")) return exchange_token(app, &got.token, e);
  if (IS("finish_install")) return appmint_app_finish_install(app, url.value, url.len, state.value, state.len, &got.found, e);
  if (IS("invalidate") && token.value) appmint_source_invalidate_token(got.source, token.value, token.len);
  else if (IS("invalidate") || IS("session_invalidate")) appmint_source_invalidate(got.source);
  if (IS("authorize")) return authorize(app, e);
  if (IS("open_authorization")) return open_authorization(app, e);
  if (IS("seal_authorization")) return appmint_app_seal_authorization(app, kept.authorization, &got.text, e);
  if (IS("finish_authorization")) return appmint_app_finish_authorization(app, kept.authorization, url.value, url.len, &got.token, e);
  if (IS("start_login")) return start_login(app, e);
  if (IS("login_wait")) return appmint_login_wait(kept.login, ms("timeout_ms"), &got.token, e);
  if (IS("login_cancel")) appmint_login_cancel(kept.login);
  if (IS("start_device_login")) return start_device_login(app, e);
  if (IS("device_poll")) return appmint_device_login_poll(kept.device, &got.token, e);
  if (IS("device_wait")) return appmint_device_login_wait(kept.device, &got.token, e);
  if (IS("device_cancel")) appmint_device_login_cancel(kept.device);
  if (IS("start_session")) return appmint_app_start_session(app, name.value, name.len, kept.token, arg("account_id").value, arg("account_id").len, e);
  if (IS("verify_webhook") || IS("apply_webhook")) return verify_webhook(app, &got.webhook, e);
  if (IS("tokens")) return tokens_at_once(got.source, (size_t)num(arg("count").value), &different, e);
  if (IS("watch")) return watch(got.source, e);
  if (IS("unwatch")) appmint_subscription_unsubscribe(watching);
  if (IS("stats")) return appmint_app_stats(app, &got.stats, e);
  if (IS("close")) appmint_app_close(app);
  if (IS("authorization_code")) return appmint_app_authorization_code(app, url.value, url.len, state.value, state.len, &got.text, e);
  if (IS("exchange_code")) return appmint_app_exchange_code(app, code.value, code.len, uri.value, uri.len, verifier.value, verifier.len, &got.token, e);
  if (IS("request") || IS("source_request") || IS("session_request")) got.request = request();
  if (IS("paginate") || IS("source_paginate") || IS("session_paginate")) {
    word place = arg("items");
    got.request = request();
    status = got.source ? appmint_source_paginate(got.source, got.request, place.value, place.len, &items.all, e)
                        : appmint_app_paginate(app, got.request, place.value, place.len, &items.all, e);
    return status ? status : take_items(limit(), e);
  }
  if (IS("request")) return appmint_app_request(app, got.request, &got.response, e);
  if (IS("source_request") || IS("session_request")) return appmint_source_request(got.source, got.request, &got.response, e);
  return status;
}
static void print_result(const char *op) {
  if (IS("version")) print_text("", "value", appmint_version());
  if (IS("secret_pattern")) print_text("", "value", appmint_secret_pattern());
  if (IS("platforms")) print_list("", "value", appmint_platforms());
  if (IS("fingerprint")) print_text("", "value", appmint_app_fingerprint(app));
  if (IS("platform_name")) print_text("", "value", appmint_app_platform_name(app));
  if (IS("clock_offset")) print_number("", "value", appmint_app_clock_offset_ms(app), INT64_MIN);
  if (got.token) print_token(got.token);
  if (got.found) print_installation("", got.found);
  if (got.registration) print_registration(got.registration);
  if (got.introspection) print_introspection(got.introspection);
  if (got.hook) print_webhook_config(got.hook);
  if (got.delivery) print_webhook_delivery("", got.delivery);
  if (IS("quota")) print_quota(appmint_app_quota(app));
  if (IS("source_quota")) print_quota(appmint_source_quota(got.source));
  if (IS("source_expires_at")) print_number("", "value", appmint_source_expires_at_ms(got.source), APPMINT_NO_TIME);
  print_installations(), print_repositories(), print_webhook_deliveries(), print_items();
  if (IS("install_url") || IS("authorize") || IS("open_authorization")) print_authorization(kept.authorization);
  if (IS("start_login")) print_login(kept.login);
  if (IS("start_device_login")) print_device_login(kept.device);
  for EACH(i, of_users) if (IS(of_users[i])) KEEP(token, token, appmint_token_copy(got.token));
  print_text("", IS("discover") ? "value" : "reveal.value", appmint_text_reveal(got.text, NULL));
  if (got.response) print_response(got.response);
  if (IS("verify_webhook")) print_webhook(got.webhook);
  if (IS("apply_webhook")) print_number("", "value", (int64_t)appmint_app_apply_webhook(app, got.webhook), -1);
  if (IS("source_installation_id")) print_text("", "value", appmint_source_installation_id(got.source));
  if (IS("tokens")) print_number("", "count", (int64_t)different, -1);
  if (IS("events")) print_events();
  if (IS("changes")) print_changes();
  if (got.stats) print_stats(got.stats);
}
static void forget(void) {
  forget_installations(), forget_repositories(), forget_webhook_deliveries(), forget_items();
  appmint_token_free(got.token), appmint_installation_free(got.found);
  appmint_registration_free(got.registration), appmint_webhook_config_free(got.hook), appmint_webhook_delivery_free(got.delivery);
  appmint_source_free(got.source), appmint_text_free(got.text);
  appmint_request_free(got.request), appmint_response_free(got.response), appmint_webhook_event_free(got.webhook);
  appmint_stats_free(got.stats), appmint_introspection_free(got.introspection);
  memset(&got, 0, sizeof got);
}

static appmint_status run(const char *command, appmint_error **e) {
  if (!strcmp(command, "config")) for (size_t i = 0; i < word_count; i++) set(words[i]);
  if (!strcmp(command, "advance")) return appmint_clock_advance_ms(manual_clock, num(arg("ms").value), e);
  if (!strcmp(command, "set_clock")) return appmint_clock_set_ms(manual_clock, num(arg("ms").value)), APPMINT_OK;
  if (!strcmp(command, "call")) return call(arg("op").value, e);
  if (strcmp(command, "app")) return APPMINT_OK;
  appmint_app_free(app), app = NULL;
  appmint_status status = appmint_app_new(config, &app, e);
  appmint_config_free(config), config = appmint_config_new();
  return status;
}

int main(void) {
  char *line = NULL, *end;
  size_t room = 0;
  config = appmint_config_new();
  while (getline(&line, &room, stdin) > 0) {
    char *command = strtok_r(line, " \n", &end), *part;
    for (word_count = 0; (part = strtok_r(NULL, " \n", &end)) && word_count < 256; word_count++) {
      char *value = strchr(part, '=');
      *value++ = 0;
      decode(part);
      words[word_count] = (word){part, value, decode(value)};
    }
    appmint_error *error = NULL;
    int failed = run(command ? command : "", &error) != APPMINT_OK;
    printf(failed ? "error" : "ok");
    if (failed) print_error(error);
    else if (!strcmp(command, "call")) print_result(arg("op").value);
    puts("");
    fflush(stdout);
    forget();
  }
  appmint_app_free(app), appmint_config_free(config), appmint_clock_free(manual_clock);
  appmint_token_free(seen.before), appmint_token_free(seen.last), clear_store(), forget_users();
  free(line);
  return 0;
}
