/* Claims that only a C program can check: callbacks, ownership, lengths, threads. */
#define _POSIX_C_SOURCE 200809L
#include <appmint.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define N APPMINT_NTS

static int failures;
#define CHECK(condition) \
  do { if (!(condition)) { failures++; printf("line %d: %s\n", __LINE__, #condition); } } while (0)

static int same(const char *left, const char *right) { return left && right && !strcmp(left, right); }

/* Whether there is an error with this message. Frees it. */
static int says(appmint_error **error, const char *message) {
  int right = *error && same(appmint_error_message(*error), message);
  if (!right) printf("%s\n", *error ? appmint_error_message(*error) : "no error");
  appmint_error_free(*error);
  *error = NULL;
  return right;
}

/* Whether an app with this configuration is refused with this message. */
static int refuses(const appmint_config *config, const char *message) {
  appmint_app *app = NULL;
  appmint_error *error = NULL;
  return appmint_app_new(config, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT && says(&error, message) && !app;
}

/* ---- a signer that counts its calls */

typedef struct { int mode; volatile int signs, drops; } counter;
enum { WELL, FAILS, TOO_LONG };

static int sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                size_t *signature_len) {
  counter *count = userdata;
  __atomic_add_fetch(&count->signs, 1, __ATOMIC_SEQ_CST);
  CHECK(message_len > 10 && message[0] == 'e' && *signature_len >= 1024);
  memset(signature, 1, *signature_len);
  *signature_len = count->mode == TOO_LONG ? *signature_len + 1 : 256;
  return count->mode == FAILS ? 7 : 0;
}
static int ones(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                size_t *signature_len) {
  (void)userdata, (void)message, (void)message_len;
  memset(signature, 1, *signature_len = 256);
  return 0;
}
static void drop(void *userdata) {
  counter *count = userdata;
  __atomic_add_fetch(&count->drops, 1, __ATOMIC_SEQ_CST);
}
static appmint_signer signer_of(counter *count) {
  appmint_signer signer;
  signer.size = sizeof signer;
  signer.userdata = count;
  signer.sign = sign;
  signer.drop = drop;
  return signer;
}

/* A worker thread may be the last owner of an app. */
static int dropped_once(counter *count) {
  struct timespec pause = {0, 10 * 1000 * 1000};
  int i;
  for (i = 0; i < 1000 && !__atomic_load_n(&count->drops, __ATOMIC_SEQ_CST); i++) nanosleep(&pause, NULL);
  nanosleep(&pause, NULL);
  return __atomic_load_n(&count->drops, __ATOMIC_SEQ_CST) == 1;
}

static appmint_config *atomgit(void) {
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform(config, "atomgit", N);
  appmint_config_set_app_id(config, "75 and more", 2);
  return config;
}
static appmint_app *app_of(appmint_config *config) {
  appmint_app *app = NULL;
  CHECK(appmint_app_new(config, &app, NULL) == APPMINT_OK);
  appmint_config_free(config);
  return app;
}
static appmint_app *signing_app(counter *count) {
  appmint_config *config = atomgit();
  appmint_signer signer = signer_of(count);
  appmint_config_set_signer(config, &signer);
  memset(&signer, 0xff, sizeof signer); /* it was copied */
  return app_of(config);
}

static void a_signer_signs_and_is_dropped_once(void) {
  counter count = {WELL, 0, 0};
  appmint_app *app = signing_app(&count);
  appmint_token *token = NULL;
  CHECK(appmint_app_fingerprint(app) == NULL);
  CHECK(appmint_app_jwt(app, &token, NULL) == APPMINT_OK);
  CHECK(count.signs == 1 && count.drops == 0);
  CHECK(appmint_token_kind(token) == APPMINT_TOKEN_JWT && same(appmint_token_kind_name(APPMINT_TOKEN_JWT), "jwt"));
  CHECK(strstr(appmint_token_claims(token), "\"iss\":\"75\"") != NULL); /* cut at its length */
  appmint_app_free(app);
  CHECK(dropped_once(&count));
  CHECK(strlen(appmint_token_reveal(token, NULL)) > 300); /* a token outlives its app */
  appmint_token_free(token);
}

static void a_failing_signer_is_an_error(void) {
  counter counts[2] = {{FAILS, 0, 0}, {TOO_LONG, 0, 0}};
  const char *words[2] = {"returned 7", "more than its buffer holds"};
  int i;
  for (i = 0; i < 2; i++) {
    appmint_app *app = signing_app(&counts[i]);
    appmint_token *token = (appmint_token *)&counts;
    appmint_error *error = NULL;
    CHECK(appmint_app_jwt(app, &token, NULL) == APPMINT_ERROR_CALLBACK);
    CHECK(appmint_app_jwt(app, &token, &error) == APPMINT_ERROR_CALLBACK);
    CHECK(token == (appmint_token *)&counts);
    CHECK(appmint_error_kind(error) == APPMINT_ERROR_CALLBACK);
    CHECK(strstr(appmint_error_message(error), words[i]) != NULL);
    CHECK(appmint_error_reason(error) == APPMINT_REASON_NONE && !appmint_error_hint(error));
    CHECK(appmint_error_status(error) == 0 && appmint_error_retry_after_ms(error) == -1);
    CHECK(!appmint_error_platform_code(error) && !appmint_error_request_id(error));
    CHECK(same(appmint_error_to_string(error), appmint_error_message(error)));
    appmint_error_free(error);
    appmint_app_free(app);
    CHECK(dropped_once(&counts[i]));
  }
}

static void a_signer_that_is_refused_is_dropped_at_once(void) {
  counter count = {WELL, 0, 0};
  appmint_config *config = appmint_config_new();
  appmint_signer signer = signer_of(&count);
  appmint_config_set_signer(NULL, &signer);
  CHECK(count.drops == 1);
  signer.sign = NULL;
  appmint_config_set_signer(config, &signer);
  CHECK(count.drops == 2 && refuses(config, "the signer's `sign` is NULL"));
  signer.size = sizeof(size_t); /* the other members are unknown, `drop` among them */
  appmint_config_free(config);
  config = appmint_config_new();
  appmint_config_set_signer(config, &signer);
  CHECK(refuses(config, "signer has size 8"));
  appmint_config_free(config);
  config = appmint_config_new();
  appmint_config_set_signer(config, NULL);
  CHECK(count.drops == 2 && refuses(config, "signer is NULL"));
  appmint_config_free(config);
  config = appmint_config_new();
  signer = signer_of(&count);
  signer.drop = NULL;
  appmint_config_set_signer(config, &signer);
  signer = signer_of(&count);
  appmint_config_set_signer(config, &signer);
  appmint_config_set_signer(config, &signer); /* replaces the last */
  CHECK(count.drops == 3);
  appmint_config_free(config);
  CHECK(count.drops == 4);
}

static void the_first_mistake_of_the_setters_is_reported(void) {
  appmint_config *config = atomgit();
  appmint_app *app = NULL;
  appmint_config_set_timeout_ms(config, -5);
  appmint_config_set_web_url(config, NULL, 0);
  CHECK(refuses(config, "timeout_ms is negative"));
  appmint_config_set_timeout_ms(config, 5); /* does not undo the mistake */
  CHECK(refuses(config, "timeout_ms is negative"));
  appmint_config_free(config);
  CHECK(appmint_app_new(NULL, &app, NULL) == APPMINT_ERROR_INVALID_ARGUMENT && !app);
  appmint_config_set_timeout_ms(NULL, 5); /* is ignored */
}

/* ---- stores, events, changes */

static int no_get(void *userdata, const char *name, appmint_bytes *value) {
  (void)userdata, (void)name;
  return appmint_bytes_put(value, NULL, 0, NULL) == APPMINT_ERROR_INVALID_ARGUMENT ? APPMINT_STORE_YES : -1;
}
static int no_put(void *userdata, const char *name, const uint8_t *value, size_t value_len,
                  const uint8_t *expected, size_t expected_len, int64_t keep_until_ms) {
  (void)userdata, (void)name, (void)value, (void)value_len, (void)expected, (void)expected_len, (void)keep_until_ms;
  return -1;
}
static int no_remove(void *userdata, const char *name, const uint8_t *expected, size_t expected_len) {
  (void)userdata, (void)name, (void)expected, (void)expected_len;
  return -1;
}
static int no_lock(void *userdata, const char *name, const char *owner, uint64_t lease_ms) {
  (void)userdata, (void)name, (void)owner, (void)lease_ms;
  return -1;
}
static int no_unlock(void *userdata, const char *name, const char *owner) {
  (void)userdata, (void)name, (void)owner;
  return -1;
}
static const appmint_store_callbacks no_store = {sizeof no_store, no_get, no_put, no_remove, no_lock, no_unlock};

/* The message of a store's failure. */
static char failure[256];

static void note_failure(void *userdata, const appmint_event *event) {
  counter *count = userdata;
  const appmint_error *error = appmint_event_error(event);
  if (appmint_event_kind(event) != APPMINT_EVENT_STORE_FAILED) return;
  __atomic_add_fetch(&count->signs, 1, __ATOMIC_SEQ_CST);
  snprintf(failure, sizeof failure, "%s", appmint_error_message(error));
}
static void forget_change(void *userdata, const appmint_token *before, const appmint_token *token) {
  (void)userdata, (void)before, (void)token;
}

static void a_store_that_lacks_a_function_is_refused(void) {
  static const char *const names[] = {"get", "put", "remove", "lock", "unlock"};
  counter count = {WELL, 0, 0};
  appmint_config *config;
  appmint_store_callbacks calls = no_store;
  char message[64];
  int i;
#define STORE(config, calls) appmint_config_set_own_store(config, calls, &count, drop)
#define REFUSED(calls, message) \
  (config = atomgit(), STORE(config, calls), i = refuses(config, message), appmint_config_free(config), i)
  STORE(NULL, &calls);
  CHECK(count.drops == 1);
  CHECK(REFUSED(NULL, "callbacks is NULL"));
  CHECK(count.drops == 2); /* whatever was wrong */
  calls.size = sizeof(size_t);
  CHECK(REFUSED(&calls, "callbacks has size 8"));
  {
    int member;
    for (member = 0; member < 5; member++) {
      calls = no_store;
      if (member == 0) calls.get = NULL;
      if (member == 1) calls.put = NULL;
      if (member == 2) calls.remove = NULL;
      if (member == 3) calls.lock = NULL;
      if (member == 4) calls.unlock = NULL;
      sprintf(message, "the store's `%s` is NULL", names[member]);
      CHECK(REFUSED(&calls, message));
    }
  }
  CHECK(count.drops == 8);
  config = atomgit();
  STORE(config, &no_store), STORE(config, &no_store);
  CHECK(count.drops == 9); /* replaces the last */
  appmint_config_free(config);
  CHECK(count.drops == 10);
}

/* Structs as a later header may have them. */
typedef struct { appmint_signer known; void (*later)(void); } later_signer;
typedef struct { appmint_store_callbacks known; void (*later)(void); } later_store;
static void later(void) {}

static void a_struct_of_a_later_header_is_refused_if_it_sets_what_nobody_would_call(void) {
  counter count = {WELL, 0, 0};
  later_signer signer;
  later_store calls;
  appmint_config *config = atomgit();
  appmint_app *app = NULL;
  int i;
  signer.known = signer_of(&count);
  signer.known.size = sizeof signer;
  signer.later = NULL;
  calls.known = no_store;
  calls.known.size = sizeof calls;
  calls.later = NULL;
  appmint_config_set_signer(config, &signer.known);
  STORE(config, &calls.known);
  appmint_config_set_store_unencrypted(config, 1);
  CHECK(appmint_app_new(config, &app, NULL) == APPMINT_OK && count.drops == 0);
  appmint_app_free(app);
  appmint_config_free(config);
  CHECK(count.drops == 2);
  signer.later = calls.later = later;
  config = appmint_config_new();
  appmint_config_set_signer(config, &signer.known);
  CHECK(count.drops == 3 && refuses(config, "signer sets a member that this library does not know"));
  appmint_config_free(config);
  CHECK(REFUSED(&calls.known, "callbacks sets a member that this library does not know") && count.drops == 4);
}

static void a_store_needs_a_key_or_is_left_unencrypted(void) {
  counter count = {WELL, 0, 0};
  appmint_config *config = atomgit();
  appmint_error *error = NULL;
  appmint_app *app = NULL;
  appmint_config_set_store(config, "sqlite::memory: and more", 15);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "a store needs either a store_key or store_unencrypted"));
  STORE(config, &no_store);
  appmint_config_set_store_unencrypted(config, 1);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "give store or own_store, not both"));
  appmint_config_free(config);
  CHECK(count.drops == 1);
  config = atomgit();
  appmint_config_set_capacity(config, 0);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "the capacity is zero") && !app);
  appmint_config_free(config);
}

