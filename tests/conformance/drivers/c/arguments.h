/* How the C driver reads the arguments of a call: see "Operations" in PROTOCOL.md. */
#include <appmint.h>
#include <string.h>

#define N APPMINT_NTS

static word words[256];
static size_t word_count;

static word arg(const char *key) {
  for (size_t i = 0; i < word_count; i++) if (!strcmp(words[i].key, key)) return words[i];
  return (word){NULL, NULL, 0};
}
/* The parts between commas, empty ones among them; none of an empty text. */
static char *rest;
static char *next(void) {
  char *it = rest;
  rest = it ? strchr(it, ',') : NULL;
  if (rest) *rest++ = 0;
  return it;
}
static char *first(char *texts) {
  rest = texts && *texts ? texts : NULL;
  return next();
}

static int64_t ms(const char *key) {
  word it = arg(key);
  return it.value ? num(it.value) : APPMINT_DEFAULT;
}

static appmint_request *request(void) {
  word method = arg("method"), path = arg("path"), json = arg("json"), body = arg("body"), token = arg("token");
  appmint_request *made = appmint_request_new(method.value ? method.value : "GET", method.value ? method.len : N, path.value, path.len);
  for (size_t i = 0; i < word_count; i++)
    if (!strncmp(words[i].key, "header.", 7)) appmint_request_add_header(made, words[i].key + 7, N, words[i].value, words[i].len);
  if (json.value) appmint_request_set_json(made, json.value, json.len);
  if (body.value) appmint_request_set_body(made, body.value, body.len);
  if (token.value) appmint_request_set_token(made, token.value, token.len);
  if (ms("timeout_ms") != APPMINT_DEFAULT) appmint_request_set_timeout_ms(made, ms("timeout_ms"));
  return made;
}
/* The text of a lookup, and its kind. */
static word looked_up(appmint_lookup *kind) {
  static const struct { const char *key; appmint_lookup kind; } kinds[] = {
    {"id", APPMINT_LOOKUP_ID}, {"organization", APPMINT_LOOKUP_ORGANIZATION}, {"user", APPMINT_LOOKUP_USER},
    {"repository", APPMINT_LOOKUP_REPOSITORY}, {"enterprise", APPMINT_LOOKUP_ENTERPRISE}};
  for EACH(i, kinds) if (arg(kinds[i].key).value) return *kind = kinds[i].kind, arg(kinds[i].key);
  return *kind = APPMINT_LOOKUP_ACCOUNT, arg("account");
}
static appmint_status find(const appmint_app *app, appmint_installation **out, appmint_error **e) {
  appmint_lookup kind;
  word it = looked_up(&kind);
  return appmint_app_find_installation(app, kind, it.value, it.len, out, e);
}
/* NULL if the call names no part. */
static appmint_scope *scope_of(void) {
  word names = arg("repositories"), ids = arg("repository_ids"), permissions = arg("permissions");
  if (!names.value && !ids.value && !permissions.value) return NULL;
  appmint_scope *scope = appmint_scope_new();
  for (char *it = first(names.value); it; it = next()) appmint_scope_add_repository(scope, it, N);
  for (char *it = first(ids.value); it; it = next()) appmint_scope_add_repository_id(scope, it, N);
  for (char *it = first(permissions.value), *level; it; it = next()) {
    level = strchr(it, ':');
    appmint_scope_set_permission(scope, it, (size_t)(level - it), level + 1, N);
  }
  return scope;
}
static appmint_status source(const appmint_app *app, appmint_source **out, appmint_error **e) {
  appmint_lookup kind;
  word it = looked_up(&kind);
  appmint_scope *scope = scope_of();
  appmint_status status;
  if (kind == APPMINT_LOOKUP_ID && !scope) return appmint_app_installation(app, it.value, it.len, out, e);
  status = appmint_app_installation_by(app, kind, it.value, it.len, scope, out, e);
  appmint_scope_free(scope);
  return status;
}
static appmint_status scope_token(const appmint_app *app, appmint_token **out, appmint_error **e) {
  word token = arg("token"), target = arg("target"), target_id = arg("target_id");
  appmint_scope *scope = scope_of();
  appmint_status status = appmint_app_scope_token(app, token.value, token.len, target.value, target.len, target_id.value, target_id.len, scope, out, e);
  appmint_scope_free(scope);
  return status;
}
static appmint_status app_tokens(const appmint_app *app, appmint_source **out, appmint_error **e) {
  const char *scopes[16];
  size_t count = 0;
  word subject = arg("subject");
  for (char *it = first(arg("scopes").value); it && count < 16; it = next()) scopes[count++] = it;
  return appmint_app_app_tokens(app, scopes, NULL, count, subject.value, subject.len, out, e);
}
/* Keeps the descriptor for the next app. */
static appmint_status discover(appmint_text **out, appmint_error **e) {
  word issuer = arg("issuer");
  size_t len;
  appmint_status status = appmint_discover(config, issuer.value, issuer.len, out, e);
  if (status) return status;
  const char *descriptor = appmint_text_reveal(*out, &len);
  appmint_config_set_platform_descriptor(config, descriptor, len);
  return APPMINT_OK;
}
static appmint_status update_webhook_config(const appmint_app *app, appmint_webhook_config **out, appmint_error **e) {
  word url = arg("url"), type = arg("content_type"), secret = arg("secret"), insecure = arg("insecure_ssl");
  appmint_webhook_update *update = appmint_webhook_update_new();
  if (url.value) appmint_webhook_update_set_url(update, url.value, url.len);
  if (type.value) appmint_webhook_update_set_content_type(update, type.value, type.len);
  if (secret.value) appmint_webhook_update_set_secret(update, secret.value, secret.len);
  if (insecure.value) appmint_webhook_update_set_insecure_ssl(update, !strcmp(insecure.value, "true"));
  appmint_status status = appmint_app_update_webhook_config(app, update, out, e);
  appmint_webhook_update_free(update);
  return status;
}
static appmint_status install_url(const appmint_app *app, appmint_authorization **out, appmint_error **e) {
  word slug = arg("app_slug"), state = arg("state"), uri = arg("redirect_uri");
  return appmint_app_install_url(app, slug.value, slug.len, state.value, state.len, uri.value, uri.len, out, e);
}
/* The texts of a list with their lengths: one that has a NUL must arrive whole, to be refused. */
enum { LONGEST_LIST = 16 };
static size_t texts_in(word list, const char **starts, size_t *lens) {
  size_t count = 0;
  const char *start = list.len ? list.value : NULL, *end = list.value + list.len, *comma;
  while (start && count < LONGEST_LIST) {
    comma = memchr(start, ',', (size_t)(end - start));
    starts[count] = start;
    lens[count++] = (size_t)((comma ? comma : end) - start);
    start = comma ? comma + 1 : NULL;
  }
  return count;
}
static appmint_status revoke_credentials(const appmint_app *app, appmint_error **e) {
  const char *credentials[LONGEST_LIST];
  size_t lens[LONGEST_LIST], count = texts_in(arg("credentials"), credentials, lens);
  return appmint_app_revoke_credentials(app, credentials, lens, count, e);
}
static appmint_status verify_webhook(const appmint_app *app, appmint_webhook_event **out, appmint_error **e) {
  appmint_header headers[256];
  const char *secrets[LONGEST_LIST];
  size_t lens[LONGEST_LIST], header_count = 0, secret_count = texts_in(arg("secrets"), secrets, lens);
  word body = arg("body");
  for (size_t i = 0; i < word_count; i++)
    if (!strncmp(words[i].key, "header.", 7)) headers[header_count++] = (appmint_header){words[i].key + 7, N, words[i].value, words[i].len};
  return appmint_app_verify_webhook(app, headers, header_count, body.value, body.len, secrets, lens, secret_count, out, e);
}
