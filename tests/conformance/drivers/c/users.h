/* The users of the C driver: authorizations, logins, sessions. It keeps the objects that later commands need. */
#include <appmint.h>
#include <stdlib.h>

static struct { appmint_authorization *authorization; appmint_login *login; appmint_device_login *device; appmint_token *token; } kept;

/* Replaces the object that was kept. */
#define KEEP(place, kind, made) do { appmint_##kind##_free(kept.place); kept.place = made; } while (0)

static appmint_status authorize(const appmint_app *app, appmint_error **e) {
  word uri = arg("redirect_uri"), state = arg("state"), scopes = arg("scopes"), login_hint = arg("login_hint"), prompt = arg("prompt");
  appmint_authorization_request *request = appmint_authorization_request_new();
  appmint_authorization *made = NULL;
  appmint_status status;
  if (uri.value) appmint_authorization_request_set_redirect_uri(request, uri.value, uri.len);
  if (state.value) appmint_authorization_request_set_state(request, state.value, state.len);
  for (char *scope = first(scopes.value); scope; scope = next())
    appmint_authorization_request_add_scope(request, scope, N);
  if (login_hint.value) appmint_authorization_request_set_login_hint(request, login_hint.value, login_hint.len);
  if (prompt.value) appmint_authorization_request_set_prompt(request, prompt.value, prompt.len);
  status = appmint_app_authorize(app, request, &made, e);
  if (!status) KEEP(authorization, authorization, made);
  appmint_authorization_request_free(request);
  return status;
}
static appmint_status open_authorization(const appmint_app *app, appmint_error **e) {
  appmint_authorization *made = NULL;
  appmint_status status = appmint_app_open_authorization(app, arg("sealed").value, arg("sealed").len, &made, e);
  if (!status) KEEP(authorization, authorization, made);
  return status;
}
static appmint_status start_login(const appmint_app *app, appmint_error **e) {
  word scopes = arg("scopes"), login_hint = arg("login_hint"), ports = arg("ports"), path = arg("path"), prompt = arg("prompt"), host = arg("host");
  appmint_login_request *request = appmint_login_request_new();
  appmint_login *made = NULL;
  appmint_status status;
  for (char *scope = first(scopes.value); scope; scope = next()) appmint_login_request_add_scope(request, scope, N);
  for (char *port = first(ports.value); port; port = next())
    appmint_login_request_add_port(request, (uint16_t)num(port));
  if (login_hint.value) appmint_login_request_set_login_hint(request, login_hint.value, login_hint.len);
  if (path.value) appmint_login_request_set_path(request, path.value, path.len);
  if (prompt.value) appmint_login_request_set_prompt(request, prompt.value, prompt.len);
  if (host.value) appmint_login_request_set_host(request, host.value, host.len);
  status = appmint_app_start_login(app, request, &made, e);
  if (!status) KEEP(login, login, made);
  appmint_login_request_free(request);
  return status;
}
static appmint_status exchange_token(const appmint_app *app, appmint_token **out, appmint_error **e) {
  word token = arg("subject_token"), type = arg("subject_token_type"), audience = arg("audience"), resource = arg("resource");
  const char *scopes[16];
  size_t lens[16], count = texts_in(arg("scopes"), scopes, lens);
  return appmint_app_exchange_token(app, token.value, token.len, type.value, type.len, scopes, lens, count, audience.value,
    audience.len, resource.value, resource.len, out, e);
}
static appmint_status keep_install_url(const appmint_app *app, appmint_error **e) {
  appmint_authorization *made = NULL;
  appmint_status status = install_url(app, &made, e);
  if (!status) KEEP(authorization, authorization, made);
  return status;
}
static appmint_status start_device_login(const appmint_app *app, appmint_error **e) {
  const char *scopes[16];
  size_t count = 0;
  appmint_device_login *made = NULL;
  appmint_status status;
  for (char *it = first(arg("scopes").value); it && count < 16; it = next()) scopes[count++] = it;
  status = appmint_app_start_device_login(app, scopes, NULL, count, &made, e);
  if (!status) KEEP(device, device_login, made);
  return status;
}
static void print_authorization(const appmint_authorization *it) {
  print_text("", "url", appmint_authorization_url(it));
  print_text("", "state", appmint_authorization_state(it));
  print_text("", "redirect_uri", appmint_authorization_redirect_uri(it));
  print_text("", "reveal.code_verifier", appmint_authorization_code_verifier(it, NULL));
}
static void print_login(const appmint_login *it) {
  print_text("", "url", appmint_login_url(it));
  print_text("", "redirect_uri", appmint_login_redirect_uri(it));
}
static void print_device_login(const appmint_device_login *it) {
  print_text("", "user_code", appmint_device_login_user_code(it));
  print_text("", "verification_uri", appmint_device_login_verification_uri(it));
  print_text("", "verification_uri_complete", appmint_device_login_verification_uri_complete(it));
  print_number("", "expires_at_ms", appmint_device_login_expires_at_ms(it), APPMINT_NO_TIME);
}
static void forget_users(void) {
  KEEP(authorization, authorization, NULL); KEEP(login, login, NULL); KEEP(device, device_login, NULL); KEEP(token, token, NULL);
}
