/* Two threads write the same memory, one of them in a callback: the thread sanitizer must see it. */
#include <appmint.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static int written;

static int sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                size_t *signature_len) {
  (void)userdata, (void)message, (void)message_len;
  written++;
  memset(signature, 1, *signature_len = 256);
  return 0;
}
static void *request_jwt(void *app) {
  appmint_token *token = NULL;
  if (appmint_app_jwt(app, &token, NULL) != APPMINT_OK) puts("no JWT");
  appmint_token_free(token);
  return NULL;
}

int main(void) {
  appmint_config *config = appmint_config_new();
  appmint_signer signer = {sizeof signer, NULL, sign, NULL};
  appmint_app *app = NULL;
  pthread_t thread;
  appmint_config_set_platform(config, "github", APPMINT_NTS);
  appmint_config_set_app_id(config, "75", APPMINT_NTS);
  appmint_config_set_signer(config, &signer);
  if (appmint_app_new(config, &app, NULL) || pthread_create(&thread, NULL, request_jwt, app)) return 2;
  written++;
  pthread_join(thread, NULL);
  appmint_app_free(app);
  appmint_config_free(config);
  return written == 0;
}
