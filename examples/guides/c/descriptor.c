/* An app on a platform that is not built in, by a descriptor. */

#include "check.h"

int main(void) {
  static char descriptor[1 << 16];
  size_t descriptor_len;
  FILE *file = fopen(getenv("DESCRIPTOR"), "rb");
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_authorization_request *request = appmint_authorization_request_new();
  appmint_authorization *authorization = NULL;
  appmint_error *error = NULL;

  if (!file) return 1;
  descriptor_len = fread(descriptor, 1, sizeof descriptor, file);
  fclose(file);

  /* --8<-- [start:main] */
  appmint_config_set_platform_descriptor(config, descriptor, descriptor_len);
  appmint_config_set_host(config, "git.corp.example", APPMINT_NTS);
  appmint_config_set_client_id(config, "my-client", APPMINT_NTS);
  check(appmint_app_new(config, &app, &error), &error);
  appmint_authorization_request_set_redirect_uri(request, "https://app.example/callback", APPMINT_NTS);
  appmint_authorization_request_add_scope(request, "read:user", APPMINT_NTS);
  check(appmint_app_authorize(app, request, &authorization, &error), &error);
  puts(appmint_authorization_url(authorization));
  /* --8<-- [end:main] */

  appmint_authorization_free(authorization);
  appmint_authorization_request_free(request);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