static void a_store_s_failure_is_an_event(void) {
  counter count = {WELL, 0, 0}, noted = {WELL, 0, 0};
  appmint_config *config = atomgit();
  appmint_signer signer = signer_of(&count);
  appmint_stats *stats = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_app *app;
  appmint_config_set_signer(config, &signer);
  appmint_config_set_api_url(config, "http://127.0.0.1:1", N);
  appmint_config_set_proxy(config, "", 0);
  appmint_config_set_retries(config, 0);
  appmint_config_set_own_store(config, &no_store, NULL, NULL);
  appmint_config_set_store_unencrypted(config, 1);
  appmint_config_set_on_event(config, note_failure, &noted, drop);
  app = app_of(config);
  CHECK(appmint_app_installation(app, "14", N, &source, NULL) == APPMINT_OK);
  CHECK(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, NULL) == APPMINT_ERROR_TRANSPORT);
  CHECK(noted.signs == 1 && same(failure, "the store's `get` returned APPMINT_STORE_YES without a value"));
  CHECK(appmint_app_stats(app, &stats, NULL) == APPMINT_OK);
  CHECK(appmint_stats_store_failed(stats) == 1 && appmint_stats_failed(stats) == 1);
  CHECK(appmint_stats_sources(stats) == 1 && appmint_stats_minted(stats) == 0);
  CHECK(!appmint_app_quota(app) && !appmint_source_quota(source));
  appmint_stats_free(stats);
  appmint_source_free(source);
  appmint_app_free(app);
  CHECK(dropped_once(&count) && dropped_once(&noted));
}

