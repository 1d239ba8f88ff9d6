/*
 * A program of the first version: it is compiled with the header beside it, which never changes, and runs with today's
 * library. Its structs of callbacks are as short as any program's.
 *
 * usage: program KEY_FILE APP_ID INSTALLATION_ID API_URL
 */
#include "appmint.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(it) \
  do { \
    if (!(it)) { \
      fprintf(stderr, "line %d: %s\n", __LINE__, #it); \
      exit(1); \
    } \
  } while (0)

static int dropped, signed_, stored;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void drop(void *userdata) {
  CHECK(userdata == &dropped);
  pthread_mutex_lock(&mutex);
  dropped++;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
}

/* A thread of the library may be the last that used the callbacks. */
static void wait_for_drops(int count) {
  pthread_mutex_lock(&mutex);
  while (dropped < count) pthread_cond_wait(&changed, &mutex);
  CHECK(dropped == count);
  pthread_mutex_unlock(&mutex);
}

static int sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature, size_t *signature_len) {
  CHECK(userdata == &dropped && message && message_len > 0 && signature && *signature_len >= 256);
  signed_++;
  return 1;
}

static int get(void *userdata, const char *name, appmint_bytes *value) {
  CHECK(userdata == &dropped && *name && value);
  return APPMINT_STORE_NO;
}

static int put(void *userdata, const char *name, const uint8_t *value, size_t value_len, const uint8_t *expected,
               size_t expected_len, int64_t keep_until_ms) {
  CHECK(userdata == &dropped && *name && value && value_len > 0 && !expected && expected_len == 0);
  CHECK(keep_until_ms == APPMINT_NO_TIME || keep_until_ms > 0);
  stored++;
  return APPMINT_STORE_YES;
}

static int remove_value(void *userdata, const char *name, const uint8_t *expected, size_t expected_len) {
  CHECK(userdata == &dropped && *name && expected && expected_len > 0);
  return APPMINT_STORE_YES;
}

static int lock(void *userdata, const char *name, const char *owner, uint64_t lease_ms) {
  CHECK(userdata == &dropped && *name && *owner && lease_ms > 0);
  return APPMINT_STORE_YES;
}

static int unlock(void *userdata, const char *name, const char *owner) {
  CHECK(userdata == &dropped && *name && *owner);
  return APPMINT_STORE_YES;
}

static appmint_config *config_of(char **argv) {
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform(config, "github", APPMINT_NTS);
  appmint_config_set_app_id(config, argv[2], APPMINT_NTS);
  appmint_config_set_api_url(config, argv[4], APPMINT_NTS);
  return config;
}

/* The first signer: a failure has the number that it had. */
static void use_signer(char **argv) {
  appmint_signer signer = {sizeof(appmint_signer), &dropped, sign, drop};
  appmint_signer short_one = signer;
  appmint_config *config = config_of(argv);
  appmint_app *app = NULL;
  appmint_token *jwt = NULL;
  appmint_error *error = NULL;

  CHECK(sizeof(appmint_signer) == 4 * sizeof(void *));
  appmint_config_set_signer(config, &signer);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_OK);
  CHECK(appmint_app_jwt(app, &jwt, &error) == APPMINT_ERROR_CALLBACK && !jwt);
  CHECK(appmint_error_kind(error) == 18 && signed_ == 1);
  CHECK(strcmp(appmint_error_kind_name(18), "callback") == 0);
  appmint_error_free(error);
  appmint_app_free(app);
  appmint_config_free(config);
  wait_for_drops(1);

  config = config_of(argv);
  error = NULL;
  app = NULL;
  short_one.size -= 1;
  appmint_config_set_signer(config, &short_one);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT && !app);
  appmint_error_free(error);
  appmint_config_free(config);
}

/* The first store: the platform's token comes, and goes through the callbacks. */
static void use_store(char **argv, const char *pem, size_t pem_len) {
  appmint_store_callbacks store = {sizeof(appmint_store_callbacks), get, put, remove_value, lock, unlock};
  appmint_config *config = config_of(argv);
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_installations *listing = NULL;
  appmint_installation *installation = NULL;
  appmint_error *error = NULL;

  CHECK(sizeof(appmint_store_callbacks) == 6 * sizeof(void *));
  appmint_config_set_private_key(config, pem, pem_len);
  appmint_config_set_own_store(config, &store, &dropped, drop);
  appmint_config_set_store_unencrypted(config, 1);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_OK);
  CHECK(appmint_app_installations(app, &listing, &error) == APPMINT_OK);
  CHECK(appmint_installations_next(listing, &installation, &error) == APPMINT_OK && installation);
  CHECK(appmint_app_installation(app, argv[3], APPMINT_NTS, &source, &error) == APPMINT_OK);
  CHECK(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error) == APPMINT_OK);
  CHECK(appmint_token_kind(token) == APPMINT_TOKEN_INSTALLATION && stored > 0);
  CHECK(appmint_token_expires_at_ms(token) != APPMINT_NO_TIME);
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_installation_free(installation);
  appmint_installations_free(listing);
  CHECK(appmint_app_find_installation(app, APPMINT_LOOKUP_USER, "nobody-at-all", APPMINT_NTS, &installation, &error) == 9);
  CHECK(appmint_error_reason(error) == 8 && appmint_error_status(error) == 404);
  appmint_error_free(error);
  appmint_app_free(app);
  appmint_config_free(config);
  wait_for_drops(2);
}

int main(int argc, char **argv) {
  char pem[16384];
  size_t pem_len;
  FILE *file = argc == 5 ? fopen(argv[1], "rb") : NULL;
  CHECK(file);
  pem_len = fread(pem, 1, sizeof pem, file);
  fclose(file);
  CHECK(appmint_abi_version() == APPMINT_ABI_VERSION);
  use_signer(argv);
  use_store(argv, pem, pem_len);
  printf("header %s, library %s\n", APPMINT_VERSION, appmint_version());
  return 0;
}
