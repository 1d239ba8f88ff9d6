/* Ten lines: a token for an organization's installation, and a call of the API with it. */

/* --8<-- [start:main] */
#include <appmint.h>

#include <stdio.h>

int main(void) {
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  int failed;

  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  if (appmint_app_new(config, &app, &error) != APPMINT_OK) goto done;
  if (appmint_app_installation_by(app, APPMINT_LOOKUP_ORGANIZATION, "octo-org", APPMINT_NTS, NULL, &source,
                                  &error) != APPMINT_OK) goto done;
  if (appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error) != APPMINT_OK) goto done;
  printf("%s\n", appmint_token_to_string(token));

done: /* success comes here, too: each free takes NULL */
  if (error) fprintf(stderr, "%s\n", appmint_error_to_string(error));
  failed = error != NULL;
  appmint_error_free(error);
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_app_free(app);
  appmint_config_free(config);
  return failed;
}
/* --8<-- [end:main] */
