/*
 * Callbacks that fail say why, and a transport that is a callback: what it gets, and what its codes mean.
 */
#define _POSIX_C_SOURCE 200809L
#include "platform.h"

#include <signal.h>
#include <sys/wait.h>

#define D APPMINT_DEFAULT

static void count_drop(void *counter) { ADD(*(int *)counter); }

/* ---- why a callback failed */

typedef struct { const char *text; int is_retryable, code, drops; } failure;

static int fail(failure *it) {
  if (it->text) appmint_callback_failed("an earlier text", N, 0, NULL, NULL);
  return it->text ? appmint_callback_failed(it->text, N, it->is_retryable, it, count_drop) : it->code;
}
/* A drop gets the cause, which is the failure. */
static void drop_failure(void *it) { ADD(((failure *)it)->drops); }

static int fail_to_sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                        size_t *signature_len) {
  failure *it = userdata;
  (void)message, (void)message_len, (void)signature, (void)signature_len;
  if (!it->text) return it->code;
  appmint_callback_failed("an earlier text", N, 0, it, drop_failure);
  return appmint_callback_failed(it->text, N, it->is_retryable, it, drop_failure);
}
static void a_signer_says_why_it_failed(failure *it, const char *message) {
  appmint_config *config = new_config();
  appmint_signer signer = {sizeof signer, NULL, fail_to_sign, NULL};
  appmint_app *app;
  appmint_error *error = NULL, *copy;
  appmint_token *token = NULL;
  signer.userdata = it;
  appmint_config_set_signer(config, &signer);
  app = app_of(config);
  CHECK(appmint_app_jwt(app, &token, &error) == APPMINT_ERROR_CALLBACK && !token);
  CHECK(same(appmint_error_message(error), message));
  CHECK(appmint_error_is_retryable(error) == it->is_retryable);
  copy = appmint_error_copy(error);
  appmint_error_free(error);
  CHECK(appmint_error_cause(copy) == (it->text ? it : NULL));
  appmint_app_free(app);
  appmint_error_free(copy);
  CHECK(becomes(&it->drops, it->text ? 2 : 0)); /* the earlier one, too */
}
static void failures_of_signers(void) {
  failure numbers = {NULL, 0, 7, 0}, lasting = {"the key is disabled", 0, 0, 0};
  failure passing = {"the HSM is busy", 1, 0, 0}, odd = {"two\nlines", 0, 0, 0};
  a_signer_says_why_it_failed(&numbers, "the signer returned 7");
  a_signer_says_why_it_failed(&lasting, "the signer failed: the key is disabled");
  a_signer_says_why_it_failed(&passing, "the signer failed: the HSM is busy");
  a_signer_says_why_it_failed(&odd, "the signer failed: two lines");
}
static void outside_of_a_callback_nothing_is_kept(void) {
  failure it = {"nobody hears it", 0, 0, 0};
  int drops = 0;
  CHECK(appmint_callback_failed("nobody hears it", N, 1, &drops, count_drop) == -1 && drops == 1);
  it.text = NULL, it.code = 3;
  a_signer_says_why_it_failed(&it, "the signer returned 3");
}

static char noted[256];

static void note_store_failure(void *userdata, const appmint_event *event) {
  (void)userdata;
  if (appmint_event_kind(event) == APPMINT_EVENT_STORE_FAILED && !noted[0])
    strcpy(noted, appmint_error_message(appmint_event_error(event)));
}
static int fail_get(void *userdata, const char *name, appmint_bytes *value) {
  (void)name, (void)value;
  return fail(userdata);
}
static int no_put(void *userdata, const char *name, const uint8_t *value, size_t value_len, const uint8_t *expected,
                  size_t expected_len, int64_t keep_until_ms) {
  (void)userdata, (void)name, (void)value, (void)value_len, (void)expected, (void)expected_len, (void)keep_until_ms;
  return APPMINT_STORE_NO;
}
static int no_remove(void *userdata, const char *name, const uint8_t *expected, size_t expected_len) {
  (void)userdata, (void)name, (void)expected, (void)expected_len;
  return APPMINT_STORE_NO;
}
static int no_lock(void *userdata, const char *name, const char *owner, uint64_t lease_ms) {
  (void)userdata, (void)name, (void)owner, (void)lease_ms;
  return APPMINT_STORE_NO;
}
static int no_unlock(void *userdata, const char *name, const char *owner) {
  (void)userdata, (void)name, (void)owner;
  return APPMINT_STORE_NO;
}
static void a_store_says_why_it_failed(void) {
  appmint_store_callbacks store = {sizeof store, fail_get, no_put, no_remove, no_lock, no_unlock};
  failure it = {"the disk is full", 1, 0, 0};
  appmint_config *config = new_config();
  appmint_app *app;
  appmint_source *source;
  appmint_token *token = NULL;
  appmint_config_set_own_store(config, &store, &it, NULL);
  appmint_config_set_store_unencrypted(config, 1);
  appmint_config_set_on_event(config, note_store_failure, NULL, NULL);
  app = app_of(config);
  source = source_of(app, "14");
  CHECK(appmint_source_token(source, D, D, &token, NULL) == APPMINT_OK);
  CHECK(same(noted, "the store's `get` failed: the disk is full"));
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_app_free(app);
}

