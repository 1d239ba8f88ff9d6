/* How the C driver prints results: see "Answers" in tests/conformance/PROTOCOL.md. */
#include <appmint.h>
#include <stdio.h>
#include <string.h>

static void encode(const char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)bytes[i];
    int plain = (c | 32) >= 'a' && (c | 32) <= 'z';
    printf(plain || (c && strchr("0123456789-._~", c)) ? "%c" : "%%%02X", c);
  }
}
static void print_text(const char *prefix, const char *key, const char *value) {
  if (value) { printf(" %s%s=", prefix, key); encode(value, strlen(value)); }
}
static void print_number(const char *prefix, const char *key, int64_t value, int64_t absent) {
  if (value != absent) printf(" %s%s=%lld", prefix, key, (long long)value);
}
static void print_list(const char *prefix, const char *key, const appmint_list *list) {
  printf(" %s%s=", prefix, key);
  for (size_t i = 0; i < appmint_list_len(list); i++) {
    if (i) printf("%%2C");
    encode(appmint_list_at(list, i), strlen(appmint_list_at(list, i)));
  }
}
static void print_permissions(const char *prefix, const appmint_map *map) {
  printf(" %spermissions=", prefix);
  for (size_t i = 0; i < appmint_map_len(map); i++) {
    if (i) printf("%%2C");
    encode(appmint_map_name_at(map, i), strlen(appmint_map_name_at(map, i)));
    printf("%%3A");
    encode(appmint_map_value_at(map, i), strlen(appmint_map_value_at(map, i)));
  }
}

static void print_flag(const char *prefix, const char *key, int flag) {
  if (flag >= 0) print_text(prefix, key, flag ? "true" : "false");
}

