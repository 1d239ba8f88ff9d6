/* A program that mints an installation token. README.md shows the part between the marks. */

#include "appmint.h"

#include <stdio.h>

int main(void) {
  char pem[16384];
  size_t pem_len;
  FILE *file = fopen("app.pem", "rb");
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  int failed;

  if (!file) return 1;
  pem_len = fread(pem, 1, sizeof pem, file);
  fclose(file);

  /* [readme: mint] */
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform(config, "atomgit", APPMINT_NTS);
  appmint_config_set_app_id(config, "75", APPMINT_NTS);
  appmint_config_set_private_key(config, pem, pem_len);
  if (appmint_app_new(config, &app, &error) != APPMINT_OK) goto fail;
  if (appmint_app_installation(app, "14", APPMINT_NTS, &source, &error) != APPMINT_OK) goto fail;
  if (appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error) != APPMINT_OK) goto fail;
  printf("expires at %lld ms\n", (long long)appmint_token_expires_at_ms(token));

fail: /* success comes here, too: each free takes NULL */
  if (error) fprintf(stderr, "%s\n", appmint_error_to_string(error));
  failed = error != NULL;
  appmint_error_free(error);
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_app_free(app);
  appmint_config_free(config);
  /* [end] */
  return failed;
}