static void a_callback_that_is_refused_is_dropped_at_once(void) {
  counter count = {WELL, 0, 0}, taken_back = {WELL, 0, 0}, stays = {WELL, 0, 0};
  appmint_subscription *subscription = NULL;
  appmint_config *config = atomgit();
  appmint_error *error = NULL;
  appmint_app *app = signing_app(&count);
  appmint_source *source = NULL;
  appmint_config_set_on_event(config, NULL, &count, drop);
  CHECK(refuses(config, "callback is NULL") && count.drops == 1);
  appmint_config_set_on_event(NULL, note_failure, &count, drop);
  CHECK(count.drops == 2);
  appmint_config_set_on_event(config, note_failure, &count, NULL);
  appmint_config_free(config);
  CHECK(appmint_app_installation(app, "14", N, &source, NULL) == APPMINT_OK);
  CHECK(appmint_source_on_change(source, NULL, &count, drop, NULL, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "callback is NULL") && count.drops == 3);
  CHECK(appmint_source_on_change(NULL, forget_change, &count, drop, NULL, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "source is NULL") && count.drops == 4);
  CHECK(appmint_source_on_change(source, forget_change, &count, drop, NULL, NULL) == APPMINT_OK);
  CHECK(count.drops == 4);
  CHECK(appmint_source_on_change(source, forget_change, &taken_back, drop, &subscription, NULL) == APPMINT_OK);
  appmint_subscription_unsubscribe(subscription);
  CHECK(taken_back.drops == 1);
  appmint_subscription_unsubscribe(subscription);
  appmint_subscription_unsubscribe(NULL);
  CHECK(taken_back.drops == 1);
  appmint_subscription_free(subscription);
  CHECK(appmint_source_on_change(source, forget_change, &stays, drop, &subscription, NULL) == APPMINT_OK);
  appmint_subscription_free(subscription);
  CHECK(stays.drops == 0);
  appmint_source_free(source);
  appmint_app_free(app);
  CHECK(count.drops == 6); /* no worker was ever busy: the signer's, and the callback's */
  CHECK(stays.drops == 1);
}

/* ---- errors */

static void a_wrong_key_is_reported_by_the_app(void) {
  appmint_config *config = atomgit();
  appmint_error *error = NULL;
  appmint_app *app = NULL;
  appmint_config_set_private_key(config, "\0\xff not a key", 12);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_ERROR_KEY && app == NULL);
  CHECK(appmint_error_hint(error) != NULL);
  CHECK(strstr(appmint_error_to_string(error), appmint_error_hint(error)) != NULL);
  appmint_error_free(error);
  appmint_config_free(config);
}

static void a_closed_port_is_a_transport_error(void) {
  counter count = {WELL, 0, 0};
  appmint_config *config = atomgit();
  appmint_signer signer = signer_of(&count);
  appmint_app *app;
  appmint_installations *list = NULL;
  appmint_installation *found = (appmint_installation *)&count;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_request *request = NULL;
  appmint_response *response = NULL;
  appmint_error *error = NULL;
  appmint_config_set_signer(config, &signer);
  appmint_config_set_api_url(config, "http://127.0.0.1:1", N);
  appmint_config_set_proxy(config, "", 0);
  appmint_config_set_retries(config, 0);
  app = app_of(config);
  CHECK(appmint_app_installations(app, &list, &error) == APPMINT_OK && !error); /* without a request */
  CHECK(appmint_installations_next(list, &found, NULL) == APPMINT_ERROR_TRANSPORT);
  CHECK(appmint_installations_next(list, &found, &error) == APPMINT_ERROR_TRANSPORT);
  CHECK(found == (appmint_installation *)&count);
  CHECK(appmint_error_reason(error) == APPMINT_REASON_UNREACHABLE);
  CHECK(appmint_error_is_retryable(error) == 1);
  appmint_error_free(error);
  CHECK(appmint_app_installation(app, "14", N, &source, NULL) == APPMINT_OK);
  appmint_app_free(app); /* a source keeps what it needs */
  CHECK(same(appmint_source_installation_id(source), "14"));
  CHECK(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, NULL) == APPMINT_ERROR_TRANSPORT && !token);
  CHECK(appmint_source_expires_at_ms(source) == APPMINT_NO_TIME);
  appmint_source_invalidate(source);
  appmint_source_invalidate_token(source, "ats_1", N);
  appmint_source_invalidate_token(source, NULL, 0);
  appmint_source_invalidate_token(source, "\xff", 1);
  request = appmint_request_new("POST", N, "/x", N);
  appmint_request_set_body(request, "\0\1", 2);
  CHECK(appmint_source_request(source, request, &response, NULL) == APPMINT_ERROR_TRANSPORT);
  appmint_request_free(request);
  appmint_source_free(source);
  CHECK(count.drops == 0); /* a list keeps what it needs, too */
  appmint_installations_free(list);
  CHECK(dropped_once(&count));
}

static void every_number_has_a_name(void) {
  int number;
  CHECK(!appmint_error_kind_name(APPMINT_OK) && !appmint_error_kind_name(-1));
  CHECK(!appmint_error_reason_name(APPMINT_REASON_NONE) && !appmint_error_reason_name(9999));
  for (number = 1; number <= APPMINT_ERROR_INTERNAL; number++) CHECK(appmint_error_kind_name(number));
  CHECK(same(appmint_error_kind_name(APPMINT_ERROR_NOT_FOUND), "not_found"));
  CHECK(same(appmint_error_reason_name(APPMINT_REASON_CLOCK_SKEW), "clock_skew"));
  for (number = 1; number <= APPMINT_TOKEN_USER; number++) CHECK(appmint_token_kind_name(number));
  for (number = 1; number <= APPMINT_EVENT_STORE_FAILED; number++) CHECK(appmint_event_kind_name(number));
  CHECK(same(appmint_token_kind_name(APPMINT_TOKEN_INSTALLATION), "installation"));
  CHECK(same(appmint_event_kind_name(APPMINT_EVENT_SKEW_FOUND), "skew_found"));
  CHECK(!appmint_token_kind_name(0) && !appmint_token_kind_name(APPMINT_TOKEN_USER + 1));
  CHECK(!appmint_event_kind_name(0) && !appmint_event_kind_name(APPMINT_EVENT_STORE_FAILED + 1));
}

/* ---- values */

static void the_library_is_the_header_s(void) {
  char version[32];
  sprintf(version, "%d.%d.%d", APPMINT_VERSION_MAJOR, APPMINT_VERSION_MINOR, APPMINT_VERSION_PATCH);
  CHECK(same(appmint_version(), APPMINT_VERSION) && same(version, APPMINT_VERSION));
  CHECK(appmint_abi_version() == APPMINT_ABI_VERSION);
  CHECK(appmint_list_len(appmint_platforms()) > 0);
  CHECK(same(appmint_list_at(appmint_platforms(), 0), "atomgit"));
  CHECK(!appmint_list_at(appmint_platforms(), 1000));
}

static void a_pattern_finds_secrets_in_a_log(void) {
  static const char *const secrets[] = {"ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghs_1_eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJnaXRodWIifQ-_x.c2lnbmF0dXJl-_",
    "ats_6c91b91bc9ca751ec61140ab55ae8a71", "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz",
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI3NSJ9.c2lnbmF0dXJl"};
  char line[256];
  regex_t pattern;
  regmatch_t match;
  CHECK(regcomp(&pattern, appmint_secret_pattern(), REG_EXTENDED) == 0);
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
    sprintf(line, "GET /user (%s) 200", secrets[i]);
    CHECK(regexec(&pattern, line, 1, &match, 0) == 0);
    CHECK((size_t)(match.rm_eo - match.rm_so) == strlen(secrets[i]) && match.rm_so == 11);
  }
  CHECK(regexec(&pattern, "refresh_token_expires_in ghs_ eyJ.x.y", 1, &match, 0) == REG_NOMATCH);
  regfree(&pattern);
}

