/* A program for a platform that is not built in. README.md shows the part between the marks. */

#include "appmint.h"

#include <stdio.h>

int main(void) {
  char descriptor[65536];
  size_t descriptor_len;
  FILE *file = fopen("examples/platforms/forgejo.json", "rb");
  appmint_app *app = NULL;
  appmint_authorization *authorization = NULL;
  appmint_error *error = NULL;
  int failed;

  if (!file) return 1;
  descriptor_len = fread(descriptor, 1, sizeof descriptor, file);
  fclose(file);

  /* [readme: own_platform] */
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform_descriptor(config, descriptor, descriptor_len);
  appmint_config_set_host(config, "git.corp.example", APPMINT_NTS);
  appmint_config_set_client_id(config, "my-client", APPMINT_NTS);
  if (appmint_app_new(config, &app, &error) != APPMINT_OK) goto fail;
  if (appmint_app_authorize(app, NULL, &authorization, &error) != APPMINT_OK) goto fail;
  puts(appmint_authorization_url(authorization));

fail: /* success comes here, too: each free takes NULL */
  if (error) fprintf(stderr, "%s\n", appmint_error_to_string(error));
  failed = error != NULL;
  appmint_error_free(error);
  appmint_authorization_free(authorization);
  appmint_app_free(app);
  appmint_config_free(config);
  /* [end] */
  return failed;
}
