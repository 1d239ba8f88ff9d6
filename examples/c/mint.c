/*
 * Mints a token for an installation of a GitHub App, and prints when it expires.
 *
 *   cc mint.c $(pkg-config --cflags --libs appmint) -o mint
 *   ./mint app.pem APP_ID INSTALLATION_ID [API_URL]
 */
#include <appmint.h>

#include <stdio.h>

int main(int argc, char **argv) {
  char pem[16384];
  size_t pem_len = 0;
  FILE *file = argc > 3 ? fopen(argv[1], "rb") : NULL;
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  int failed = 1;

  if (!file) {
    fprintf(stderr, "usage: mint KEY_FILE APP_ID INSTALLATION_ID [API_URL]\n");
    goto done;
  }
  pem_len = fread(pem, 1, sizeof pem, file);
  fclose(file);
  appmint_config_set_platform(config, "github", APPMINT_NTS);
  appmint_config_set_app_id(config, argv[2], APPMINT_NTS);
  appmint_config_set_private_key(config, pem, pem_len);
  if (argc > 4) appmint_config_set_api_url(config, argv[4], APPMINT_NTS);
  if (appmint_app_new(config, &app, &error) != APPMINT_OK) goto done;
  if (appmint_app_installation(app, argv[3], APPMINT_NTS, &source, &error) != APPMINT_OK) goto done;
  if (appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error) != APPMINT_OK)
    goto done;
  printf("expires at %lld ms\n", (long long)appmint_token_expires_at_ms(token));
  failed = 0;

done: /* each free takes NULL */
  if (error) fprintf(stderr, "%s\n", appmint_error_to_string(error));
  appmint_error_free(error);
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_app_free(app);
  appmint_config_free(config);
  return failed;
}