static void a_clock_is_shared(void) {
  counter count = {WELL, 0, 0};
  appmint_config *config = atomgit();
  appmint_signer signer = signer_of(&count);
  appmint_clock *clock = appmint_clock_new(1700000000000);
  appmint_token *token = NULL;
  appmint_app *app;
  appmint_config_set_clock(config, clock);
  appmint_config_set_signer(config, &signer);
  app = app_of(config);
  CHECK(appmint_clock_advance_ms(clock, 1000, NULL) == APPMINT_OK);
  CHECK(appmint_clock_advance_ms(clock, -1, NULL) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(appmint_clock_now_ms(clock) == 1700000001000);
  CHECK(appmint_app_jwt(app, &token, NULL) == APPMINT_OK);
  CHECK(appmint_token_expires_at_ms(token) == 1700000541000);
  CHECK(appmint_token_refresh_token_expires_at_ms(token) == APPMINT_NO_TIME);
  CHECK(strstr(appmint_token_to_string(token), "[redacted]") != NULL);
  appmint_token_free(token);
  appmint_clock_set_ms(clock, 0);
  appmint_clock_free(clock);
  CHECK(appmint_app_jwt(app, &token, NULL) == APPMINT_OK);
  CHECK(appmint_token_expires_at_ms(token) == 540000);
  appmint_token_free(token);
  appmint_app_free(app);
  CHECK(dropped_once(&count));
}

static void an_authorization_brings_its_code_back(void) {
  appmint_config *config = atomgit();
  appmint_authorization *authorization = NULL;
  appmint_text *code = NULL;
  appmint_app *app;
  char callback[256];
  size_t len = 0;
  appmint_config_set_client_id(config, "c", N);
  app = app_of(config);
  CHECK(appmint_app_authorize(app, NULL, &authorization, NULL) == APPMINT_OK);
  CHECK(strlen(appmint_authorization_state(authorization)) == 43);
  CHECK(strstr(appmint_authorization_url(authorization), "client_id=c"));
  len = 7;
  CHECK(!appmint_authorization_code_verifier(authorization, &len) && len == 0);
  sprintf(callback, "https://x/?code=abc&state=%s", appmint_authorization_state(authorization));
  CHECK(appmint_app_authorization_code(app, callback, N, "other", N, &code, NULL) ==
        APPMINT_ERROR_REAUTHORIZE);
  CHECK(code == NULL);
  CHECK(appmint_app_authorization_code(app, callback, N, appmint_authorization_state(authorization),
                                       N, &code, NULL) == APPMINT_OK);
  CHECK(same(appmint_text_reveal(code, &len), "abc") && len == 3);
  appmint_text_free(code);
  appmint_authorization_free(authorization);
  appmint_app_free(app);
}

/* ---- logins, sessions */

static appmint_app *with_users(void) {
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_client_id(config, "c", N);
  appmint_config_set_client_secret(config, "s", N);
  appmint_config_set_api_url(config, "http://127.0.0.1:1", N);
  appmint_config_set_web_url(config, "http://127.0.0.1:1", N);
  appmint_config_set_proxy(config, "", 0);
  appmint_config_set_retries(config, 0);
  appmint_config_set_store(config, "memory:", N);
  appmint_config_set_store_key(config, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", N);
  return app_of(config);
}

static void an_authorization_is_sealed_until_the_user_comes_back(void) {
  appmint_app *app = with_users();
  appmint_authorization *authorization = NULL, *opened = NULL;
  appmint_text *sealed = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  char callback[256];
  size_t len = 0;
  CHECK(appmint_app_authorize(app, NULL, &authorization, NULL) == APPMINT_OK);
  CHECK(!appmint_authorization_redirect_uri(authorization));
  CHECK(appmint_app_seal_authorization(app, authorization, &sealed, NULL) == APPMINT_OK);
  CHECK(appmint_app_seal_authorization(app, NULL, &sealed, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "authorization is NULL"));
  appmint_text_reveal(sealed, &len);
  CHECK(len > 0 && len == strlen(appmint_text_reveal(sealed, NULL)));
  appmint_app_free(app);
  app = with_users();
  CHECK(appmint_app_open_authorization(app, appmint_text_reveal(sealed, NULL), len - 1, &opened, NULL) ==
        APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(!opened);
  CHECK(appmint_app_open_authorization(app, appmint_text_reveal(sealed, NULL), len, &opened, NULL) == APPMINT_OK);
  CHECK(same(appmint_authorization_state(opened), appmint_authorization_state(authorization)));
  CHECK(appmint_app_finish_authorization(app, opened, "?code=abc&state=other", N, &token, &error) ==
        APPMINT_ERROR_REAUTHORIZE);
  CHECK(appmint_error_reason(error) == APPMINT_REASON_STATE_MISMATCH);
  appmint_error_free(error);
  sprintf(callback, "?code=abc&state=%s", appmint_authorization_state(opened));
  CHECK(appmint_app_finish_authorization(app, opened, callback, N, &token, NULL) == APPMINT_ERROR_TRANSPORT);
  CHECK(!token);
  appmint_text_free(sealed);
  appmint_authorization_free(opened);
  appmint_authorization_free(authorization);
  appmint_app_free(app);
}

static void *cancel_soon(void *login) {
  struct timespec pause = {0, 50 * 1000 * 1000};
  nanosleep(&pause, NULL);
  appmint_login_cancel(login);
  return NULL;
}
static void a_login_is_cancelled_while_another_thread_waits(void) {
  appmint_app *app = with_users();
  appmint_login_request *request = appmint_login_request_new();
  appmint_login *login = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  pthread_t thread;
  appmint_login_request_add_scope(request, "repo", N);
  appmint_login_request_set_login_hint(request, "octocat", N);
  appmint_login_request_add_port(request, 0);
  appmint_login_request_set_path(request, "/back and more", 5);
  appmint_login_request_set_prompt(request, "select_account", N);
  appmint_login_request_set_host(request, "localhost and more", 9);
  CHECK(appmint_app_start_login(app, request, &login, NULL) == APPMINT_OK);
  appmint_login_request_free(request);
  appmint_app_free(app); /* a login keeps what it needs */
  CHECK(strstr(appmint_login_url(login), "code_challenge="));
  CHECK(strstr(appmint_login_url(login), "prompt=select_account"));
  CHECK(strstr(appmint_login_redirect_uri(login), "http://localhost:") == appmint_login_redirect_uri(login));
  CHECK(strstr(appmint_login_redirect_uri(login), "/back"));
  CHECK(!pthread_create(&thread, NULL, cancel_soon, login));
  CHECK(appmint_login_wait(login, APPMINT_DEFAULT, &token, NULL) == APPMINT_ERROR_CANCELLED);
  pthread_join(thread, NULL);
  CHECK(appmint_login_wait(login, APPMINT_DEFAULT, &token, &error) == APPMINT_ERROR_CANCELLED);
  CHECK(says(&error, "the login was cancelled") && !token);
  appmint_login_free(login);
}

static void a_session_needs_a_user_s_token(void) {
  static const char *const scopes[] = {"repo", "user"};
  appmint_app *app = with_users();
  appmint_source *session = NULL;
  appmint_token *token = NULL;
  appmint_device_login *device = NULL;
  appmint_error *error = NULL;
  CHECK(appmint_app_session(app, "", 0, &session, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "the session's name is empty") && !session);
  CHECK(appmint_app_session(app, "octocat and more", 7, &session, NULL) == APPMINT_OK);
  CHECK(appmint_source_token(session, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error) == APPMINT_ERROR_REAUTHORIZE);
  CHECK(appmint_error_reason(error) == APPMINT_REASON_NO_SESSION && !token);
  appmint_error_free(error);
  CHECK(appmint_app_start_session(app, "octocat", N, NULL, NULL, 0, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "token is NULL"));
  CHECK(appmint_app_end_session(app, "octocat", N, NULL) == APPMINT_OK); /* there is none */
  CHECK(appmint_app_start_device_login(app, scopes, NULL, 2, &device, NULL) == APPMINT_ERROR_TRANSPORT);
  CHECK(appmint_app_start_device_login(app, NULL, NULL, 0, &device, NULL) == APPMINT_ERROR_TRANSPORT && !device);
  appmint_source_free(session);
  appmint_app_free(app);
}

/* ---- lookups, scopes, webhooks */

static appmint_app *github_with(const appmint_signer *signer) {
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_app_id(config, "75", N);
  appmint_config_set_signer(config, signer);
  appmint_config_set_api_url(config, "http://127.0.0.1:1", N);
  appmint_config_set_proxy(config, "", 0);
  appmint_config_set_retries(config, 0);
  return app_of(config);
}
static appmint_app *github(void) {
  appmint_signer signer = {sizeof signer, NULL, ones, NULL};
  return github_with(&signer);
}

static void a_lookup_has_a_kind(void) {
  appmint_app *app = github();
  appmint_installation *found = NULL;
  appmint_error *error = NULL;
  int kind;
  CHECK(appmint_app_clock_offset_ms(app) == 0);
  for (kind = APPMINT_LOOKUP_ACCOUNT; kind <= APPMINT_LOOKUP_ENTERPRISE; kind++)
    CHECK(appmint_app_find_installation(app, kind, "a/b and more",
                                           kind == APPMINT_LOOKUP_REPOSITORY ? 3 : 1, &found,
                                           NULL) == APPMINT_ERROR_TRANSPORT);
  CHECK(appmint_app_find_installation(app, APPMINT_LOOKUP_REPOSITORY, "a", N, &found, &error) ==
        APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "a repository is written as owner/name"));
  for (kind = -1; kind <= 6; kind += 7) {
    CHECK(appmint_app_find_installation(app, kind, "a", N, &found, &error) ==
          APPMINT_ERROR_INVALID_ARGUMENT);
    CHECK(says(&error, kind < 0 ? "-1 is not a value of appmint_lookup" : "6 is not a value of appmint_lookup"));
  }
  CHECK(!found);
  appmint_app_free(app);
}

static void a_source_is_looked_up_when_it_is_needed(void) {
  appmint_app *app = github();
  appmint_scope *scope = appmint_scope_new();
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
#define ON(kind, text, scope) appmint_app_installation_by(app, kind, text, N, scope, &source, &error)
  CHECK(ON(APPMINT_LOOKUP_ID, "14", NULL) == APPMINT_OK && same(appmint_source_installation_id(source), "14"));
  appmint_source_free(source);
  CHECK(ON(APPMINT_LOOKUP_ORGANIZATION, "acme", NULL) == APPMINT_OK);
  CHECK(!appmint_source_installation_id(source));
  CHECK(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, NULL) == APPMINT_ERROR_TRANSPORT && !token);
  appmint_source_free(source);
  source = NULL;
  CHECK(ON(7, "acme", NULL) == APPMINT_ERROR_INVALID_ARGUMENT && says(&error, "7 is not a value of appmint_lookup"));
  CHECK(ON(APPMINT_LOOKUP_REPOSITORY, "a", NULL) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "a repository is written as owner/name"));
  CHECK(ON(APPMINT_LOOKUP_USER, "a", scope) == APPMINT_ERROR_INVALID_ARGUMENT); /* not everything */
  CHECK(says(&error, "the scope is empty, so it narrows nothing") && !source);
  appmint_scope_free(scope);
  appmint_app_free(app);
}

