/* An app whose private key this program never sees: something else signs. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <unistd.h>

/* --8<-- [start:main] */
/* Has the key's keeper make the RS256 signature. Called on appmint's threads, on several at once. */
static int sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                size_t *signature_len) {
  char path[] = "/tmp/message-XXXXXX", command[256];
  int file = mkstemp(path), failed = file < 0;
  FILE *openssl;
  (void)userdata;
  if (failed) return 1;
  failed = write(file, message, message_len) != (ssize_t)message_len;
  close(file);
  snprintf(command, sizeof command, "openssl dgst -sha256 -sign \"$KMS_KEY\" %s", path);
  openssl = failed ? NULL : popen(command, "r");
  if (openssl) *signature_len = fread(signature, 1, *signature_len, openssl);
  failed = !openssl || pclose(openssl) != 0;
  unlink(path);
  return failed;
}

static void set_signer(appmint_config *config) {
  appmint_signer signer = {0};
  signer.size = sizeof signer;
  signer.sign = sign;
  appmint_config_set_signer(config, &signer);
}
/* --8<-- [end:main] */

int main(void) {
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;

  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  set_signer(config);
  check(appmint_app_new(config, &app, &error), &error);
  check(appmint_app_installation_by(app, APPMINT_LOOKUP_ORGANIZATION, "octo-org", APPMINT_NTS, NULL, &source,
                                    &error), &error);
  check(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error), &error);
  printf("%s\n", appmint_token_to_string(token));

  appmint_token_free(token);
  appmint_source_free(source);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
