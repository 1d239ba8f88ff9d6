/* Goes through the items of lists of the API, whatever pages they come in. */

#include "check.h"

int main(void) {
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_request *request = NULL;
  appmint_items *listing = NULL;
  appmint_text *item = NULL;
  appmint_error *error = NULL;
  int count = 0;

  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  check(appmint_app_new(config, &app, &error), &error);
  check(appmint_app_installation_by(app, APPMINT_LOOKUP_ORGANIZATION, "octo-org", APPMINT_NTS, NULL, &source, &error),
        &error);

  /* --8<-- [start:main] */
  request = appmint_request_new("GET", APPMINT_NTS, "/orgs/octo-org/repos?per_page=1", APPMINT_NTS);
  check(appmint_source_paginate(source, request, NULL, 0, &listing, &error), &error);
  for (;;) { /* pages are requested as they are needed */
    check(appmint_items_next(listing, &item, &error), &error);
    if (!item) break;
    puts(appmint_text_reveal(item, NULL)); /* JSON */
    appmint_text_free(item);
  }
  appmint_items_free(listing);
  appmint_request_free(request);

  /* The items are a member of the answer: {"total_count": ..., "repositories": [...]} */
  request = appmint_request_new("GET", APPMINT_NTS, "/installation/repositories", APPMINT_NTS);
  check(appmint_source_paginate(source, request, "repositories", APPMINT_NTS, &listing, &error), &error);
  /* --8<-- [end:main] */
  for (;;) {
    check(appmint_items_next(listing, &item, &error), &error);
    if (!item) break;
    appmint_text_free(item);
    count++;
  }
  printf("%d\n", count);

  appmint_items_free(listing);
  appmint_request_free(request);
  appmint_source_free(source);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
