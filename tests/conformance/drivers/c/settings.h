/* How the C driver gives the settings of surface.toml's [config]. */
#include <appmint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EACH(i, table) (size_t i = 0; i < sizeof(table) / sizeof *(table); i++)

typedef struct { char *key, *value; size_t len; } word;
static appmint_config *config;
static appmint_clock *manual_clock;

static long long num(const char *text) { return strtoll(text, NULL, 10); }

static int sign(void *fails, const uint8_t *message, size_t message_len, uint8_t *out, size_t *len) {
  (void)message, (void)message_len;
  memset(out, 1, *len = 256);
  return fails != NULL;
}
#define SET(name) {#name, appmint_config_set_##name}
static const struct { const char *key; appmint_status (*set)(appmint_config *, const char *, size_t, appmint_error **); } texts[] = {
  SET(platform), SET(platform_descriptor), SET(host), SET(api_url), SET(web_url), SET(app_id), SET(client_id), SET(client_secret),
  SET(private_key_passphrase), SET(key_id), SET(fallback_key_id), SET(proxy), SET(root_certificates), SET(user_agent), SET(store), SET(store_key), SET(previous_store_key)};
static const struct { const char *key; appmint_status (*set)(appmint_config *, uint64_t, appmint_error **); } durations[] = {
  {"jwt_back_date", appmint_config_set_jwt_back_date_s}, {"jwt_lifetime", appmint_config_set_jwt_lifetime_s},
  {"timeout", appmint_config_set_timeout_ms}, {"connect_timeout", appmint_config_set_connect_timeout_ms}, {"retry_wait", appmint_config_set_retry_wait_ms}};
#define KEY(name) {#name, #name "_hex", appmint_config_set_##name}
static const struct { const char *key, *hex; appmint_status (*set)(appmint_config *, const void *, size_t, appmint_error **); } keys[] = {
  KEY(private_key), KEY(fallback_private_key)};

static appmint_status set(word it, appmint_error **e) {
  for EACH(i, texts) if (!strcmp(it.key, texts[i].key)) return texts[i].set(config, it.value, it.len, e);
  for EACH(i, durations) if (!strcmp(it.key, durations[i].key)) return durations[i].set(config, (uint64_t)num(it.value), e);
  for EACH(i, keys) if (!strcmp(it.key, keys[i].key)) return keys[i].set(config, it.value, it.len, e);
  if (!strcmp(it.key, "allow_plain_http")) return appmint_config_set_allow_plain_http(config, !strcmp(it.value, "true"), e);
  if (!strcmp(it.key, "store_unencrypted")) return appmint_config_set_store_unencrypted(config, !strcmp(it.value, "true"), e);
  if (!strcmp(it.key, "capacity")) return appmint_config_set_capacity(config, (size_t)num(it.value), e);
  if (!strcmp(it.key, "own_store")) return appmint_config_set_own_store(config, &shelf_calls, strcmp(it.value, "ok") ? &config : NULL, NULL, e);
  if (!strcmp(it.key, "on_event")) return appmint_config_set_on_event(config, note, strcmp(it.value, "true") ? &config : NULL, NULL, e);
  if (!strcmp(it.key, "max_response_body")) return appmint_config_set_max_response_body(config, (size_t)num(it.value), e);
  if (!strcmp(it.key, "retries")) return appmint_config_set_retries(config, (uint32_t)num(it.value), e);
  for EACH(k, keys) if (!strcmp(it.key, keys[k].hex)) {
    for (size_t i = 0; i < it.len / 2; i++) it.value[i] = (char)strtol((char[]){it.value[2 * i], it.value[2 * i + 1], 0}, NULL, 16);
    return keys[k].set(config, it.value, it.len / 2, e);
  }
  if (!strcmp(it.key, "clock_ms")) {
    appmint_clock_free(manual_clock);
    manual_clock = appmint_clock_new(num(it.value));
    return appmint_config_set_clock(config, manual_clock, e);
  }
  if (!strcmp(it.key, "signer")) {
    appmint_signer signer = {sizeof signer, strcmp(it.value, "ok") ? &config : NULL, sign, NULL};
    return appmint_config_set_signer(config, &signer, e);
  }
  fprintf(stderr, "unknown setting %s\n", it.key);
  exit(2);
}