static void a_scope_narrows_a_source(void) {
  appmint_app *app = github();
  appmint_scope *scope = appmint_scope_new();
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  CHECK(appmint_app_installation_by(app, APPMINT_LOOKUP_ID, "14", N, scope, &source, &error) ==
        APPMINT_ERROR_INVALID_ARGUMENT); /* a scope that names nothing is not everything */
  CHECK(says(&error, "the scope is empty, so it narrows nothing"));
  CHECK(appmint_app_installation_by(app, APPMINT_LOOKUP_ID, "14", N, NULL, &source, NULL) == APPMINT_OK); /* all */
  appmint_source_free(source);
  source = NULL;
  appmint_scope_add_repository(scope, "api and more", 3);
  appmint_scope_add_repository_id(scope, "17", N);
  appmint_scope_set_permission(scope, "contents", N, "read", N);
  CHECK(appmint_app_installation_by(app, APPMINT_LOOKUP_ID, "14", N, scope, &source, NULL) == APPMINT_OK);
  appmint_scope_add_repository(scope, "acme/api", N);
  appmint_app_free(app);
  CHECK(same(appmint_source_installation_id(source), "14"));
  CHECK(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, NULL) == APPMINT_ERROR_TRANSPORT); /* has a copy */
  appmint_source_free(source);
  source = NULL;
  app = github();
  CHECK(appmint_app_installation_by(app, APPMINT_LOOKUP_ID, "14", N, scope, &source, &error) ==
        APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "the repository `acme/api` is written with its owner"));
  CHECK(!source && !token);
  appmint_scope_free(scope);
  appmint_app_free(app);
}

static void a_webhook_is_verified(void) {
  static const char body[] = "{\"foo\":\"bar\"}, and more";
  const size_t len = 13;
  const appmint_header headers[] = {
      {"x-github-event and more", 14, "push", N},
      {"X-Hub-Signature-256", N, "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3", N},
      {"X-GitHub-Delivery", N, "d-1 and more", 3}};
  const char *const secrets[] = {"new", "mysecret"}, *const wrong[] = {"new", "other"};
  const char *const long_ones[] = {"new", "mysecret and more"};
  const size_t lens[] = {N, 8};
  const char *const hole[] = {"mysecret", NULL}, *const bad[] = {"a\xff"};
  const appmint_header no_name = {NULL, 0, "x", N}, no_value = {"x", N, NULL, 0}, nul_value = {"x", N, "a\0b", 3};
  appmint_app *app = github();
  appmint_webhook_event *webhook = NULL;
  appmint_error *error = NULL;
  size_t payload_len = 0;
#define VERIFY(headers, n, body, len, secrets, m) \
  appmint_app_verify_webhook(app, headers, n, body, len, secrets, NULL, m, &webhook, &error)
  CHECK(VERIFY(headers, 3, body, len, secrets, 2) == APPMINT_OK && !error);
  CHECK(same(appmint_webhook_event_name(webhook), "push"));
  CHECK(same(appmint_webhook_event_delivery_id(webhook), "d-1"));
  CHECK(appmint_webhook_event_installation_id(webhook) == NULL);
  CHECK(same(appmint_webhook_event_payload(webhook, &payload_len), "{\"foo\":\"bar\"}"));
  CHECK(payload_len == len && appmint_webhook_event_payload(webhook, NULL));
  CHECK(appmint_app_apply_webhook(app, webhook) == 0); /* it names no installation */
  appmint_webhook_event_free(webhook);
  webhook = NULL;
  CHECK(VERIFY(headers, 3, body, len, wrong, 2) == APPMINT_ERROR_UNAUTHORIZED);
  CHECK(appmint_error_reason(error) == APPMINT_REASON_INVALID_SIGNATURE);
  CHECK(says(&error, "the webhook's signature does not match any secret"));
  CHECK(VERIFY(headers, 3, body, N, secrets, 2) == APPMINT_ERROR_UNAUTHORIZED); /* another body */
  CHECK(says(&error, "the webhook's signature does not match any secret"));
  CHECK(VERIFY(headers, 1, body, len, secrets, 2) == APPMINT_ERROR_UNAUTHORIZED);
  CHECK(says(&error, "the webhook has no signature: no header X-Hub-Signature-256"));
  CHECK(VERIFY(NULL, 0, body, len, secrets, 2) == APPMINT_ERROR_UNAUTHORIZED);
  CHECK(says(&error, "the webhook has no signature: no header X-Hub-Signature-256"));
  CHECK(VERIFY(headers, 3, body, len, NULL, 0) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "a webhook secret is missing or empty"));
  CHECK(VERIFY(NULL, 1, body, len, secrets, 2) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "headers is NULL"));
  CHECK(VERIFY(headers, 3, body, len, NULL, 1) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "secrets is NULL"));
  CHECK(VERIFY(headers, N / 8, body, len, secrets, 2) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "the number of headers is not a valid number"));
  CHECK(VERIFY(headers, 3, body, len, hole, 2) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "secret is NULL"));
  CHECK(VERIFY(headers, 3, body, len, bad, 1) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "secret is not UTF-8"));
  CHECK(VERIFY(&no_name, 1, body, len, secrets, 2) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "header's name is NULL"));
  CHECK(VERIFY(&no_value, 1, body, len, secrets, 2) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "header's value is NULL"));
  CHECK(VERIFY(&nul_value, 1, body, len, secrets, 2) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "header's value contains a NUL"));
  CHECK(!webhook);
  CHECK(appmint_app_verify_webhook(app, headers, 3, body, len, long_ones, lens, 2, &webhook, NULL) == APPMINT_OK);
  appmint_webhook_event_free(webhook);
  appmint_app_free(app);
}

