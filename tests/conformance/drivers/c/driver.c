/* The C driver of the conformance suite: it speaks what tests/conformance/PROTOCOL.md says. */
#define _POSIX_C_SOURCE 200809L
#include "settings.h"
#include "arguments.h"
#include "tell.h"

static appmint_app *app;

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
  appmint_token *token; appmint_installations *list; appmint_installation *found; appmint_source *source;
  appmint_authorization *authorization; appmint_text *text; appmint_request *request; appmint_response *response;
  appmint_webhook *webhook;
} got;

static appmint_status call(const char *op, appmint_error **e) {
  word code = arg("code"), uri = arg("redirect_uri"), verifier = arg("code_verifier"), min = arg("min_valid_ms");
  word url = arg("callback_url"), state = arg("state"), refresh = arg("refresh_token");
  appmint_status status = 0;
#define IS(name) (!strcmp(op, name))
  if (IS("token") || IS("invalidate") || IS("source_request")) status = source(app, &got.source, e);
  if (status) return status;
  if (IS("jwt")) return appmint_app_jwt(app, &got.token, e);
  if (IS("installations")) return appmint_app_installations(app, &got.list, e);
  if (IS("find_installation")) return find(app, &got.found, e);
  if (IS("token")) return appmint_source_token(got.source, min.value ? num(min.value) : -1, &got.token, e);
  if (IS("invalidate")) appmint_source_invalidate(got.source);
  if (IS("authorize")) return authorize(app, &got.authorization, e);
  if (IS("verify_webhook")) return verify_webhook(app, &got.webhook, e);
  if (IS("authorization_code")) return appmint_app_authorization_code(app, url.value, url.len, state.value, state.len, &got.text, e);
  if (IS("exchange_code")) return appmint_app_exchange_code(app, code.value, code.len, uri.value, uri.len, verifier.value, verifier.len, &got.token, e);
  if (IS("refresh")) return appmint_app_refresh(app, refresh.value, refresh.len, &got.token, e);
  if (IS("request") || IS("source_request")) status = request(&got.request, e);
  if (IS("request") && !status) return appmint_app_request(app, got.request, &got.response, e);
  if (IS("source_request") && !status) return appmint_source_request(got.source, got.request, &got.response, e);
  return status;
}
static void tell_got(const char *op) {
  if (IS("version")) tell("", "value", appmint_version());
  if (IS("platforms")) tell_list("", "value", appmint_platforms());
  if (IS("fingerprint")) tell("", "value", appmint_app_fingerprint(app));
  if (IS("platform_name")) tell("", "value", appmint_app_platform_name(app));
  if (IS("clock_offset")) tell_number("", "value", appmint_app_clock_offset_ms(app), INT64_MIN);
  if (got.token) tell_token(got.token);
  if (got.found) tell_installation("", got.found);
  if (got.list) tell_number("", "count", (int64_t)appmint_installations_len(got.list), -1);
  for (size_t i = 0; i < appmint_installations_len(got.list); i++) {
    char prefix[24];
    snprintf(prefix, sizeof prefix, "%zu.", i);
    tell_installation(prefix, appmint_installations_at(got.list, i));
  }
  tell("", "url", appmint_authorization_url(got.authorization));
  tell("", "state", appmint_authorization_state(got.authorization));
  tell("", "reveal.code_verifier", appmint_authorization_code_verifier(got.authorization, NULL));
  tell("", "reveal.value", appmint_text_reveal(got.text, NULL));
  if (got.response) tell_response(got.response);
  if (got.webhook) tell_webhook(got.webhook);
}
static void forget(void) {
  appmint_token_free(got.token), appmint_installations_free(got.list), appmint_installation_free(got.found);
  appmint_source_free(got.source), appmint_authorization_free(got.authorization), appmint_text_free(got.text);
  appmint_request_free(got.request), appmint_response_free(got.response), appmint_webhook_free(got.webhook);
  memset(&got, 0, sizeof got);
}

static appmint_status obey(const char *command, appmint_error **e) {
  appmint_status status = 0;
  if (!strcmp(command, "config")) for (size_t i = 0; i < word_count && !status; i++) status = set(words[i], e);
  if (!strcmp(command, "advance")) appmint_clock_advance_ms(manual_clock, (uint64_t)num(arg("ms").value));
  if (!strcmp(command, "call")) return call(arg("op").value, e);
  if (strcmp(command, "app")) return status;
  appmint_app_free(app), app = NULL;
  status = appmint_app_new(config, &app, e);
  appmint_config_free(config), config = appmint_config_new();
  return status;
}

int main(void) {
  char *line = NULL, *rest;
  size_t room = 0;
  config = appmint_config_new();
  while (getline(&line, &room, stdin) > 0) {
    char *command = strtok_r(line, " \n", &rest), *part;
    for (word_count = 0; (part = strtok_r(NULL, " \n", &rest)) && word_count < 256; word_count++) {
      char *value = strchr(part, '=');
      *value++ = 0;
      decode(part);
      words[word_count] = (word){part, value, decode(value)};
    }
    appmint_error *error = NULL;
    int failed = obey(command ? command : "", &error) != APPMINT_OK;
    printf(failed ? "error" : "ok");
    if (failed) tell_error(error);
    else if (!strcmp(command, "call")) tell_got(arg("op").value);
    puts("");
    fflush(stdout);
    forget();
  }
  appmint_app_free(app), appmint_config_free(config), appmint_clock_free(manual_clock);
  free(line);
  return 0;
}
