/* Reacts to errors by their kind. */

#include "check.h"

int main(void) {
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;

  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  check(appmint_app_new(config, &app, &error), &error);
  check(appmint_app_installation_by(app, APPMINT_LOOKUP_ORGANIZATION, "nowhere-inc", APPMINT_NTS, NULL, &source,
                                    &error), &error);
  /* --8<-- [start:main] */
  switch (appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error)) {
    case APPMINT_OK:
      break;
    case APPMINT_ERROR_NOT_FOUND:
      printf("install the app first: %s\n", appmint_error_to_string(error));
      break;
    case APPMINT_ERROR_RATE_LIMITED:
      printf("come back in %d ms\n", (int)appmint_error_retry_after_ms(error));
      break;
    default:
      printf("%s, %s\n", appmint_error_to_string(error),
             appmint_error_is_retryable(error) ? "retry" : "do not retry");
  }
  appmint_error_free(error);
  /* --8<-- [end:main] */

  appmint_token_free(token);
  appmint_source_free(source);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
