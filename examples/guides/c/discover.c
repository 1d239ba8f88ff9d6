/* An app on a server that publishes its metadata (RFC 8414, OpenID Connect Discovery). */

#include "check.h"

int main(void) {
  appmint_config *config = appmint_config_new();
  appmint_text *descriptor = NULL;
  appmint_app *app = NULL;
  appmint_authorization *authorization = NULL;
  appmint_authorization_request *request = appmint_authorization_request_new();
  appmint_error *error = NULL;

  /* --8<-- [start:main] */
  /* A text, which may be kept. */
  check(appmint_discover(NULL, getenv("ISSUER"), APPMINT_NTS, &descriptor, &error), &error);
  appmint_config_set_platform_descriptor(config, appmint_text_reveal(descriptor, NULL), APPMINT_NTS);
  appmint_config_set_client_id(config, "tool", APPMINT_NTS);
  check(appmint_app_new(config, &app, &error), &error);
  appmint_authorization_request_set_redirect_uri(request, "https://example.com/callback", APPMINT_NTS);
  check(appmint_app_authorize(app, request, &authorization, &error), &error);
  puts(appmint_authorization_url(authorization));
  /* --8<-- [end:main] */

  appmint_authorization_free(authorization);
  appmint_authorization_request_free(request);
  appmint_app_free(app);
  appmint_text_free(descriptor);
  appmint_config_free(config);
  return 0;
}