/* A callback that ends its thread would leave locks behind: the process ends at once instead, and does not hang. */
static int leave(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature, size_t *signature_len) {
  (void)userdata, (void)message, (void)message_len, (void)signature, (void)signature_len;
  pthread_exit(NULL);
}
static void leave_done(void *userdata, const appmint_call *call) {
  (void)userdata, (void)call;
  pthread_exit(NULL);
}
static int sign_or_leave(int in_done) {
  appmint_config *config = new_config();
  appmint_signer signer = {sizeof signer, NULL, leave, NULL};
  appmint_app *app;
  appmint_token *token = NULL;
  alarm(60);
  if (!in_done) appmint_config_set_signer(config, &signer);
  app = app_of(config);
  if (!in_done) return appmint_app_jwt(app, &token, NULL);
  CHECK(appmint_app_jwt_async(app, NULL, leave_done, NULL, NULL, NULL) == APPMINT_OK);
  return pause();
}
static void a_callback_that_ends_its_thread_ends_the_process(void) {
  int in_done, status;
  for (in_done = 0; in_done < 2; in_done++) {
    pid_t made = fork();
    if (made == 0) _exit(sign_or_leave(in_done));
    CHECK(made > 0 && waitpid(made, &status, 0) == made && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  }
}

/* ---- a transport */

typedef struct {
  int code, status, sends, closes, drops, was_once;
  const char *body;
  size_t body_size; /* of a body that is filled with blanks */
  char seen[2048];
} client;

/* The value of a request's header. */
static const char *header(const appmint_transport_request *request, const char *name) {
  size_t i;
  for (i = 0; i < request->headers_count; i++) {
    CHECK(strlen(request->headers[i].value) == request->headers[i].value_len);
    if (!strcasecmp(request->headers[i].name, name)) return request->headers[i].value;
  }
  return "none";
}
static int send_it(void *userdata, const appmint_transport_request *request, appmint_transport_response *response) {
  client *it = userdata;
  char blanks[1000];
  size_t i;
  ADD(it->sends);
  CHECK(request->size >= sizeof *request && request->timeout_ms > 0 && request->timeout_ms <= 30000);
  CHECK(request->send_within_ms <= request->timeout_ms && request->max_response_body > 0);
  it->was_once = !request->may_repeat;
  snprintf(it->seen, sizeof it->seen, "%s %s %.7s|%s|%s|%.*s", request->method, request->url, header(request, "Authorization"),
           header(request, "User-Agent"), header(request, "Content-Type"), (int)request->body_len,
           request->body ? (const char *)request->body : "");
  if (it->code == APPMINT_TRANSPORT_NOT_SENT) appmint_callback_failed("no route", N, 0, NULL, NULL);
  appmint_transport_response_set_status(response, it->status);
  CHECK(!appmint_transport_response_add_header(response, "X-GitHub-Request-Id", N, "one", N, NULL));
  CHECK(!appmint_transport_response_add_header(response, "x-github-request-id", N, "tw\xff", N, NULL));
  if (it->body) CHECK(!appmint_transport_response_add_body(response, it->body, strlen(it->body), NULL));
  memset(blanks, ' ', sizeof blanks);
  for (i = 0; i < it->body_size; i += sizeof blanks)
    if (appmint_transport_response_add_body(response, blanks, sizeof blanks, NULL)) break;
  return it->code;
}
static void close_it(void *userdata) { ADD(((client *)userdata)->closes); }
static void drop_it(void *userdata) { ADD(((client *)userdata)->drops); }

static appmint_app *app_with(client *it) {
  appmint_transport transport = {sizeof transport, send_it, close_it};
  appmint_config *config = new_config();
  appmint_config_set_api_url(config, "https://api.example", N);
  appmint_config_set_web_url(config, "https://login.example", N);
  appmint_config_set_client_id(config, "Iv1", N);
  appmint_config_set_client_secret(config, "hunter2", N);
  appmint_config_set_user_agent(config, "mine/1", N);
  appmint_config_set_retries(config, 0);
  appmint_config_set_transport(config, &transport, it, drop_it);
  return app_of(config);
}
static void end(appmint_app *app, client *it) {
  appmint_app_close(app);
  appmint_app_free(app);
  CHECK(becomes(&it->drops, 1) && it->closes >= 1);
}
static void a_transport_sends_every_request(void) {
  client it = {APPMINT_TRANSPORT_OK, 201, 0, 0, 0, 0, "{\"token\":\"ghs_1\"}", 0, ""};
  appmint_app *app = app_with(&it);
  appmint_source *source = source_of(app, "14");
  appmint_request *request = appmint_request_new("PUT", N, "/thing", N);
  appmint_token *token = NULL;
  appmint_response *response = NULL;
  CHECK(appmint_source_token(source, D, D, &token, NULL) == APPMINT_OK && !it.was_once);
  CHECK(same(appmint_token_reveal(token, NULL), "ghs_1"));
  CHECK(!strncmp(it.seen, "POST https://api.example/app/installations/14/access_tokens Bearer |mine/1 appmint/", 82));
  appmint_request_set_body(request, "a body", 6);
  CHECK(appmint_source_request(source, request, &response, NULL) == APPMINT_OK && it.was_once);
  CHECK(strstr(it.seen, "|a body") && appmint_response_status(response) == 201);
  CHECK(same(appmint_map_find(appmint_response_headers(response), "x-github-request-id", N), "one, tw\xef\xbf\xbd"));
  appmint_request_free(request);
  appmint_response_free(response);
  appmint_token_free(token);
  appmint_source_free(source);
  end(app, &it);
}
/* What an ending means: for a refresh, which spends what it sends. */
static void an_ending(int code, appmint_status kind, appmint_reason reason, int is_retryable, const char *message) {
  client it = {0, 200, 0, 0, 0, 0, NULL, 0, ""};
  appmint_app *app = app_with(&it);
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  it.code = code;
  CHECK(appmint_app_refresh(app, "ghr_1", N, &token, &error) == kind && !token);
  if (appmint_error_reason(error) != reason || !same(appmint_error_message(error), message))
    ADD(failures), printf("%d: %s\n", code, appmint_error_to_string(error));
  CHECK(appmint_error_is_retryable(error) == is_retryable);
  CHECK(it.sends == 1 && it.was_once);
  appmint_error_free(error);
  end(app, &it);
}
static void endings_mean_what_they_prove(void) {
  an_ending(APPMINT_TRANSPORT_NOT_SENT, APPMINT_ERROR_TRANSPORT, APPMINT_REASON_UNREACHABLE, 1,
            "the transport did not reach the platform: no route");
  an_ending(APPMINT_TRANSPORT_TLS, APPMINT_ERROR_TRANSPORT, APPMINT_REASON_TLS, 0, "the transport did not agree upon TLS");
  an_ending(APPMINT_TRANSPORT_NOT_SENT_IN_TIME, APPMINT_ERROR_TIMEOUT, APPMINT_REASON_UNREACHABLE, 1,
            "the transport got no connection in time");
  an_ending(APPMINT_TRANSPORT_TIMEOUT, APPMINT_ERROR_TIMEOUT, APPMINT_REASON_NONE, 0, "the transport got no response in time");
  an_ending(APPMINT_TRANSPORT_MAYBE_SENT, APPMINT_ERROR_TRANSPORT, APPMINT_REASON_CONNECTION_LOST, 0, "the transport failed");
  an_ending(-1, APPMINT_ERROR_TRANSPORT, APPMINT_REASON_CONNECTION_LOST, 0, "the transport failed");
}
static void a_wrong_response_is_an_error(int status, size_t size, appmint_status kind, appmint_reason reason) {
  client it = {APPMINT_TRANSPORT_OK, 0, 0, 0, 0, 0, NULL, 0, ""};
  appmint_app *app = app_with(&it);
  appmint_registration *registration = NULL;
  appmint_error *error = NULL;
  it.status = status, it.body_size = size;
  CHECK(appmint_app_registration(app, &registration, &error) == kind && !registration);
  CHECK(appmint_error_reason(error) == reason);
  appmint_error_free(error);
  end(app, &it);
}
static void a_transport_is_checked(void) {
  appmint_transport transport = {sizeof transport, NULL, NULL};
  int drops = 0;
  appmint_config *config = new_config();
  appmint_app *app = NULL;
  appmint_error *error = NULL;
  appmint_config_set_transport(config, &transport, &drops, count_drop);
  CHECK(drops == 1 && appmint_app_new(config, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(same(appmint_error_message(error), "the transport's `send` is NULL"));
  appmint_error_free(error);
  appmint_config_free(config);
  config = new_config();
  transport.send = send_it, error = NULL;
  appmint_config_set_transport(config, &transport, &drops, count_drop);
  appmint_config_set_refuse_private_addresses(config, 1);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  appmint_error_free(error);
  appmint_config_free(config);
  CHECK(drops == 2);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  alarm(300);
  if (number("APPMINT_FORKS", 1)) a_callback_that_ends_its_thread_ends_the_process();
  start_platform();
  failures_of_signers();
  outside_of_a_callback_nothing_is_kept();
  a_store_says_why_it_failed();
  a_transport_sends_every_request();
  endings_mean_what_they_prove();
  a_wrong_response_is_an_error(0, 0, APPMINT_ERROR_TRANSPORT, APPMINT_REASON_CONNECTION_LOST);
  a_wrong_response_is_an_error(600, 0, APPMINT_ERROR_TRANSPORT, APPMINT_REASON_CONNECTION_LOST);
  a_wrong_response_is_an_error(200, 64 << 20, APPMINT_ERROR_PROTOCOL, APPMINT_REASON_BODY_TOO_LARGE);
  a_transport_is_checked();
  stop_platform();
  printf("%d failures\n", failures);
  return failures != 0;
}