#define TEXT(member) print_text(prefix, #member, appmint_installation_##member(it))
#define TIME(member) print_number(prefix, #member, appmint_installation_##member(it), APPMINT_NO_TIME)
static void print_installation(const char *prefix, const appmint_installation *it) {
  TEXT(id); TEXT(account); TEXT(account_name); TEXT(account_id); TEXT(target_id);
  TEXT(app_id); TEXT(app_slug); TEXT(repository_selection);
  TIME(created_at_ms); TIME(updated_at_ms); TIME(suspended_at_ms);
  print_permissions(prefix, appmint_installation_permissions(it));
  print_list(prefix, "events", appmint_installation_events(it));
  print_text(prefix, "raw", appmint_installation_raw(it, NULL));
}
#undef TEXT
#undef TIME
#define TEXT(member) print_text("", #member, appmint_registration_##member(it))
#define SECRET(member) print_text("", "reveal." #member, appmint_registration_reveal_##member(it, NULL))
#define TIME(member) print_number("", #member, appmint_registration_##member(it), APPMINT_NO_TIME)
static void print_registration(const appmint_registration *it) {
  TEXT(id); TEXT(slug); TEXT(name); TEXT(client_id); TEXT(owner);
  TIME(created_at_ms); TIME(updated_at_ms);
  print_permissions("", appmint_registration_permissions(it));
  print_list("", "events", appmint_registration_events(it));
  SECRET(client_secret); SECRET(webhook_secret); SECRET(private_key);
  print_text("", "raw", appmint_registration_raw(it, NULL));
}
#undef TEXT
#define TEXT(member) print_text(prefix, #member, appmint_repository_##member(it))
static void print_repository(const char *prefix, const appmint_repository *it) {
  TEXT(id); TEXT(name); TEXT(full_name); TEXT(owner);
  print_flag(prefix, "is_private", appmint_repository_is_private(it));
  print_text(prefix, "raw", appmint_repository_raw(it, NULL));
}
static void print_webhook_config(const appmint_webhook_config *it) {
  print_text("", "url", appmint_webhook_config_url(it));
  print_text("", "content_type", appmint_webhook_config_content_type(it));
  print_flag("", "insecure_ssl", appmint_webhook_config_insecure_ssl(it));
  print_text("", "raw", appmint_webhook_config_raw(it, NULL));
}
#undef TEXT
#define TEXT(member) print_text(prefix, #member, appmint_webhook_delivery_##member(it))
static void print_webhook_delivery(const char *prefix, const appmint_webhook_delivery *it) {
  TEXT(id); TEXT(guid); TEXT(event); TEXT(action); TEXT(status); TEXT(installation_id); TEXT(repository_id);
  print_number(prefix, "status_code", appmint_webhook_delivery_status_code(it), 0);
  print_number(prefix, "delivered_at_ms", appmint_webhook_delivery_delivered_at_ms(it), APPMINT_NO_TIME);
  print_flag(prefix, "is_redelivery", appmint_webhook_delivery_is_redelivery(it));
  print_text(prefix, "raw", appmint_webhook_delivery_raw(it, NULL));
}
#undef TEXT
#undef TIME
#define TEXT(member) print_text("", #member, appmint_introspection_##member(it))
#define TIME(member) print_number("", #member, appmint_introspection_##member(it), APPMINT_NO_TIME)
static void print_introspection(const appmint_introspection *it) {
  print_flag("", "active", appmint_introspection_active(it));
  print_list("", "scopes", appmint_introspection_scopes(it));
  TEXT(client_id); TEXT(username); TEXT(subject); TEXT(token_type); TEXT(issuer);
  print_list("", "audience", appmint_introspection_audience(it));
  TIME(expires_at_ms); TIME(issued_at_ms); TIME(not_before_ms);
  print_text("", "raw", appmint_introspection_raw(it, NULL));
}
static void print_token(const appmint_token *it) {
  print_text("", "kind", appmint_token_kind_name(appmint_token_kind(it)));
  print_text("", "reveal.token", appmint_token_reveal(it, NULL));
  print_text("", "reveal.authorization", appmint_token_authorization_header(it, NULL));
  print_number("", "expires_at_ms", appmint_token_expires_at_ms(it), APPMINT_NO_TIME);
  print_permissions("", appmint_token_permissions(it));
  print_text("", "repository_selection", appmint_token_repository_selection(it));
  print_list("", "repositories", appmint_token_repositories(it));
  print_list("", "scopes", appmint_token_scopes(it));
  print_text("", "account", appmint_token_account(it));
  print_text("", "account_id", appmint_token_account_id(it));
  print_text("", "claims", appmint_token_claims(it));
  print_text("", "reveal.refresh_token", appmint_token_reveal_refresh_token(it, NULL));
  print_number("", "refresh_token_expires_at_ms", appmint_token_refresh_token_expires_at_ms(it), APPMINT_NO_TIME);
  print_text("", "shown", appmint_token_to_string(it));
}
static void print_quota(appmint_quota *it) {
  if (!it) return;
  print_number("", "limit", appmint_quota_limit(it), 0);
  print_number("", "remaining", appmint_quota_remaining(it), -1);
  print_number("", "reset_at_ms", appmint_quota_reset_at_ms(it), APPMINT_NO_TIME);
  print_text("", "resource", appmint_quota_resource(it));
  appmint_quota_free(it);
}
static void print_response(const appmint_response *it) {
  size_t len;
  const char *body = (const char *)appmint_response_body(it, &len);
  const appmint_map *headers = appmint_response_headers(it);
  printf(" status=%d body=", appmint_response_status(it));
  encode(body, len);
  const char *text = appmint_response_text(it, &len);
  printf(" text=");
  encode(text, len);
  for (size_t i = 0; i < appmint_map_len(headers); i++) {
    printf(" header.");
    encode(appmint_map_name_at(headers, i), strlen(appmint_map_name_at(headers, i)));
    putchar('=');
    encode(appmint_map_value_at(headers, i), strlen(appmint_map_value_at(headers, i)));
  }
}
static void print_webhook(const appmint_webhook_event *it) {
  print_text("", "event", appmint_webhook_event_name(it));
  print_text("", "delivery_id", appmint_webhook_event_delivery_id(it));
  print_text("", "installation_id", appmint_webhook_event_installation_id(it));
  print_text("", "payload", appmint_webhook_event_payload(it, NULL));
}
static void print_error(appmint_error *it) {
  print_text("", "kind", appmint_error_kind_name(appmint_error_kind(it)));
  print_text("", "reason", appmint_error_reason_name(appmint_error_reason(it)));
  print_text("", "message", appmint_error_message(it));
  print_text("", "hint", appmint_error_hint(it));
  print_number("", "status", appmint_error_status(it), 0);
  print_text("", "platform_code", appmint_error_platform_code(it));
  print_text("", "request_id", appmint_error_request_id(it));
  print_text("", "sso_url", appmint_error_sso_url(it));
  print_list("", "missing_permissions", appmint_error_missing_permissions(it));
  print_number("", "retry_after_ms", appmint_error_retry_after_ms(it), -1);
  print_text("", "is_retryable", appmint_error_is_retryable(it) ? "true" : "false");
  print_text("", "shown", appmint_error_to_string(it));
  appmint_error_free(it);
}
