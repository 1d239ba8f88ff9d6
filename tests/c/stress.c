/*
 * Many threads and many processes use one app: who mints, which callbacks run, and which memory is left.
 *
 * APPMINT_FORKS is the number of children (200), APPMINT_CALLS the number of calls that return a token
 * from memory (1000000).
 */
#define _POSIX_C_SOURCE 200809L
#include "platform.h"

#include <malloc.h>
#include <sys/wait.h>

enum { THREADS = 64, BATCHES = 4, CHILD_SECONDS = 60, HEAP_BOUND = 64 * 1024 };

/* Counts of events, of new tokens, and of drops. */
typedef struct { int minted, store_failed, others, changes, drops; } notes;

static void on_event(void *userdata, const appmint_event *event) {
  notes *it = userdata;
  int32_t kind = appmint_event_kind(event);
  if (kind == APPMINT_EVENT_MINTED) {
    ADD(it->minted);
    CHECK(!appmint_event_error(event) && appmint_event_duration_ms(event) >= 0);
    CHECK(same(appmint_event_installation_id(event), "14") && !appmint_event_is_warning(event));
    CHECK(appmint_event_clock_offset_ms(event) == APPMINT_NO_TIME);
    CHECK(strstr(appmint_event_to_string(event), "minted installation 14, ") == appmint_event_to_string(event));
  } else if (kind == APPMINT_EVENT_STORE_FAILED) {
    appmint_error *error = appmint_error_copy(appmint_event_error(event));
    ADD(it->store_failed);
    CHECK(appmint_error_kind(error) == APPMINT_ERROR_CALLBACK && appmint_event_is_warning(event));
    CHECK(same(appmint_error_message(error), "the store's `get` returned -7"));
    appmint_error_free(error);
  } else {
    ADD(it->others);
  }
}
static void on_change(void *userdata, const appmint_token *before, const appmint_token *token) {
  notes *it = userdata;
  appmint_token *kept = appmint_token_copy(token);
  CHECK(same(appmint_token_reveal(kept, NULL), appmint_token_reveal(token, NULL)));
  CHECK(!before); /* it is the first */
  appmint_token_free(kept);
  ADD(it->changes);
}
static void drop(void *userdata) { ADD(((notes *)userdata)->drops); }

static appmint_config *config_for(notes *it) {
  appmint_config *config = new_config();
  if (it) appmint_config_set_on_event(config, on_event, it, drop);
  return config;
}
/* A token's text, or the message of an error. */
static int token_of(const appmint_source *source, char *text, size_t room) {
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  appmint_status status = appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error);
  snprintf(text, room, "%s", status ? appmint_error_to_string(error) : appmint_token_reveal(token, NULL));
  if (status) printf("%s\n", text);
  appmint_token_free(token);
  appmint_error_free(error);
  return status == APPMINT_OK;
}

/* ---- threads */

static pthread_barrier_t together;
typedef struct { const appmint_source *source; char token[128]; int is_well; } caller;

static void *call_together(void *it) {
  caller *one = it;
  pthread_barrier_wait(&together);
  one->is_well = token_of(one->source, one->token, sizeof one->token);
  return NULL;
}

static void many_threads_mint_once(void) {
  notes it = {0, 0, 0, 0, 0};
  appmint_app *app = app_of(config_for(&it));
  appmint_source *source = source_of(app, "14");
  appmint_stats *stats = NULL;
  pthread_t threads[THREADS];
  caller all[THREADS];
  int i, mints = READ(platform.mints);
  CHECK(appmint_source_on_change(source, on_change, &it, drop, NULL, NULL) == APPMINT_OK);
  CHECK(!pthread_barrier_init(&together, NULL, THREADS));
  platform.delay_ms = 200;
  for (i = 0; i < THREADS; i++) {
    all[i].source = source;
    CHECK(!pthread_create(&threads[i], NULL, call_together, &all[i]));
  }
  for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  __atomic_store_n(&platform.delay_ms, 0, __ATOMIC_SEQ_CST);
  pthread_barrier_destroy(&together);
  for (i = 0; i < THREADS; i++) CHECK(all[i].is_well && same(all[i].token, all[0].token));
  CHECK(READ(platform.mints) == mints + 1);
  CHECK(appmint_app_stats(app, &stats, NULL) == APPMINT_OK);
  CHECK(appmint_stats_minted(stats) == 1 && appmint_stats_failed(stats) == 0);
  CHECK(appmint_stats_joined(stats) < THREADS && appmint_stats_sources(stats) == 1);
  appmint_stats_free(stats);
  CHECK(READ(it.minted) == 1 && READ(it.changes) == 1 && READ(it.others) == 0);
  CHECK(READ(it.drops) == 0);
  appmint_app_free(app);
  appmint_source_free(source);
  CHECK(becomes(&it.drops, 2));
}

/* ---- a store */