static void *request_jwts(void *app) {
  int i;
  for (i = 0; i < 20; i++) {
    appmint_token *token = NULL;
    CHECK(appmint_app_jwt(app, &token, NULL) == APPMINT_OK);
    CHECK(appmint_map_len(appmint_token_permissions(token)) == 0);
    appmint_token_free(token);
  }
  return NULL;
}

static void many_threads_share_an_app(void) {
  counter count = {WELL, 0, 0};
  appmint_app *app = signing_app(&count);
  pthread_t threads[4];
  int i;
  for (i = 0; i < 4; i++) CHECK(!pthread_create(&threads[i], NULL, request_jwts, app));
  for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  CHECK(count.signs >= 1 && count.signs <= 4);
  appmint_app_free(app);
  CHECK(dropped_once(&count));
}

/* ---- with a platform that responds */

/* Responds on one connection after the other, and keeps the requests. */
typedef struct { int socket; const char *const *replies; char url[64], requests[4][2048]; } platform;

static void *serve(void *it) {
  platform *served = it;
  int i;
  for (i = 0; served->replies[i]; i++) {
    char head[256], *body, *length;
    size_t len = 0, more;
    int connection = accept(served->socket, NULL, NULL);
    do {
      ssize_t got = read(connection, served->requests[i] + len, sizeof served->requests[i] - 1 - len);
      if (got <= 0) break;
      served->requests[i][len += (size_t)got] = '\0';
      body = strstr(served->requests[i], "\r\n\r\n");
      length = strstr(served->requests[i], "ontent-length: ");
      if (!length) length = strstr(served->requests[i], "ontent-Length: ");
      more = body && length ? strtoul(length + 15, NULL, 10) : 0;
    } while (!body || strlen(body + 4) < more);
    sprintf(head, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %lu\r\n\r\n",
            *served->replies[i] ? "200 OK" : "204 No Content", (unsigned long)strlen(served->replies[i]));
    CHECK(write(connection, head, strlen(head)) > 0);
    CHECK(write(connection, served->replies[i], strlen(served->replies[i])) >= 0);
    close(connection);
  }
  return NULL;
}
static appmint_app *app_at(platform *served, const char *const *replies, pthread_t *thread) {
  struct sockaddr_in address = {0};
  socklen_t len = sizeof address;
  appmint_config *config = appmint_config_new();
  appmint_signer signer = {sizeof signer, NULL, ones, NULL};
  memset(served, 0, sizeof *served);
  served->replies = replies;
  served->socket = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(!bind(served->socket, (struct sockaddr *)&address, len) && !listen(served->socket, 4));
  CHECK(!getsockname(served->socket, (struct sockaddr *)&address, &len));
  sprintf(served->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
  CHECK(!pthread_create(thread, NULL, serve, served));
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_app_id(config, "75", N);
  appmint_config_set_client_id(config, "c", N);
  appmint_config_set_client_secret(config, "s", N);
  appmint_config_set_signer(config, &signer);
  appmint_config_set_api_url(config, served->url, N);
  appmint_config_set_web_url(config, served->url, N);
  appmint_config_set_proxy(config, "", 0);
  appmint_config_set_retries(config, 0);
  appmint_config_set_retry_wait_ms(config, 1);
  return app_of(config);
}
static void done_with(platform *served, pthread_t thread) {
  pthread_join(thread, NULL);
  close(served->socket);
}

static void a_list_is_fetched_by_its_first_item(void) {
  const char *const replies[] = {"[{\"id\":1},{\"id\":2}]", NULL};
  appmint_installations *list = NULL;
  appmint_installation *one = NULL, *two = NULL, *none = (appmint_installation *)replies;
  platform served;
  pthread_t thread;
  appmint_app *app = app_at(&served, replies, &thread);
  CHECK(appmint_app_installations(app, &list, NULL) == APPMINT_OK);
  appmint_app_free(app); /* a list keeps what it needs */
  CHECK(appmint_installations_next(list, &one, NULL) == APPMINT_OK);
  CHECK(appmint_installations_next(list, &two, NULL) == APPMINT_OK);
  CHECK(appmint_installations_next(list, &none, NULL) == APPMINT_OK && !none);
  none = (appmint_installation *)replies;
  CHECK(appmint_installations_next(list, &none, NULL) == APPMINT_OK && !none); /* and stays at its end */
  appmint_installations_free(list);
  CHECK(same(appmint_installation_id(one), "1")); /* an item outlives its list */
  CHECK(same(appmint_installation_id(two), "2"));
  appmint_installation_free(one);
  appmint_installation_free(two);
  done_with(&served, thread);
}

static void a_manifest_s_secrets_are_revealed(void) {
  const char *const replies[] = {
      "{\"id\":75,\"slug\":\"x\",\"client_secret\":\"very-secret\",\"webhook_secret\":null,\"pem\":\"-----\"}", NULL};
  appmint_registration *registration = NULL;
  platform served;
  pthread_t thread;
  size_t len = 7;
  appmint_app *app = app_at(&served, replies, &thread);
  CHECK(appmint_app_convert_manifest(app, "code and more", 4, &registration, NULL) == APPMINT_OK);
  CHECK(same(appmint_registration_id(registration), "75") && same(appmint_registration_slug(registration), "x"));
  CHECK(same(appmint_registration_reveal_client_secret(registration, &len), "very-secret") && len == 11);
  CHECK(!appmint_registration_reveal_webhook_secret(registration, &len) && len == 0);
  CHECK(same(appmint_registration_reveal_private_key(registration, NULL), "-----"));
  CHECK(strstr(appmint_registration_raw(registration, NULL), "\"slug\""));
  CHECK(!strstr(appmint_registration_raw(registration, NULL), "very-secret"));
  CHECK(appmint_map_len(appmint_registration_permissions(registration)) == 0);
  CHECK(appmint_list_len(appmint_registration_events(registration)) == 0);
  CHECK(appmint_registration_created_at_ms(registration) == APPMINT_NO_TIME);
  appmint_registration_free(registration);
  done_with(&served, thread);
  CHECK(!strncmp(served.requests[0], "POST /app-manifests/code/conversions ", 37));
  CHECK(!strstr(served.requests[0], "uthorization")); /* needs no credential */
  appmint_app_free(app);
}

static void a_value_that_is_not_reported_has_its_own_number(void) {
  const char *const replies[] = {"{\"id\":1,\"status_code\":200,\"redelivery\":false}", "{\"id\":2}",
                                 "{\"insecure_ssl\":\"1\"}", NULL};
  appmint_webhook_delivery *known = NULL, *unknown = NULL;
  appmint_webhook_config *config = NULL;
  platform served;
  pthread_t thread;
  appmint_app *app = app_at(&served, replies, &thread);
  CHECK(appmint_app_webhook_delivery(app, "1", N, &known, NULL) == APPMINT_OK);
  CHECK(appmint_app_webhook_delivery(app, "2", N, &unknown, NULL) == APPMINT_OK);
  CHECK(appmint_webhook_delivery_status_code(known) == 200 && appmint_webhook_delivery_status_code(unknown) == 0);
  CHECK(appmint_webhook_delivery_is_redelivery(known) == 0 && appmint_webhook_delivery_is_redelivery(unknown) == -1);
  CHECK(appmint_webhook_delivery_delivered_at_ms(unknown) == APPMINT_NO_TIME && !appmint_webhook_delivery_guid(unknown));
  CHECK(appmint_app_webhook_config(app, &config, NULL) == APPMINT_OK);
  CHECK(appmint_webhook_config_insecure_ssl(config) == 1 && !appmint_webhook_config_url(config));
  appmint_webhook_delivery_free(known);
  appmint_webhook_delivery_free(unknown);
  appmint_webhook_config_free(config);
  done_with(&served, thread);
  appmint_app_free(app);
}

static void an_update_changes_the_members_that_are_set(void) {
  const char *const replies[] = {"{\"url\":\"https://x/\"}", NULL};
  appmint_webhook_update *change = appmint_webhook_update_new();
  appmint_webhook_config *config = NULL;
  appmint_error *error = NULL;
  platform served;
  pthread_t thread;
  appmint_app *app = app_at(&served, replies, &thread);
  CHECK(appmint_app_update_webhook_config(app, change, &config, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "the webhook update changes nothing"));
  CHECK(appmint_app_update_webhook_config(app, NULL, &config, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "update is NULL"));
  appmint_webhook_update_set_url(change, "https://x/ and more", 10);
  appmint_webhook_update_set_insecure_ssl(change, 0);
  CHECK(appmint_app_update_webhook_config(app, change, &config, NULL) == APPMINT_OK);
  appmint_webhook_update_free(change);
  CHECK(same(appmint_webhook_config_url(config), "https://x/") && appmint_webhook_config_insecure_ssl(config) == -1);
  appmint_webhook_config_free(config);
  done_with(&served, thread);
  CHECK(strstr(served.requests[0], "\"url\":\"https://x/\"") && strstr(served.requests[0], "\"insecure_ssl\":\"0\""));
  CHECK(!strstr(served.requests[0], "content_type"));
  appmint_app_free(app);
}

static void a_token_is_scoped_to_one_account(void) {
  const char *const replies[] = {"{\"token\":\"ghu_scoped\"}", NULL};
  appmint_scope *scope = appmint_scope_new();
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  platform served;
  pthread_t thread;
  appmint_app *app = app_at(&served, replies, &thread);
#define SCOPE(name, id, scope) appmint_app_scope_token(app, "ghu_all", N, name, N, id, N, scope, &token, &error)
  CHECK(SCOPE(NULL, NULL, NULL) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "a token is scoped to exactly one account"));
  CHECK(SCOPE("acme", "1", NULL) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "a token is scoped to exactly one account"));
  CHECK(SCOPE("acme", NULL, scope) == APPMINT_ERROR_INVALID_ARGUMENT); /* one that names nothing is not everything */
  CHECK(says(&error, "the scope is empty, so it narrows nothing"));
  CHECK(!token && SCOPE("acme", NULL, NULL) == APPMINT_OK);
  CHECK(same(appmint_token_reveal(token, NULL), "ghu_scoped") && !appmint_token_account(token));
  appmint_token_free(token);
  appmint_scope_free(scope);
  done_with(&served, thread);
  CHECK(strstr(served.requests[0], "\"target\":\"acme\"") && !strstr(served.requests[0], "target_id"));
  appmint_app_free(app);
}

