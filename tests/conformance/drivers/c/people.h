/* Users, as the C driver knows them: authorizations, logins, sessions. It keeps what a later command goes on with. */
#include <appmint.h>
#include <stdlib.h>

static struct { appmint_authorization *authorization; appmint_login *login; appmint_device_login *device; appmint_token *token; } kept;

/* The new one in the place of the one before. */
#define KEEP(place, kind, made) do { appmint_##kind##_free(kept.place); kept.place = made; } while (0)

static appmint_status authorize(const appmint_app *app, appmint_error **e) {
  word uri = arg("redirect_uri"), state = arg("state"), scopes = arg("scopes"), login_hint = arg("login_hint");
  appmint_authorization_request *asked = appmint_authorization_request_new();
  appmint_authorization *made = NULL;
  appmint_status status = 0;
  if (uri.value) status = appmint_authorization_request_set_redirect_uri(asked, uri.value, uri.len, e);
  if (!status && state.value) status = appmint_authorization_request_set_state(asked, state.value, state.len, e);
  for (char *scope = first(scopes.value); scope && !status; scope = next())
    status = appmint_authorization_request_add_scope(asked, scope, N, e);
  if (!status && login_hint.value) status = appmint_authorization_request_set_login_hint(asked, login_hint.value, login_hint.len, e);
  if (!status) status = appmint_app_authorize(app, asked, &made, e);
  if (!status) KEEP(authorization, authorization, made);
  appmint_authorization_request_free(asked);
  return status;
}
static appmint_status open_authorization(const appmint_app *app, appmint_error **e) {
  appmint_authorization *made = NULL;
  appmint_status status = appmint_app_open_authorization(app, arg("sealed").value, arg("sealed").len, &made, e);
  if (!status) KEEP(authorization, authorization, made);
  return status;
}
static appmint_status start_login(const appmint_app *app, appmint_error **e) {
  word scopes = arg("scopes"), login_hint = arg("login_hint"), ports = arg("ports"), path = arg("path");
  appmint_login_request *asked = appmint_login_request_new();
  appmint_login *made = NULL;
  appmint_status status = 0;
  for (char *scope = first(scopes.value); scope && !status; scope = next()) status = appmint_login_request_add_scope(asked, scope, N, e);
  for (char *port = first(ports.value); port && !status; port = next())
    status = appmint_login_request_add_port(asked, (uint16_t)num(port), e);
  if (!status && login_hint.value) status = appmint_login_request_set_login_hint(asked, login_hint.value, login_hint.len, e);
  if (!status && path.value) status = appmint_login_request_set_path(asked, path.value, path.len, e);
  if (!status) status = appmint_app_start_login(app, asked, &made, e);
  if (!status) KEEP(login, login, made);
  appmint_login_request_free(asked);
  return status;
}
static appmint_status start_device_login(const appmint_app *app, appmint_error **e) {
  const char *scopes[16];
  size_t count = 0;
  appmint_device_login *made = NULL;
  appmint_status status;
  for (char *it = first(arg("scopes").value); it && count < 16; it = next()) scopes[count++] = it;
  status = appmint_app_start_device_login(app, scopes, count, &made, e);
  if (!status) KEEP(device, device_login, made);
  return status;
}
static void tell_authorization(const appmint_authorization *it) {
  tell("", "url", appmint_authorization_url(it));
  tell("", "state", appmint_authorization_state(it));
  tell("", "redirect_uri", appmint_authorization_redirect_uri(it));
  tell("", "reveal.code_verifier", appmint_authorization_code_verifier(it, NULL));
}
static void tell_login(const appmint_login *it) {
  tell("", "url", appmint_login_url(it));
  tell("", "redirect_uri", appmint_login_redirect_uri(it));
}
static void tell_device_login(const appmint_device_login *it) {
  tell("", "user_code", appmint_device_login_user_code(it));
  tell("", "verification_uri", appmint_device_login_verification_uri(it));
  tell("", "verification_uri_complete", appmint_device_login_verification_uri_complete(it));
  tell_number("", "expires_at_ms", appmint_device_login_expires_at_ms(it), APPMINT_NO_TIME);
}
static void forget_people(void) {
  KEEP(authorization, authorization, NULL); KEEP(login, login, NULL); KEEP(device, device_login, NULL); KEEP(token, token, NULL);
}