typedef struct {
  pthread_mutex_t mutex;
  char name[256], owner[256], value[4096];
  size_t len;
  int fails, is_locked, locks, unlocks, puts, drops;
} store_state;

static int store_get(void *userdata, const char *name, appmint_bytes *value) {
  store_state *it = userdata;
  int code = APPMINT_STORE_NO;
  if (READ(it->fails)) return -7;
  pthread_mutex_lock(&it->mutex);
  if (it->len && same(it->name, name))
    code = appmint_bytes_put(value, it->value, it->len, NULL) ? -1 : APPMINT_STORE_YES;
  pthread_mutex_unlock(&it->mutex);
  return code;
}
static int store_put(void *userdata, const char *name, const uint8_t *value, size_t value_len,
                     const uint8_t *expected, size_t expected_len, int64_t keep_until_ms) {
  store_state *it = userdata;
  int fits = value_len <= sizeof it->value && strlen(name) < sizeof it->name;
  CHECK(fits && keep_until_ms > (int64_t)time(NULL) * 1000);
  pthread_mutex_lock(&it->mutex);
  fits = fits && (expected ? it->len == expected_len && !memcmp(it->value, expected, expected_len) : !it->len);
  if (fits) strcpy(it->name, name), memcpy(it->value, value, it->len = value_len), it->puts++;
  pthread_mutex_unlock(&it->mutex);
  return fits ? APPMINT_STORE_YES : APPMINT_STORE_NO;
}
static int store_remove(void *userdata, const char *name, const uint8_t *expected, size_t expected_len) {
  (void)userdata, (void)name, (void)expected, (void)expected_len;
  return APPMINT_STORE_NO;
}
static int store_lock(void *userdata, const char *name, const char *owner, uint64_t lease_ms) {
  store_state *it = userdata;
  int is_ours;
  (void)name;
  CHECK(lease_ms > 0 && strlen(owner) > 10 && strlen(owner) < sizeof it->owner);
  pthread_mutex_lock(&it->mutex);
  is_ours = !it->is_locked;
  if (is_ours) strcpy(it->owner, owner), it->is_locked = 1, it->locks++;
  pthread_mutex_unlock(&it->mutex);
  return is_ours ? APPMINT_STORE_YES : APPMINT_STORE_NO;
}
static int store_unlock(void *userdata, const char *name, const char *owner) {
  store_state *it = userdata;
  (void)name;
  pthread_mutex_lock(&it->mutex);
  CHECK(it->is_locked && same(it->owner, owner));
  it->is_locked = 0, it->unlocks++;
  pthread_mutex_unlock(&it->mutex);
  return APPMINT_STORE_YES;
}
static void store_drop(void *userdata) { ADD(((store_state *)userdata)->drops); }

static const appmint_store_callbacks store = {
    sizeof store, store_get, store_put, store_remove, store_lock, store_unlock};

