/*
 * Calls without waiting: when callbacks run and when not, and which memory is left.
 *
 * APPMINT_CALLS is the number of calls that are cancelled, waited for and freed at random (10000),
 * APPMINT_FORKS whether there are children (1).
 */
#define _POSIX_C_SOURCE 200809L
#include "platform.h"

#include <poll.h>
#include <sys/wait.h>

#define D APPMINT_DEFAULT
/* A test that hangs is ended. */
enum { SECONDS = 300 };

/* What the callbacks of some calls saw. */
typedef struct {
  int started; /* the thread sanitizer does not see that the library hands a call from thread to thread */
  int calls, well, cancelled, others;
  pthread_t thread;
} seen;

static void count(void *userdata, const appmint_call *call) {
  seen *it = userdata;
  appmint_error *error = NULL;
  appmint_status status = appmint_call_outcome(call, &error);
  CHECK(READ(it->started) > 0);
  CHECK(appmint_call_is_complete(call) && (status == APPMINT_OK) == !error);
  CHECK(appmint_error_kind(error) == status);
  __atomic_store_n(&it->thread, pthread_self(), __ATOMIC_SEQ_CST);
  if (status == APPMINT_OK) ADD(it->well);
  else if (status == APPMINT_ERROR_CANCELLED) ADD(it->cancelled);
  else ADD(it->others);
  appmint_error_free(error);
  ADD(it->calls);
}
static appmint_queue *new_queue(void) {
  appmint_queue *queue = NULL;
  CHECK(appmint_queue_new(&queue, NULL) == APPMINT_OK && appmint_queue_fd(queue) >= 0);
  return queue;
}
static int is_readable(const appmint_queue *queue, int timeout_ms) {
  struct pollfd watched = {0, POLLIN, 0};
  watched.fd = appmint_queue_fd(queue);
  return poll(&watched, 1, timeout_ms) == 1 && (watched.revents & POLLIN);
}
/* The event loop of these tests, until so many callbacks ran. */
static void run_until(const appmint_queue *queue, const int *calls, int until) {
  while (READ(*calls) < until && is_readable(queue, -1)) appmint_queue_dispatch(queue);
  CHECK(READ(*calls) == until && !is_readable(queue, 0) && appmint_queue_dispatch(queue) == 0);
}
static appmint_call *start(const appmint_source *source, int64_t timeout_ms, const appmint_queue *queue, seen *it) {
  appmint_call *call = NULL;
  appmint_error *error = NULL;
  if (it) ADD(it->started);
  CHECK(appmint_source_token_async(source, D, timeout_ms, queue, it ? count : NULL, it, &call, &error) == APPMINT_OK);
  if (error) printf("%s\n", appmint_error_to_string(error));
  appmint_error_free(error);
  return call;
}
static void check_token(const appmint_call *call) {
  appmint_token *token = NULL, *again = NULL;
  CHECK(appmint_call_token(call, &token, NULL) == APPMINT_OK && appmint_call_token(call, &again, NULL) == APPMINT_OK);
  CHECK(token != again && same(appmint_token_reveal(token, NULL), appmint_token_reveal(again, NULL)));
  CHECK(!strncmp(appmint_token_reveal(token, NULL), "ghs_", 4));
  appmint_token_free(token);
  appmint_token_free(again);
}
static appmint_status outcome_of(const appmint_call *call, const char *message) {
  appmint_error *error = NULL;
  appmint_status status = appmint_call_outcome(call, &error);
  CHECK(message ? same(appmint_error_message(error), message) : !error);
  appmint_error_free(error);
  return status;
}

/* ---- where and when a callback runs */