static void credentials_are_reported_together(void) {
  const char *const replies[] = {"", NULL}, *const leaked[] = {"ghp_one", "ghp_two"}, *const hole[] = {"ghp_one", NULL};
  appmint_error *error = NULL;
  platform served;
  pthread_t thread;
  appmint_app *app = app_at(&served, replies, &thread);
  CHECK(appmint_app_revoke_credentials(app, NULL, NULL, 0, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "the list of credentials is empty, or one of them is"));
  CHECK(appmint_app_revoke_credentials(app, NULL, NULL, 1, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "credentials is NULL"));
  CHECK(appmint_app_revoke_credentials(app, hole, NULL, 2, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "credential is NULL"));
  CHECK(appmint_app_revoke_credentials(app, leaked, NULL, 2, NULL) == APPMINT_OK);
  done_with(&served, thread);
  CHECK(strstr(served.requests[0], "[\"ghp_one\",\"ghp_two\"]") && !strstr(served.requests[0], "uthorization"));
  appmint_app_free(app);
}

/* Cancels after the platform's last response. */
typedef struct { pthread_t platform; appmint_device_login *login; } cancelling;

static void *cancel_after_the_last_response(void *it) {
  cancelling *one = it;
  pthread_join(one->platform, NULL);
  appmint_device_login_cancel(one->login);
  return NULL;
}
static void a_device_login_is_cancelled_while_another_thread_waits(void) {
  const char *const replies[] = {
      "{\"device_code\":\"d\",\"user_code\":\"U-C\",\"verification_uri\":\"https://x/\",\"expires_in\":900,\"interval\":0}",
      "{\"error\":\"slow_down\",\"interval\":60}", NULL};
  cancelling one = {0};
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  platform served;
  pthread_t thread;
  appmint_app *app = app_at(&served, replies, &one.platform);
  CHECK(appmint_app_start_device_login(app, NULL, NULL, 0, &one.login, NULL) == APPMINT_OK);
  appmint_app_free(app); /* a login keeps what it needs */
  CHECK(same(appmint_device_login_user_code(one.login), "U-C"));
  CHECK(!pthread_create(&thread, NULL, cancel_after_the_last_response, &one));
  CHECK(appmint_device_login_wait(one.login, &token, NULL) == APPMINT_ERROR_CANCELLED);
  pthread_join(thread, NULL);
  CHECK(appmint_device_login_wait(one.login, &token, &error) == APPMINT_ERROR_CANCELLED);
  CHECK(says(&error, "the login was cancelled") && !token);
  CHECK(appmint_device_login_poll(one.login, &token, NULL) == APPMINT_ERROR_CANCELLED);
  appmint_device_login_free(one.login);
  close(served.socket);
}

