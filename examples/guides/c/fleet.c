/* One of many processes that share their tokens: whoever needs one first has it minted. */

#include "check.h"

int main(void) {
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_stats *stats = NULL;
  appmint_error *error = NULL;

  /* --8<-- [start:main] */
  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  appmint_config_set_store(config, getenv("REDIS_URL"), APPMINT_NTS); /* redis://… or rediss://… (TLS) */
  appmint_config_set_store_key(config, getenv("STORE_KEY"), APPMINT_NTS); /* the same for all processes */
  check(appmint_app_new(config, &app, &error), &error);
  check(appmint_app_installation_by(app, APPMINT_LOOKUP_ORGANIZATION, "octo-org", APPMINT_NTS, NULL, &source,
                                    &error), &error);
  check(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error), &error);
  check(appmint_app_stats(app, &stats, &error), &error);
  printf("minted: %d from the store: %d\n", (int)appmint_stats_minted(stats), (int)appmint_stats_from_store(stats));
  /* --8<-- [end:main] */

  appmint_stats_free(stats);
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