static void a_callback_runs_in_dispatch_and_nowhere_else(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *source = source_of(app, "14");
  appmint_queue *queue = new_queue();
  seen it = {0};
  appmint_call *minted, *from_memory;
  hold();
  minted = start(source, D, queue, &it);
  await_held(1);
  CHECK(!appmint_call_is_complete(minted) && !is_readable(queue, 0) && appmint_queue_dispatch(queue) == 0);
  CHECK(outcome_of(minted, "the call has not completed") == APPMINT_ERROR_INVALID_ARGUMENT);
  release();
  CHECK(appmint_call_wait(minted, D, NULL) == APPMINT_OK && it.calls == 0); /* the wait is not for the callback */
  CHECK(is_readable(queue, -1));
  check_token(minted);
  from_memory = start(source, D, queue, &it);
  CHECK(appmint_call_is_complete(from_memory) && it.calls == 0);
  check_token(from_memory);
  CHECK(appmint_queue_dispatch(queue) == 2 && it.well == 2 && pthread_equal(it.thread, pthread_self()));
  CHECK(!is_readable(queue, 0) && appmint_queue_dispatch(queue) == 0);
  appmint_call_free(from_memory);
  appmint_call_free(minted);
  appmint_queue_free(queue);
  appmint_source_free(source);
  appmint_app_free(app);
}
static void without_a_queue_it_runs_on_a_thread_of_the_library(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *source = source_of(app, "14");
  seen it = {0};
  int i;
  for (i = 1; i <= 3; i++) {
    appmint_call_free(start(source, D, NULL, &it));
    CHECK(becomes(&it.calls, i) && !pthread_equal(READ(it.thread), pthread_self()));
  }
  CHECK(it.well == 3);
  appmint_source_free(source);
  appmint_app_free(app);
}
static void what_is_wrong_is_said_at_once_and_calls_nobody(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *source = source_of(app, "14");
  appmint_queue *queue = new_queue();
  appmint_call *call = NULL;
  appmint_error *error = NULL;
  appmint_token *token = NULL;
  appmint_response *response = NULL;
  seen it = {0};
  CHECK(appmint_source_token_async(source, D, -2, queue, count, &it, &call, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(!call && same(appmint_error_message(error), "timeout_ms is negative"));
  appmint_error_free(error);
  CHECK(appmint_source_token_async(source, D, D, queue, NULL, NULL, NULL, NULL) == APPMINT_ERROR_INVALID_ARGUMENT);
  call = start(source, D, NULL, NULL);
  CHECK(appmint_call_wait(call, D, NULL) == APPMINT_OK);
  CHECK(appmint_call_response(call, &response, &error) == APPMINT_ERROR_INVALID_ARGUMENT && !response);
  CHECK(same(appmint_error_to_string(error), "the call's result is not a response. Read it by appmint_call_token."));
  appmint_error_free(error);
  CHECK(appmint_call_token(call, &token, NULL) == APPMINT_OK);
  appmint_call_free(call);
  appmint_token_free(token);
  appmint_queue_free(queue);
  CHECK(it.calls == 0);
  appmint_source_free(source);
  appmint_app_free(app);
}

/* ---- the end of a call */

static void a_call_is_cancelled_once_and_minting_goes_on_for_others(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *source = source_of(app, "14");
  appmint_queue *queue = new_queue();
  seen it = {0}, other = {0};
  appmint_call *call, *stays;
  hold();
  call = start(source, D, queue, &it), stays = start(source, D, queue, &other);
  await_held(1);
  appmint_call_cancel(call);
  appmint_call_cancel(call);
  CHECK(appmint_call_is_complete(call) && it.calls == 0 && !appmint_call_is_complete(stays));
  CHECK(outcome_of(call, "the call was cancelled") == APPMINT_ERROR_CANCELLED);
  run_until(queue, &it.calls, 1);
  release();
  run_until(queue, &other.calls, 1);
  appmint_call_cancel(stays); /* too late */
  CHECK(it.cancelled == 1 && other.well == 1 && outcome_of(stays, NULL) == APPMINT_OK);
  appmint_call_free(call);
  appmint_call_free(stays);
  appmint_queue_free(queue);
  appmint_source_free(source);
  appmint_app_free(app);
}
static void a_call_ends_by_its_time(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *source = source_of(app, "14");
  appmint_queue *queue = new_queue();
  appmint_call *none, *short_one;
  seen it = {0};
  hold();
  none = start(source, 0, queue, &it), short_one = start(source, 1, queue, &it);
  CHECK(appmint_call_is_complete(none) && appmint_call_wait(short_one, D, NULL) == APPMINT_OK);
  CHECK(outcome_of(short_one, "no answer before the deadline") == APPMINT_ERROR_TIMEOUT);
  CHECK(appmint_call_outcome(none, NULL) == APPMINT_ERROR_TIMEOUT);
  appmint_queue_free(queue); /* runs the two callbacks */
  CHECK(it.calls == 2);
  release();
  appmint_call_free(none);
  appmint_call_free(short_one);
  appmint_source_free(source);
  appmint_app_free(app);
}
static void *cancel_it(void *call) {
  appmint_call_cancel(call);
  return NULL;
}
static void a_thread_that_waits_is_cancelled_by_another(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *source = source_of(app, "14");
  appmint_call *call;
  appmint_token *token = NULL;
  pthread_t thread;
  hold();
  call = start(source, D, NULL, NULL);
  CHECK(appmint_call_wait(call, 0, NULL) == APPMINT_ERROR_TIMEOUT);
  await_held(1);
  CHECK(!pthread_create(&thread, NULL, cancel_it, call));
  CHECK(appmint_call_wait(call, D, NULL) == APPMINT_OK);
  CHECK(appmint_call_token(call, &token, NULL) == APPMINT_ERROR_CANCELLED && !token);
  pthread_join(thread, NULL);
  release();
  appmint_call_free(call);
  appmint_source_free(source);
  appmint_app_free(app);
}
static void an_item_that_comes_too_late_is_next(void) {
  appmint_app *app = app_of(new_config());
  appmint_installations *listing = NULL;
  appmint_installation *item = NULL;
  appmint_call *call = NULL;
  int i;
  CHECK(appmint_app_installations(app, &listing, NULL) == APPMINT_OK);
  hold();
  CHECK(appmint_installations_next_async(listing, NULL, NULL, NULL, &call, NULL) == APPMINT_OK);
  await_held(1);
  appmint_call_cancel(call);
  appmint_call_free(call);
  release();
  for (i = 0; i < 3; i++) {
    call = NULL;
    CHECK(appmint_installations_next_async(listing, NULL, NULL, NULL, &call, NULL) == APPMINT_OK);
    CHECK(appmint_call_wait(call, D, NULL) == APPMINT_OK && appmint_call_installation(call, &item, NULL) == APPMINT_OK);
    CHECK(same(appmint_installation_id(item), i == 0 ? "1" : "2") || (i == 2 && !item));
    appmint_installation_free(item);
    appmint_call_free(call);
  }
  appmint_installations_free(listing);
  appmint_app_free(app);
}

/* ---- callbacks that call */

typedef struct {
  appmint_queue *queue;
  appmint_source *source;
  appmint_call *call;
  seen inner;
  int calls;
} nested;

static void start_another(void *userdata, const appmint_call *call) {
  nested *it = userdata;
  (void)call;
  it->calls++;
  appmint_call_free(it->call);
  it->call = start(it->source, D, it->queue, &it->inner); /* from memory: ready, but not in this dispatch */
  CHECK(it->inner.calls == 0);
}
static void free_all(void *userdata, const appmint_call *call) {
  nested *it = userdata;
  CHECK(appmint_call_outcome(call, NULL) == APPMINT_OK);
  it->calls++;
  appmint_call_free(it->call);
  appmint_queue_free(it->queue); /* the other callback runs inside */
  CHECK(it->inner.calls == 1);
  CHECK(appmint_call_outcome(call, NULL) == APPMINT_OK);
}
static void a_callback_starts_calls_and_frees_queue_and_call(void) {
  appmint_app *app = app_of(new_config());
  nested it = {0};
  it.source = source_of(app, "14");
  it.queue = new_queue();
  CHECK(appmint_source_token_async(it.source, D, D, it.queue, start_another, &it, &it.call, NULL) == APPMINT_OK);
  run_until(it.queue, &it.inner.calls, 1);
  CHECK(it.calls == 1);
  appmint_call_free(it.call);
  it.inner.calls = 0;
  CHECK(appmint_source_token_async(it.source, D, D, it.queue, free_all, &it, &it.call, NULL) == APPMINT_OK);
  appmint_call_free(start(it.source, D, it.queue, &it.inner));
  CHECK(appmint_queue_dispatch(it.queue) >= 1 && it.calls == 2 && it.inner.calls == 1);
  appmint_source_free(it.source);
  appmint_app_free(app);
}
static void freeing_a_queue_cancels_and_calls_back(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *source = source_of(app, "14");
  appmint_queue *queue = new_queue();
  seen it = {0};
  int i;
  hold();
  for (i = 0; i < 5; i++) appmint_call_free(start(source, D, queue, &it));
  await_held(1);
  appmint_queue_free(queue);
  CHECK(it.calls == 5 && it.cancelled == 5);
  release();
  appmint_source_free(source);
  appmint_app_free(app);
}

/* ---- many at once */

static unsigned next_random(unsigned *state) { return *state = *state * 1664525u + 1013904223u, *state >> 16; }

typedef struct { appmint_source **sources; appmint_queue *queue; seen *it; int calls, started; unsigned random; } chaos;

/* Starts a few calls, and cancels, waits for and frees each at random, in any order. */
static void *do_chaos(void *argument) {
  chaos *work = argument;
  appmint_call *all[8] = {NULL};
  int i;
  for (i = 0; i < work->calls; i++) {
    unsigned random = next_random(&work->random), place = random % 8;
    if (random & 64) appmint_call_cancel(all[place]);
    if (random & 128) appmint_call_wait(all[place], 1, NULL);
    if (random & 256) CHECK(appmint_call_is_complete(all[place]) >= 0);
    appmint_call_free(all[place]);
    if (random & 512) appmint_source_invalidate(work->sources[random % 5]);
    all[place] = start(work->sources[random % 5], random & 1024 ? 1 : D, random & 2048 ? work->queue : NULL,
                       random & 4096 ? work->it : NULL);
    if (random & 4096) work->started++;
    if (random & 8192) appmint_call_cancel(all[place]);
  }
  for (i = 0; i < 8; i++) appmint_call_free(all[i]);
  return NULL;
}

static void any_order_is_well(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *sources[5];
  appmint_queue *queue = new_queue();
  seen it = {0};
  chaos work[4];
  pthread_t threads[4];
  int i, ends = 0, started = 0, calls = number("APPMINT_CALLS", 10000) / 4;
  for (i = 0; i < 5; i++) {
    char id[8];
    sprintf(id, "%d", i);
    sources[i] = source_of(app, id);
  }
  __atomic_store_n(&platform.delay_ms, 3, __ATOMIC_SEQ_CST);
  for (i = 0; i < 4; i++) {
    chaos one = {0};
    one.sources = sources, one.queue = queue, one.it = &it, one.calls = calls, one.random = 7u * (unsigned)i + 1;
    work[i] = one;
    CHECK(!pthread_create(&threads[i], NULL, do_chaos, &work[i]));
  }
  for (i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    started += work[i].started;
  }
  while (READ(it.calls) < started) {
    if (is_readable(queue, 20)) appmint_queue_dispatch(queue);
    if (++ends > 5000) break;
  }
  __atomic_store_n(&platform.delay_ms, 0, __ATOMIC_SEQ_CST);
  CHECK(READ(it.calls) == started && it.cancelled > 0 && it.well > 0);
  printf("%d calls: %d went well, %d were cancelled, %d had another end\n", started, it.well, it.cancelled, it.others);
  appmint_queue_free(queue);
  CHECK(READ(it.calls) == started);
  for (i = 0; i < 5; i++) appmint_source_free(sources[i]);
  appmint_app_free(app);
}

/* ---- processes */

/* In the child of a fork. */
static int child(appmint_queue *queue, int parents_fd, appmint_call *running, appmint_call *complete,
                 const appmint_source *source, seen *it) {
  seen own = {0};
  appmint_call *call;
  int before = failures;
  alarm(60);
  CHECK(appmint_queue_dispatch(queue) == 0 && it->calls == 0);
  CHECK(appmint_queue_fd(queue) >= 0 && appmint_queue_fd(queue) != parents_fd && !is_readable(queue, 0));
  CHECK(appmint_call_is_complete(running) && appmint_call_wait(running, D, NULL) == APPMINT_OK);
  CHECK(outcome_of(running, "the call was started before this process was forked") == APPMINT_ERROR_CANCELLED);
  CHECK(appmint_call_outcome(complete, NULL) == APPMINT_OK);
  appmint_call_cancel(running);
  appmint_call_free(running);
  appmint_call_free(complete);
  call = start(source, D, queue, &own);
  run_until(queue, &own.calls, 1);
  CHECK(own.well == 1);
  appmint_call_free(call);
  call = start(source, D, NULL, &own);
  CHECK(becomes(&own.calls, 2));
  appmint_call_free(call);
  appmint_queue_free(queue);
  CHECK(it->calls == 0);
  return failures != before;
}
static void a_child_has_a_queue_of_its_own(void) {
  appmint_app *app = app_of(new_config());
  appmint_source *source = source_of(app, "14"), *other = source_of(app, "15");
  appmint_queue *queue = new_queue();
  appmint_call *running, *complete;
  seen it = {0};
  int i, status = -1, fd = appmint_queue_fd(queue);
  complete = start(source, D, queue, &it);
  CHECK(appmint_call_wait(complete, D, NULL) == APPMINT_OK); /* its callback waits */
  hold();
  running = start(other, D, queue, &it);
  await_held(1);
  for (i = 0; i < 5; i++) {
    pid_t made = fork();
    if (made == 0) _exit(child(queue, fd, running, complete, source, &it));
    CHECK(made > 0 && waitpid(made, &status, 0) == made && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  CHECK(it.calls == 0 && is_readable(queue, 0)); /* no child took what is the parent's */
  release();
  run_until(queue, &it.calls, 2);
  CHECK(it.well == 2);
  appmint_call_free(running);
  appmint_call_free(complete);
  appmint_queue_free(queue);
  appmint_source_free(source);
  appmint_source_free(other);
  appmint_app_free(app);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  alarm(SECONDS);
  start_platform();
  a_callback_runs_in_dispatch_and_nowhere_else();
  without_a_queue_it_runs_on_a_thread_of_the_library();
  what_is_wrong_is_said_at_once_and_calls_nobody();
  a_call_is_cancelled_once_and_minting_goes_on_for_others();
  a_call_ends_by_its_time();
  a_thread_that_waits_is_cancelled_by_another();
  an_item_that_comes_too_late_is_next();
  a_callback_starts_calls_and_frees_queue_and_call();
  freeing_a_queue_cancels_and_calls_back();
  any_order_is_well();
  if (number("APPMINT_FORKS", 1)) a_child_has_a_queue_of_its_own();
  stop_platform();
  printf("%d failures\n", failures);
  return failures != 0;
}
