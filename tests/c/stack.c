/*
 * Every function without network I/O runs on a thread with the stack that the header promises, and so do the
 * calls that wait: the work is done on threads of the library.
 *
 * usage: stack [measure]   (sandboxed.py starts the sandbox; with `measure` it prints the stack that each step uses)
 */
#define _GNU_SOURCE
#define STARTS_CALLS
#include "sandbox_objects.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

/* The header's number. */
enum { PROMISED = 64 * 1024, MEASURED = 1024 * 1024, PAINT = 0xa5 };

static objects all;
static unsigned char *stack;

typedef struct { const char *name; void (*run)(const objects *); } step;
static const step *current;

static void *run(void *unused) {
  current->run(&all);
  return unused;
}
/* A stack of this size above pages that nobody may touch. */
static void map_stack(size_t size) {
  size_t guard = 1 << 20;
  unsigned char *mapped = mmap(NULL, size + guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(mapped != MAP_FAILED && !mprotect(mapped + guard, size, PROT_READ | PROT_WRITE));
  stack = mapped + guard;
}
static void run_on(size_t size, const step *it) {
  pthread_attr_t attributes;
  pthread_t thread;
  current = it;
  CHECK(!pthread_attr_init(&attributes) && !pthread_attr_setstack(&attributes, stack, size));
  CHECK(!pthread_create(&thread, &attributes, run, NULL) && !pthread_join(thread, NULL));
  pthread_attr_destroy(&attributes);
}
static size_t measure(const step *it) {
  size_t untouched = 0;
  memset(stack, PAINT, MEASURED);
  run_on(MEASURED, it);
  while (untouched < MEASURED && stack[untouched] == PAINT) untouched++;
  return MEASURED - untouched;
}

/* ---- the steps */

static void nothing(const objects *it) { (void)it; }
static void log_in_and_cancel(const objects *it) {
  appmint_error *error = NULL;
  appmint_login *login = NULL;
  WELL(appmint_app_start_login(it->app, NULL, &login, &error));
  appmint_login_cancel(login);
  appmint_login_free(login);
  appmint_device_login_cancel(it->device_login);
}
static void verify_and_apply(const objects *it) {
  appmint_webhook_event *event = verify_webhook(it->app);
  use((int64_t)appmint_app_apply_webhook(it->app, event));
  appmint_webhook_event_free(event);
}
static void no_change(void *userdata, const appmint_token *before, const appmint_token *token) {
  (void)userdata, (void)before, (void)token;
}
static void mint(const objects *it) {
  appmint_error *error = NULL;
  appmint_token *token = NULL;
  appmint_subscription *subscription = NULL;
  WELL(appmint_source_on_change(it->source, no_change, NULL, NULL, &subscription, &error));
  appmint_source_invalidate_token(it->source, "another", APPMINT_NTS);
  appmint_source_invalidate(it->source);
  WELL(appmint_source_token(it->source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error));
  appmint_token_free(token);
  appmint_subscription_unsubscribe(subscription);
  appmint_subscription_free(subscription);
}
static int no_signature(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                        size_t *signature_len) {
  (void)userdata, (void)message, (void)message_len, (void)signature, (void)signature_len;
  return 1;
}
static int no_request(void *userdata, const appmint_transport_request *request, appmint_transport_response *response) {
  (void)userdata, (void)request, (void)response;
  return APPMINT_TRANSPORT_NOT_SENT;
}
static void no_event(void *userdata, const appmint_event *event) { (void)userdata, (void)event; }

/* Every other setter, on a configuration that an app is made of: its key needs a passphrase. */
static void make_an_app_with_every_setting(const objects *all) {
  size_t len;
  appmint_error *error = NULL;
  char *key = read_file(getenv("APPMINT_ENCRYPTED_KEY_FILE"), &len);
  char *roots = read_file(getenv("APPMINT_ROOTS_FILE"), &len);
  char *client = read_file(getenv("APPMINT_CLIENT_CERTIFICATE_FILE"), &len);
  char *client_key = read_file(getenv("APPMINT_CLIENT_KEY_FILE"), &len);
  appmint_config *config = new_config(all->clock), *other = appmint_config_new();
  appmint_signer signer = {sizeof signer, NULL, no_signature, NULL};
  appmint_store_callbacks callbacks = {sizeof callbacks, NULL, NULL, NULL, NULL, NULL};
  appmint_transport transport = {sizeof transport, no_request, NULL};
  appmint_app *app = NULL;
  appmint_config_set_private_key(config, key, N);
  appmint_config_set_fallback_private_key(config, key, N);
  set_from(appmint_config_set_private_key_passphrase, config, "APPMINT_PASSPHRASE");
  appmint_config_set_key_id(config, "one", N);
  appmint_config_set_fallback_key_id(config, "two", N);
  appmint_config_set_jwt_back_date_s(config, 30);
  appmint_config_set_jwt_lifetime_s(config, 300);
  appmint_config_set_timeout_ms(config, 20000);
  appmint_config_set_connect_timeout_ms(config, 9000);
  appmint_config_set_root_certificates(config, roots, N);
  appmint_config_set_client_certificate(config, client, N);
  appmint_config_set_client_key(config, client_key, N);
  appmint_config_set_user_agent(config, "stack", N);
  appmint_config_set_allow_plain_http(config, 0);
  appmint_config_set_refuse_private_addresses(config, 0);
  appmint_config_set_max_response_body(config, 1 << 20);
  appmint_config_set_retries(config, 1);
  appmint_config_set_retry_wait_ms(config, 10);
  appmint_config_set_previous_store_key(config, store_key, N);
  appmint_config_set_store_unencrypted(config, 0);
  appmint_config_set_capacity(config, 100);
  appmint_config_set_on_event(config, no_event, NULL, NULL);
  WELL(appmint_app_new(config, &app, &error));
  appmint_app_close(app);
  appmint_app_free(app);
  appmint_config_free(config);
  appmint_config_set_platform(other, "github-enterprise", N);
  appmint_config_set_host(other, "git.corp.example", N);
  appmint_config_set_environment(other, "APPMINT_NO_SUCH_", N);
  appmint_config_set_signer(other, &signer);
  appmint_config_set_own_store(other, &callbacks, NULL, NULL);
  appmint_config_set_transport(other, &transport, NULL, NULL);
  CHECK(appmint_app_new(other, &app, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  appmint_error_free(error);
  appmint_config_free(other);
  free(key);
  free(roots);
  free(client);
  free(client_key);
}

static void do_nothing(void *userdata, const appmint_call *call) { (void)userdata, (void)call; }
static void queue_calls(const objects *it) {
  appmint_error *error = NULL;
  appmint_queue *queue = NULL;
  appmint_token *token = NULL;
  appmint_call *call = NULL;
  WELL(appmint_queue_new(&queue, &error));
  use(appmint_queue_fd(queue));
  WELL(appmint_source_token_async(it->source, APPMINT_DEFAULT, APPMINT_DEFAULT, queue, do_nothing, NULL, &call, &error));
  WELL(appmint_call_wait(call, APPMINT_DEFAULT, &error));
  WELL(appmint_call_token(call, &token, &error));
  WELL(appmint_call_outcome(call, &error));
  use((int64_t)appmint_queue_dispatch(queue));
  appmint_token_free(token);
  appmint_call_free(call);
  appmint_queue_free(queue);
}
static void read_every_result(const objects *it) {
  appmint_call *call = NULL;
  appmint_app *app;
  appmint_text *text;
  appmint_response *response;
  appmint_installation *installation;
  appmint_repository *repository;
  appmint_device_login *device_login;
  appmint_introspection *introspection;
  appmint_webhook_config *webhook_config;
  appmint_webhook_delivery *webhook_delivery;
  appmint_registration *registration;
  CHECK(appmint_app_jwt_async(it->app, NULL, NULL, NULL, &call, NULL) == APPMINT_OK);
  CHECK(appmint_call_wait(call, APPMINT_DEFAULT, NULL) == APPMINT_OK);
  CHECK(appmint_call_app(call, &app, NULL) && appmint_call_text(call, &text, NULL));
  CHECK(appmint_call_response(call, &response, NULL) && appmint_call_installation(call, &installation, NULL));
  CHECK(appmint_call_repository(call, &repository, NULL) && appmint_call_device_login(call, &device_login, NULL));
  CHECK(appmint_call_introspection(call, &introspection, NULL) && appmint_call_webhook_config(call, &webhook_config, NULL));
  CHECK(appmint_call_webhook_delivery(call, &webhook_delivery, NULL) && appmint_call_registration(call, &registration, NULL));
  appmint_call_free(call);
}

static const step steps[] = {
    {"a thread that does nothing", nothing},
    {"every getter", call_every_getter},
    {"drafts", make_drafts},
    {"authorizations", authorize},
    {"a login", log_in_and_cancel},
    {"a webhook", verify_and_apply},
    {"sources and lists", make_sources},
    {"tokens in memory", read_what_is_in_memory},
    {"minting", mint},
    {"an app with every setting", make_an_app_with_every_setting},
    {"a call from memory, by a queue", queue_calls},
    {"results of another type", read_every_result},
    {"starting and cancelling every call", start_every_call},
    {"freeing every object", free_objects},
};

int main(int argc, char **argv) {
  size_t i, count = sizeof steps / sizeof *steps;
  setvbuf(stdout, NULL, _IONBF, 0);
  all = make_objects();
  map_stack(argc > 1 && !strcmp(argv[1], "measure") ? MEASURED : PROMISED);
  for (i = 0; i < count; i++) {
    if (argc > 1) printf("%6lu  %s\n", (unsigned long)measure(&steps[i]), steps[i].name);
    else run_on(PROMISED, &steps[i]);
  }
  printf("%d failures\n", failures);
  return failures != 0;
}
