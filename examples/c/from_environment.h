/*
 * The app of the examples with an event loop: APPMINT_PLATFORM, APPMINT_APP_ID,
 * APPMINT_PRIVATE_KEY_FILE, and APPMINT_API_URL for a host of your own.
 */
#include <appmint.h>

#include <stdio.h>
#include <stdlib.h>

/* Ends the program on an error. */
static void check(appmint_status status, appmint_error **error) {
  if (status == APPMINT_OK) return;
  fprintf(stderr, "error: %s: %s\n", appmint_error_kind_name(status),
          appmint_error_to_string(*error));
  appmint_error_free(*error);
  exit(1);
}

static void set_private_key(appmint_config *config, const char *path) {
  static char key[16384];
  FILE *file = fopen(path, "rb");
  size_t len, i;
  if (!file) perror(path), exit(1);
  setvbuf(file, NULL, _IONBF, 0); /* or a buffer of stdio's keeps a copy of the key */
  len = fread(key, 1, sizeof key, file);
  fclose(file);
  appmint_config_set_private_key(config, key, len);
  for (i = 0; i < len; i++) ((volatile char *)key)[i] = 0;
}

static appmint_config *config_from_environment(void) {
  const char *platform = getenv("APPMINT_PLATFORM"), *app_id = getenv("APPMINT_APP_ID");
  const char *key_file = getenv("APPMINT_PRIVATE_KEY_FILE"), *api_url = getenv("APPMINT_API_URL");
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform(config, platform ? platform : "github", APPMINT_NTS);
  if (app_id) appmint_config_set_app_id(config, app_id, APPMINT_NTS);
  if (api_url) appmint_config_set_api_url(config, api_url, APPMINT_NTS);
  if (key_file) set_private_key(config, key_file);
  return config;
}

/* The app of a configuration, which is freed. */
static appmint_app *new_app(appmint_config *config) {
  appmint_error *error = NULL;
  appmint_app *app = NULL;
  check(appmint_app_new(config, &app, &error), &error);
  appmint_config_free(config);
  return app;
}