static appmint_app *app_with(store_state *kept, notes *it) {
  appmint_config *config = config_for(it);
  appmint_config_set_own_store(config, &store, kept, store_drop);
  appmint_config_set_store_key(config, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", N);
  return app_of(config);
}
static int holds(const store_state *it, const char *text) {
  size_t i, len = strlen(text);
  for (i = 0; i + len <= it->len; i++) if (!memcmp(it->value + i, text, len)) return 1;
  return 0;
}

static void many_apps_with_one_store_mint_once(void) {
  static store_state kept;
  notes it = {0, 0, 0, 0, 0};
  appmint_app *apps[8];
  appmint_stats *stats = NULL;
  appmint_source *source;
  char first[128], next[128];
  int i, mints = READ(platform.mints);
  pthread_mutex_init(&kept.mutex, NULL);
  for (i = 0; i < 8; i++) {
    source = source_of(apps[i] = app_with(&kept, &it), "14");
    CHECK(token_of(source, i ? next : first, sizeof next) && (!i || same(first, next)));
    appmint_source_free(source);
  }
  CHECK(READ(platform.mints) == mints + 1 && READ(it.minted) == 1 && READ(it.others) == 7);
  pthread_mutex_lock(&kept.mutex);
  CHECK(kept.puts == 1 && kept.locks == 1 && kept.unlocks == 1 && !holds(&kept, first));
  pthread_mutex_unlock(&kept.mutex);
  CHECK(appmint_app_stats(apps[7], &stats, NULL) == APPMINT_OK);
  CHECK(appmint_stats_from_store(stats) == 1 && appmint_stats_minted(stats) == 0);
  appmint_stats_free(stats);
  for (i = 0; i < 8; i++) appmint_app_free(apps[i]);
  CHECK(becomes(&kept.drops, 8) && becomes(&it.drops, 8));
  pthread_mutex_destroy(&kept.mutex);
}

static void a_store_that_fails_costs_no_token(void) {
  static store_state broken;
  notes it = {0, 0, 0, 0, 0};
  appmint_app *app;
  appmint_source *source;
  char token[128];
  broken.fails = 1;
  app = app_with(&broken, &it);
  source = source_of(app, "14");
  CHECK(token_of(source, token, sizeof token) && READ(it.store_failed) == 1 && READ(it.minted) == 1);
  appmint_source_free(source);
  appmint_app_free(app);
  CHECK(becomes(&broken.drops, 1) && becomes(&it.drops, 1));
}

/* ---- processes */

typedef struct { const appmint_app *app; int is_over, mints; } busy;

/* Mints tokens, and reads them from memory, until the end. */
static void *keep_busy(void *it) {
  busy *work = it;
  appmint_source *source = source_of(work->app, "14");
  char token[128];
  while (!READ(work->is_over)) {
    if (ADD(work->mints) % 2) appmint_source_invalidate(source);
    CHECK(token_of(source, token, sizeof token));
  }
  appmint_source_free(source);
  return NULL;
}
/* In the child: 0 when it went well. A child that hangs is ended by its alarm. */
static int child(const appmint_app *app) {
  appmint_source *source;
  char token[128];
  alarm(CHILD_SECONDS);
  source = source_of(app, "18");
  appmint_source_invalidate(source);
  return !token_of(source, token, sizeof token) || strncmp(token, "ghs_", 4);
}
/* How many of so many children went well while so many threads of this process minted. */
static int fork_beside(const appmint_app *app, int count, int thread_count) {
  busy work = {NULL, 0, 0};
  pthread_t threads[16];
  int i, status, well = 0;
  work.app = app;
  for (i = 0; i < thread_count; i++) CHECK(!pthread_create(&threads[i], NULL, keep_busy, &work));
  for (i = 0; i < count; i++) {
    pid_t made = fork();
    if (made == 0) _exit(child(app));
    if (made < 0 || waitpid(made, &status, 0) != made) break;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) well++;
    else printf("child %d: %s %d\n", i, WIFSIGNALED(status) ? "signal" : "code",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  }
  __atomic_store_n(&work.is_over, 1, __ATOMIC_SEQ_CST);
  for (i = 0; i < thread_count; i++) pthread_join(threads[i], NULL);
  CHECK(count == 0 || READ(work.mints) > 0);
  return well;
}

static void a_child_mints_while_its_parent_does(void) {
  static const int threads[BATCHES] = {2, 4, 8, 16};
  int batch, count = number("APPMINT_FORKS", 200) / BATCHES, mints = READ(platform.mints);
  appmint_app *app = app_of(config_for(NULL));
  for (batch = 0; batch < BATCHES; batch++) {
    int well = fork_beside(app, count, threads[batch]);
    CHECK(well == count);
    printf("%d of %d children minted beside %d threads\n", well, count, threads[batch]);
  }
  CHECK(READ(platform.mints) >= mints + BATCHES * count);
  appmint_app_free(app);
}

/* ---- memory */

static long heap(void) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  struct mallinfo2 info = mallinfo2();
  return (long)(info.uordblks + info.hblkhd);
#else
  return 0;
#endif
}

static void a_token_from_memory_leaves_nothing_behind(void) {
  int i, calls = number("APPMINT_CALLS", 1000000), mints;
  appmint_app *app = app_of(config_for(NULL));
  appmint_source *source = source_of(app, "14");
  char first[128], next[128];
  long before, after;
  CHECK(token_of(source, first, sizeof first) && token_of(source, next, sizeof next));
  mints = READ(platform.mints);
  before = heap();
  for (i = 0; i < calls; i++)
    if (!token_of(source, next, sizeof next) || strcmp(first, next)) break;
  after = heap();
  CHECK(i == calls && READ(platform.mints) == mints);
  printf("%d calls, heap %ld bytes before and %ld after\n", i, before, after);
  CHECK(after - before < HEAP_BOUND);
  appmint_source_free(source);
  appmint_app_free(app);
}

/* ---- an app that is closed */

static void a_closed_app_refuses_calls(void) {
  appmint_app *app = app_of(config_for(NULL));
  appmint_source *source = source_of(app, "14");
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  char text[128];
  CHECK(token_of(source, text, sizeof text));
  appmint_app_close(app);
  CHECK(appmint_source_expires_at_ms(source) == APPMINT_NO_TIME); /* its token is forgotten */
  CHECK(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error) == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(same(appmint_error_message(error), "the app is closed") && !token);
  appmint_app_close(app); /* twice is once */
  appmint_error_free(error);
  appmint_source_free(source);
  appmint_app_free(app);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0); /* or a child would print again what its parent printed */
  start_platform();
  many_threads_mint_once();
  many_apps_with_one_store_mint_once();
  a_store_that_fails_costs_no_token();
  a_child_mints_while_its_parent_does();
  a_token_from_memory_leaves_nothing_behind();
  a_closed_app_refuses_calls();
  stop_platform();
  printf("%d failures\n", failures);
  return failures != 0;
}
