/* How the C driver sets the settings of contract/settings.toml. */
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
static const struct { const char *key; void (*set)(appmint_config *, const char *, size_t); } texts[] = {
  SET(environment), SET(platform), SET(platform_descriptor), SET(host), SET(api_url), SET(web_url), SET(app_id), SET(client_id), SET(client_secret),
  SET(private_key_passphrase), SET(key_id), SET(fallback_key_id), SET(proxy), SET(root_certificates), SET(client_certificate), SET(user_agent), SET(store), SET(store_key), SET(previous_store_key)};
static const struct { const char *key; void (*set)(appmint_config *, int64_t); } durations[] = {
  {"jwt_back_date", appmint_config_set_jwt_back_date_s}, {"jwt_lifetime", appmint_config_set_jwt_lifetime_s},
  {"timeout", appmint_config_set_timeout_ms}, {"connect_timeout", appmint_config_set_connect_timeout_ms}, {"retry_wait", appmint_config_set_retry_wait_ms}};
#define KEY(name) {#name, #name "_hex", appmint_config_set_##name}
static const struct { const char *key, *hex; void (*set)(appmint_config *, const void *, size_t); } keys[] = {
  KEY(private_key), KEY(fallback_private_key), KEY(client_key)};

static void set_key(size_t k, word it) {
  for (size_t i = 0; i < it.len / 2; i++) it.value[i] = (char)strtol((char[]){it.value[2 * i], it.value[2 * i + 1], 0}, NULL, 16);
  keys[k].set(config, it.value, it.len / 2);
}
static void set(word it) {
  int is_known = 0, is_true = !strcmp(it.value, "true"), is_ok = !strcmp(it.value, "ok");
#define IF(name) if (!strcmp(it.key, name) && (is_known = 1))
  for EACH(i, texts) IF(texts[i].key) texts[i].set(config, it.value, it.len);
  for EACH(i, durations) IF(durations[i].key) durations[i].set(config, num(it.value));
  for EACH(i, keys) IF(keys[i].key) keys[i].set(config, it.value, it.len);
  for EACH(i, keys) IF(keys[i].hex) set_key(i, it);
  IF("allow_plain_http") appmint_config_set_allow_plain_http(config, is_true);
  IF("refuse_private_addresses") appmint_config_set_refuse_private_addresses(config, is_true);
  IF("store_unencrypted") appmint_config_set_store_unencrypted(config, is_true);
  IF("capacity") appmint_config_set_capacity(config, (size_t)num(it.value));
  IF("own_store") appmint_config_set_own_store(config, &store_callbacks, NULL, NULL);
  for EACH(i, useless_stores) if (!strcmp(it.key, "own_store") && !strcmp(it.value, useless_stores[i]))
    appmint_config_set_own_store(config, &store_callbacks, (void *)useless_stores[i], NULL);
  IF("on_event") appmint_config_set_on_event(config, note, is_true ? NULL : &config, NULL);
  IF("max_response_body") appmint_config_set_max_response_body(config, (size_t)num(it.value));
  IF("retries") appmint_config_set_retries(config, (uint32_t)num(it.value));
  IF("clock_ms") {
    appmint_clock_free(manual_clock);
    manual_clock = appmint_clock_new(num(it.value));
    appmint_config_set_clock(config, manual_clock);
  }
  IF("signer") {
    appmint_signer signer = {sizeof signer, is_ok ? NULL : &config, sign, NULL};
    appmint_config_set_signer(config, &signer);
  }
#undef IF
  if (is_known) return;
  fprintf(stderr, "unknown setting %s\n", it.key);
  exit(2);
}
