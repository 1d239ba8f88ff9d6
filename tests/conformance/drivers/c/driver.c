/* The C driver of the conformance suite: it speaks what tests/conformance/PROTOCOL.md says. */
#define _POSIX_C_SOURCE 200809L
#include "settings.h"
#include "tell.h"

#define N APPMINT_NTS

static word words[256];
static size_t word_count;
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
static word arg(const char *key) {
  for (size_t i = 0; i < word_count; i++) if (!strcmp(words[i].key, key)) return words[i];
  return (word){NULL, NULL, 0};
}
static appmint_status request(appmint_request **out, appmint_error **e) {
  word method = arg("method"), path = arg("path"), json = arg("json"), body = arg("body"), token = arg("token");
  appmint_status status = appmint_request_new(method.value, method.len, path.value, path.len, out, e);
  for (size_t i = 0; i < word_count && !status; i++)
    if (!strncmp(words[i].key, "header.", 7)) status = appmint_request_add_header(*out, words[i].key + 7, N, words[i].value, words[i].len, e);
  if (!status && json.value) status = appmint_request_set_json(*out, json.value, json.len, e);
  if (!status && body.value) status = appmint_request_set_body(*out, body.value, body.len, e);
  if (!status && token.value) status = appmint_request_set_token(*out, token.value, token.len, e);
  return status;
}
static appmint_status authorize(appmint_authorization **out, appmint_error **e) {
  word uri = arg("redirect_uri"), state = arg("state"), scopes = arg("scopes"), login = arg("login");
  appmint_authorization_request *asked = appmint_authorization_request_new();
  appmint_status status = 0;
  if (uri.value) status = appmint_authorization_request_set_redirect_uri(asked, uri.value, uri.len, e);
  if (!status && state.value) status = appmint_authorization_request_set_state(asked, state.value, state.len, e);
  for (char *scope = scopes.value ? strtok(scopes.value, ",") : NULL; scope && !status; scope = strtok(NULL, ","))
    status = appmint_authorization_request_add_scope(asked, scope, N, e);
  if (!status && login.value) status = appmint_authorization_request_set_login(asked, login.value, login.len, e);
  if (!status) status = appmint_app_authorize(app, asked, out, e);
  appmint_authorization_request_free(asked);
  return status;
}

static struct {
  appmint_token *token; appmint_installations *list; appmint_installation *found; appmint_source *source;
  appmint_authorization *authorization; appmint_text *text; appmint_request *request; appmint_response *response;
} got;

static appmint_status call(const char *op, appmint_error **e) {
  word id = arg("id"), code = arg("code"), uri = arg("redirect_uri"), verifier = arg("code_verifier"), min = arg("min_valid_ms");
  word url = arg("callback_url"), state = arg("state"), refresh = arg("refresh_token"), account = arg("account");
  appmint_status status = 0;
#define IS(name) (!strcmp(op, name))
  if (id.value) status = appmint_app_installation(app, id.value, id.len, &got.source, e);
  if (status) return status;
  if (IS("jwt")) return appmint_app_jwt(app, &got.token, e);
  if (IS("installations")) return appmint_app_installations(app, &got.list, e);
  if (IS("find_installation")) return appmint_app_find_installation(app, account.value, account.len, &got.found, e);
  if (IS("token")) return appmint_source_token(got.source, min.value ? num(min.value) : -1, &got.token, e);
  if (IS("invalidate")) appmint_source_invalidate(got.source);
  if (IS("authorize")) return authorize(&got.authorization, e);
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
}
static void forget(void) {
  appmint_token_free(got.token), appmint_installations_free(got.list), appmint_installation_free(got.found);
  appmint_source_free(got.source), appmint_authorization_free(got.authorization), appmint_text_free(got.text);
  appmint_request_free(got.request), appmint_response_free(got.response);
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
    char *command = strtok_r(line, " \n", &rest), *next;
    for (word_count = 0; (next = strtok_r(NULL, " \n", &rest)) && word_count < 256; word_count++) {
      char *value = strchr(next, '=');
      *value++ = 0;
      decode(next);
      words[word_count] = (word){next, value, decode(value)};
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
