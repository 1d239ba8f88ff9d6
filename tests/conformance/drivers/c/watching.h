/* How the C driver observes an app: events, new tokens, many callers at once. */
#include <appmint.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { char kind[32], installation_id[64], error_kind[32], text[2048]; int64_t offset, quota; int is_warning; } happening;
static struct { pthread_mutex_t mutex; happening events[256]; size_t count, changes; appmint_token *before, *last; } seen = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void copy(char *to, size_t room, const char *text) {
  snprintf(to, room, "%s", text ? text : "");
}
static void note(void *fails, const appmint_event *it) {
  const appmint_error *error = appmint_event_error(it);
  if (fails) return; /* C has no other way to fail here */
  pthread_mutex_lock(&seen.mutex);
  if (seen.count < 256) {
    happening *new = &seen.events[seen.count++];
    copy(new->kind, sizeof new->kind, appmint_event_kind_name(appmint_event_kind(it)));
    copy(new->installation_id, sizeof new->installation_id, appmint_event_installation_id(it));
    copy(new->error_kind, sizeof new->error_kind, appmint_error_kind_name(appmint_error_kind(error)));
    copy(new->text, sizeof new->text, appmint_event_to_string(it));
    new->offset = appmint_event_clock_offset_ms(it);
    new->quota = appmint_event_quota(it) ? appmint_quota_remaining(appmint_event_quota(it)) : -1;
    new->is_warning = appmint_event_is_warning(it);
  }
  pthread_mutex_unlock(&seen.mutex);
}
static void follow(void *unused, const appmint_token *before, const appmint_token *token) {
  (void)unused;
  pthread_mutex_lock(&seen.mutex);
  seen.changes++;
  appmint_token_free(seen.before), seen.before = appmint_token_copy(before);
  appmint_token_free(seen.last), seen.last = appmint_token_copy(token);
  pthread_mutex_unlock(&seen.mutex);
}

static appmint_subscription *watching;
static appmint_status watch(const appmint_source *source, appmint_error **e) {
  appmint_subscription_free(watching), watching = NULL;
  return appmint_source_on_change(source, follow, NULL, NULL, &watching, e);
}

/* Gives other threads time to finish. */
static void wait_a_moment(void) {
  struct timespec pause = {0, 100 * 1000 * 1000};
  nanosleep(&pause, NULL);
}
static void print_events(void) {
  char prefix[24];
  wait_a_moment();
  pthread_mutex_lock(&seen.mutex);
  print_number("", "count", (int64_t)seen.count, -1);
  for (size_t i = 0; i < seen.count; i++) {
    const happening *it = &seen.events[i];
    snprintf(prefix, sizeof prefix, "%zu.", i);
    print_text(prefix, "kind", it->kind);
    if (*it->installation_id) print_text(prefix, "installation_id", it->installation_id);
    print_number(prefix, "clock_offset", it->offset, APPMINT_NO_TIME);
    print_number(prefix, "quota", it->quota, -1);
    if (*it->error_kind) print_text(prefix, "error_kind", it->error_kind);
    print_flag(prefix, "is_warning", it->is_warning);
    print_text(prefix, "text", it->text);
  }
  seen.count = 0;
  pthread_mutex_unlock(&seen.mutex);
}
static void print_changes(void) {
  wait_a_moment();
  pthread_mutex_lock(&seen.mutex);
  print_number("", "count", (int64_t)seen.changes, -1);
  print_text("", "reveal.last", appmint_token_reveal(seen.last, NULL));
  print_text("", "reveal.before", appmint_token_reveal(seen.before, NULL));
  pthread_mutex_unlock(&seen.mutex);
}
static void print_stats(const appmint_stats *it) {
#define COUNT(name) print_number("", #name, (int64_t)appmint_stats_##name(it), -1)
  COUNT(minted); COUNT(renewed); COUNT(failed); COUNT(served_stale); COUNT(retried);
  COUNT(joined); COUNT(refused); COUNT(from_store); COUNT(store_failed); COUNT(sources);
}

typedef struct { pthread_t thread; const appmint_source *source; appmint_token *token; appmint_error *error; appmint_status status; } caller;

static void *call_source(void *it) {
  caller *one = it;
  one->status = appmint_source_token(one->source, APPMINT_DEFAULT, APPMINT_DEFAULT, &one->token, &one->error);
  return NULL;
}
/* The number of different tokens that so many threads get at once. */
static appmint_status tokens_at_once(const appmint_source *source, size_t count, size_t *different, appmint_error **e) {
  caller *all = calloc(count, sizeof *all);
  appmint_status status = 0;
  for (size_t i = 0; i < count; i++) all[i].source = source, pthread_create(&all[i].thread, NULL, call_source, &all[i]);
  for (size_t i = 0; i < count; i++) pthread_join(all[i].thread, NULL);
  for (size_t i = *different = 0, before; i < count; i++) {
    if (all[i].status && !status) status = all[i].status, *e = all[i].error, all[i].error = NULL;
    for (before = 0; before < i; before++)
      if (all[i].token && all[before].token && !strcmp(appmint_token_reveal(all[i].token, NULL), appmint_token_reveal(all[before].token, NULL))) break;
    *different += before == i;
  }
  for (size_t i = 0; i < count; i++) appmint_token_free(all[i].token), appmint_error_free(all[i].error);
  free(all);
  return status;
}
