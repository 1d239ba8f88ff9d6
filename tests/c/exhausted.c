/*
 * A process that has nothing left: no file descriptor, no thread, or no memory for a thread's stack. A call says
 * which it is and that it passes, the program goes on, and the next call works as soon as there is something again.
 *
 * usage: exhausted descriptors|threads|memory   (sandboxed.py starts the sandbox)
 */
#define _GNU_SOURCE
/* Of the objects only the app is needed here. */
#pragma GCC diagnostic ignored "-Wunused-function"
#include "objects.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

enum { NOBODY = 65534, LESS_THAN_A_STACK = 1 << 20 };

static appmint_app *app;
static appmint_request *request;

/* ---- calls, by their status */

static appmint_status checked(appmint_status status, appmint_response *response, appmint_error *error) {
  if (status) {
    printf("%d: %s\n", (int)status, appmint_error_message(error));
    CHECK(appmint_error_is_retryable(error));
    CHECK(strstr(appmint_error_message(error), "bug") == NULL);
  } else {
    CHECK(appmint_response_status(response) == 200);
  }
  appmint_error_free(error);
  appmint_response_free(response);
  return status;
}
static appmint_status blocking(void) {
  appmint_error *error = NULL;
  appmint_response *response = NULL;
  appmint_status status = appmint_app_request(app, request, &response, &error);
  return checked(status, response, error);
}
static appmint_status without_waiting(void) {
  appmint_error *error = NULL;
  appmint_response *response = NULL;
  appmint_call *call = NULL;
  appmint_status status = appmint_app_request_async(app, request, NULL, NULL, NULL, &call, &error);
  if (!status) {
    CHECK(!appmint_call_wait(call, APPMINT_DEFAULT, NULL));
    status = appmint_call_response(call, &response, &error);
  }
  appmint_call_free(call);
  return checked(status, response, error);
}
static appmint_status new_queue(void) {
  appmint_error *error = NULL;
  appmint_queue *queue = NULL;
  appmint_status status = appmint_queue_new(&queue, &error);
  appmint_error_free(error);
  appmint_queue_free(queue);
  return status;
}

/* ---- what runs out */

static void set_limit(int what, rlim_t to) {
  struct rlimit limit;
  CHECK(!getrlimit(what, &limit));
  limit.rlim_cur = to < limit.rlim_max ? to : limit.rlim_max;
  CHECK(!setrlimit(what, &limit));
}
static void without_descriptors(void) {
  static int taken[1024];
  int count = 0;
  set_limit(RLIMIT_NOFILE, 256);
  while (count < 1024 && (taken[count] = open("/dev/null", O_RDONLY)) >= 0) count++;
  CHECK(count < 256 && errno == EMFILE);
  CHECK(blocking() == APPMINT_ERROR_RESOURCE_EXHAUSTED);
  CHECK(without_waiting() == APPMINT_ERROR_RESOURCE_EXHAUSTED);
  CHECK(new_queue() == APPMINT_ERROR_RESOURCE_EXHAUSTED);
  while (count) close(taken[--count]);
}
static void *nothing(void *unused) { return unused; }
static int thread_error(void) {
  pthread_t thread;
  int refused = pthread_create(&thread, NULL, nothing, NULL);
  if (!refused) pthread_join(thread, NULL);
  return refused;
}
/* Limits of threads do not hold for root. */
static void without_threads(void) {
  uid_t user = getuid();
  struct rlimit before;
  CHECK(!getrlimit(RLIMIT_NPROC, &before));
  if (user == 0) CHECK(!setresuid(NOBODY, NOBODY, 0));
  set_limit(RLIMIT_NPROC, 0);
  CHECK(thread_error() == EAGAIN);
  CHECK(without_waiting() == APPMINT_ERROR_RESOURCE_EXHAUSTED);
  CHECK(blocking() == APPMINT_OK); /* it does its work on the caller's thread */
  if (user == 0) CHECK(!setresuid(0, 0, 0));
  set_limit(RLIMIT_NPROC, before.rlim_cur);
}
static rlim_t bytes_mapped(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file && fscanf(file, "%lu", &pages) == 1);
  if (file) fclose(file);
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}
static void without_memory(void) {
  struct rlimit before;
  CHECK(!getrlimit(RLIMIT_AS, &before));
  set_limit(RLIMIT_AS, bytes_mapped() + LESS_THAN_A_STACK);
  CHECK(thread_error() == EAGAIN);
  CHECK(without_waiting() == APPMINT_ERROR_RESOURCE_EXHAUSTED);
  set_limit(RLIMIT_AS, before.rlim_cur);
}

static void make_app(void) {
  appmint_error *error = NULL;
  appmint_clock *clock = appmint_clock_new(strtoll(getenv("APPMINT_NOW_MS"), NULL, 10));
  appmint_config *config = new_config(clock);
  appmint_config_set_retries(config, 0);
  WELL(appmint_app_new(config, &app, &error));
  appmint_config_free(config);
  appmint_clock_free(clock);
  request = appmint_request_new("GET", N, "/v9/tool", N);
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  make_app();
  if (!strcmp(what, "descriptors")) without_descriptors();
  else if (!strcmp(what, "threads")) without_threads();
  else if (!strcmp(what, "memory")) without_memory();
  else CHECK(!"descriptors, threads or memory");
  CHECK(blocking() == APPMINT_OK);
  CHECK(without_waiting() == APPMINT_OK);
  CHECK(new_queue() == APPMINT_OK);
  appmint_request_free(request);
  appmint_app_free(app);
  return failures != 0;
}
