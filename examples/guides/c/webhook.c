/*
 * A bot that a web server starts for each webhook, by CGI (RFC 3875): headers are environment variables, the
 * body is the standard input.
 */
#include "check.h"

#include <string.h>

extern char **environ;

/* --8<-- [start:receive] */
static appmint_status receive(const appmint_app *app, const appmint_header *headers, size_t headers_count,
                              const void *body, size_t body_len, appmint_error **error) {
  const char *secrets[1];
  const size_t secrets_lens[] = {APPMINT_NTS};
  appmint_webhook_event *event = NULL;
  const char *installation;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_status status;

  secrets[0] = getenv("WEBHOOK_SECRET");
  status = appmint_app_verify_webhook(app, headers, headers_count, body, body_len, secrets, secrets_lens, 1, &event,
                                      error);
  if (status != APPMINT_OK) return status;
  appmint_app_apply_webhook(app, event);
  installation = appmint_webhook_event_installation_id(event);
  if (installation) {
    status = appmint_app_installation(app, installation, APPMINT_NTS, &source, error);
    if (status == APPMINT_OK)
      status = appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, error);
    if (status == APPMINT_OK) fprintf(stderr, "%s\n", appmint_token_to_string(token));
  }
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_webhook_event_free(event);
  return status;
}
/* --8<-- [end:receive] */

static size_t request_headers(appmint_header *headers, size_t room) {
  size_t count = 0;
  char **variable, *letter;
  for (variable = environ; *variable && count < room; variable++) {
    char *value = strchr(*variable, '=');
    if (strncmp(*variable, "HTTP_", 5) != 0 || !value) continue;
    for (letter = *variable; letter < value; letter++) *letter = *letter == '_' ? '-' : *letter;
    headers[count].name = *variable + 5;
    headers[count].name_len = (size_t)(value - *variable - 5);
    headers[count].value = value + 1;
    headers[count++].value_len = APPMINT_NTS;
  }
  return count;
}

int main(void) {
  static char body[1 << 20];
  static appmint_header headers[100];
  size_t body_len = fread(body, 1, sizeof body, stdin), headers_count = request_headers(headers, 100);
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_error *error = NULL;
  appmint_status status;

  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  check(appmint_app_new(config, &app, &error), &error);
  status = receive(app, headers, headers_count, body, body_len, &error);
  if (status == APPMINT_OK) printf("Status: 204 No Content\r\n\r\n");
  else if (status == APPMINT_ERROR_UNAUTHORIZED) printf("Status: 401 Unauthorized\r\n\r\n");
  else printf("Status: 500 Internal Server Error\r\n\r\n");

  appmint_error_free(error);
  appmint_app_free(app);
  appmint_config_free(config);
  return 0;
}