static void a_server_describes_itself_and_its_tokens(void) {
  char metadata[512];
  const char *const replies[] = {
      metadata, "{\"active\":true,\"scope\":\"a b\",\"aud\":\"x\",\"sub\":\"7\",\"exp\":1700000000}",
      "{\"active\":false}", "", NULL};
  appmint_config *config = appmint_config_new();
  appmint_text *descriptor = NULL;
  appmint_introspection *known = NULL, *over = NULL;
  appmint_error *error = NULL;
  platform served;
  pthread_t thread;
  size_t len = 0;
  appmint_app *app = app_at(&served, replies, &thread);
  appmint_app_free(app);
  sprintf(metadata, "{\"issuer\":\"%s\",\"token_endpoint\":\"%s/t\",\"introspection_endpoint\":\"%s/i\","
          "\"revocation_endpoint\":\"%s/r\"}", served.url, served.url, served.url, served.url);
  CHECK(appmint_discover(NULL, "gitlab.com", N, &descriptor, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "the issuer is not a URL") && !descriptor);
  appmint_config_set_proxy(config, "", 0);
  CHECK(appmint_discover(config, served.url, N, &descriptor, NULL) == APPMINT_OK);
  CHECK(appmint_text_reveal(descriptor, &len) && len > 0);
  appmint_config_set_platform_descriptor(config, appmint_text_reveal(descriptor, NULL), len);
  appmint_text_free(descriptor);
  appmint_config_set_client_id(config, "c", N);
  appmint_config_set_client_secret(config, "s", N);
  app = app_of(config);
  CHECK(appmint_app_introspect_token(app, "one and more", 3, NULL, 0, &known, NULL) == APPMINT_OK);
  CHECK(appmint_app_introspect_token(app, "two", N, "refresh_token and more", 13, &over, NULL) == APPMINT_OK);
  CHECK(appmint_app_revoke_token(app, "three", N, "access_token", N, NULL) == APPMINT_OK);
  CHECK(appmint_introspection_active(known) == 1 && appmint_introspection_active(over) == 0);
  CHECK(appmint_list_len(appmint_introspection_scopes(known)) == 2 && same(appmint_introspection_subject(known), "7"));
  CHECK(same(appmint_list_at(appmint_introspection_audience(known), 0), "x"));
  CHECK(appmint_introspection_expires_at_ms(known) == 1700000000000);
  CHECK(appmint_introspection_not_before_ms(known) == APPMINT_NO_TIME);
  CHECK(!appmint_introspection_username(known) && !appmint_introspection_client_id(over));
  CHECK(same(appmint_introspection_raw(over, &len), "{\"active\":false}") && len == 16);
  appmint_introspection_free(known);
  appmint_introspection_free(over);
  done_with(&served, thread);
  CHECK(strstr(served.requests[0], "GET /.well-known/oauth-authorization-server "));
  CHECK(strstr(served.requests[1], "POST /i ") && strstr(served.requests[1], "token=one") && !strstr(served.requests[1], "hint"));
  CHECK(strstr(served.requests[2], "token=two&token_type_hint=refresh_token"));
  CHECK(strstr(served.requests[3], "POST /r ") && strstr(served.requests[3], "token=three&token_type_hint=access_token"));
  appmint_app_free(app);
}

/* The signer waits for this mutex. */
static pthread_mutex_t key = PTHREAD_MUTEX_INITIALIZER;

static int wait_and_sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                         size_t *signature_len) {
  pthread_mutex_lock(&key);
  pthread_mutex_unlock(&key);
  return ones(userdata, message, message_len, signature, signature_len);
}

static void a_caller_stops_waiting(void) {
  appmint_signer signer = {sizeof signer, NULL, wait_and_sign, NULL};
  appmint_app *app = github_with(&signer);
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_text *header = NULL;
  appmint_request *request = NULL;
  appmint_response *response = NULL;
  appmint_error *error = NULL;
  CHECK(appmint_app_installation(app, "14", N, &source, NULL) == APPMINT_OK);
  pthread_mutex_lock(&key);
  CHECK(appmint_source_token(source, 0, 0, &token, &error) == APPMINT_ERROR_TIMEOUT && !token);
  pthread_mutex_unlock(&key);
  CHECK(says(&error, "the answer was not there yet, and the timeout of this call is 0"));
  CHECK(appmint_source_authorization_header(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &header, NULL) == APPMINT_ERROR_TRANSPORT && !header);
  CHECK(appmint_source_revoke(source, NULL) == APPMINT_OK); /* there is no token to end */
  request = appmint_request_new("GET", N, "/x", N);
  appmint_request_set_timeout_ms(request, 0);
  CHECK(appmint_app_request(app, request, &response, NULL) == APPMINT_ERROR_TIMEOUT && !response);
  appmint_request_free(request);
  appmint_source_free(source);
  appmint_app_free(app);
}

static void an_app_s_tokens_need_a_platform_that_has_them(void) {
  static const char *const scopes[] = {"api", NULL};
  appmint_app *app = github();
  appmint_source *source = NULL;
  appmint_error *error = NULL;
  CHECK(appmint_app_app_tokens(app, NULL, NULL, 0, NULL, 0, &source, NULL) == APPMINT_ERROR_UNSUPPORTED);
  CHECK(appmint_app_app_tokens(app, scopes, NULL, 1, "octocat", N, &source, NULL) == APPMINT_ERROR_UNSUPPORTED);
  CHECK(appmint_app_app_tokens(app, scopes, NULL, 2, NULL, 0, &source, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "scope is NULL"));
  CHECK(appmint_app_app_tokens(app, NULL, NULL, 1, NULL, 0, &source, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "scopes is NULL") && !source);
  appmint_app_free(app);
}

static void a_key_that_is_named_must_be_given(void) {
  appmint_config *config = appmint_config_new();
  appmint_error *error = NULL;
  appmint_app *app = NULL;
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_app_id(config, "75", N);
  appmint_config_set_key_id(config, "k-1 and more", 3);
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(says(&error, "key_id names a key, and the key is missing") && !app);
  appmint_config_free(config);
}

static void an_install_brings_its_state_back(void) {
  appmint_app *app = github();
  appmint_authorization *authorization = NULL;
  appmint_installation *found = NULL;
  appmint_error *error = NULL;
  CHECK(appmint_app_install_url(app, "my-app", N, NULL, 0, NULL, 0, &authorization, NULL) == APPMINT_OK);
  CHECK(strlen(appmint_authorization_state(authorization)) == 43);
  CHECK(strstr(appmint_authorization_url(authorization), "/my-app/"));
  CHECK(!appmint_authorization_code_verifier(authorization, NULL));
  appmint_authorization_free(authorization);
  CHECK(appmint_app_install_url(app, "my-app", N, "", 0, NULL, 0, &authorization, &error) ==
        APPMINT_ERROR_INVALID_ARGUMENT); /* an empty state is not an absent one */
  CHECK(says(&error, "the state is empty"));
  CHECK(appmint_app_finish_install(app, "?installation_id=1&state=a", N, "b", N, &found, NULL) ==
        APPMINT_ERROR_REAUTHORIZE && !found);
  appmint_app_free(app);
}

int main(void) {
  a_signer_signs_and_is_dropped_once();
  a_failing_signer_is_an_error();
  a_signer_that_is_refused_is_dropped_at_once();
  the_first_mistake_of_the_setters_is_reported();
  a_store_that_lacks_a_function_is_refused();
  a_struct_of_a_later_header_is_refused_if_it_sets_what_nobody_would_call();
  a_store_needs_a_key_or_is_left_unencrypted();
  a_store_s_failure_is_an_event();
  a_callback_that_is_refused_is_dropped_at_once();
  a_wrong_key_is_reported_by_the_app();
  a_closed_port_is_a_transport_error();
  every_number_has_a_name();
  the_library_is_the_header_s();
  a_pattern_finds_secrets_in_a_log();
  a_clock_is_shared();
  an_authorization_brings_its_code_back();
  an_authorization_is_sealed_until_the_user_comes_back();
  a_login_is_cancelled_while_another_thread_waits();
  a_session_needs_a_user_s_token();
  a_lookup_has_a_kind();
  a_source_is_looked_up_when_it_is_needed();
  a_scope_narrows_a_source();
  a_webhook_is_verified();
  many_threads_share_an_app();
  a_list_is_fetched_by_its_first_item();
  a_manifest_s_secrets_are_revealed();
  a_value_that_is_not_reported_has_its_own_number();
  an_update_changes_the_members_that_are_set();
  a_token_is_scoped_to_one_account();
  credentials_are_reported_together();
  a_device_login_is_cancelled_while_another_thread_waits();
  a_server_describes_itself_and_its_tokens();
  a_caller_stops_waiting();
  an_app_s_tokens_need_a_platform_that_has_them();
  a_key_that_is_named_must_be_given();
  an_install_brings_its_state_back();
  printf("%d failures\n", failures);
  return failures != 0;
}
