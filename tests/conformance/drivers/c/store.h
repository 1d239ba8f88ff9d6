/* The C driver's stores: one in memory, the same for all apps, and those that are of no use. */
#include <appmint.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct entry { char *name, *bytes; size_t len; struct entry *next; } entry;
static struct { pthread_mutex_t mutex; entry *records, *locks; } stored = {PTHREAD_MUTEX_INITIALIZER, NULL, NULL};

static entry **place(entry **all, const char *name) {
  while (*all && strcmp((*all)->name, name)) all = &(*all)->next;
  return all;
}
static void clear(entry **at) {
  entry *old = *at;
  *at = old->next;
  free(old->name), free(old->bytes), free(old);
}
static void fill(entry **all, const char *name, const void *bytes, size_t len) {
  entry *new = malloc(sizeof *new);
  new->name = strcpy(malloc(strlen(name) + 1), name);
  new->bytes = memcpy(malloc(len + 1), bytes, new->len = len);
  new->next = *all, *all = new;
}
static int is(const entry *it, const void *bytes, size_t len) {
  return it ? bytes && it->len == len && !memcmp(it->bytes, bytes, len) : !bytes;
}
/* Replaces `expected` by `new` (NULL: no value). */
static int swap(entry **all, const char *name, const void *new, size_t len, const void *expected, size_t expected_len) {
  pthread_mutex_lock(&stored.mutex);
  entry **at = place(all, name);
  int same = is(*at, expected, expected_len);
  if (same && *at) clear(at);
  if (same && new) fill(all, name, new, len);
  pthread_mutex_unlock(&stored.mutex);
  return same ? APPMINT_STORE_YES : APPMINT_STORE_NO;
}

/* The answer of a store that is of no use. */
static int useless(const char *how) {
  while (!strcmp(how, "block")) pause();
  return strcmp(how, "no") ? -1 : APPMINT_STORE_NO;
}
static const char *useless_stores[] = {"fail", "no", "block"};

static int store_get(void *how, const char *name, appmint_bytes *value) {
  if (how) return useless(how);
  pthread_mutex_lock(&stored.mutex);
  entry *it = *place(&stored.records, name);
  int failed = it && appmint_bytes_put(value, it->bytes, it->len, NULL);
  pthread_mutex_unlock(&stored.mutex);
  return failed ? -1 : it ? APPMINT_STORE_YES : APPMINT_STORE_NO;
}
static int store_put(void *how, const char *name, const uint8_t *value, size_t len, const uint8_t *expected, size_t expected_len, int64_t keep_until_ms) {
  (void)keep_until_ms;
  return how ? useless(how) : swap(&stored.records, name, value, len, expected, expected_len);
}
static int store_remove(void *how, const char *name, const uint8_t *expected, size_t expected_len) {
  return how ? useless(how) : swap(&stored.records, name, NULL, 0, expected, expected_len);
}
static int store_lock(void *how, const char *name, const char *owner, uint64_t lease_ms) {
  (void)lease_ms;
  return how ? useless(how) : swap(&stored.locks, name, owner, strlen(owner), NULL, 0);
}
static int store_unlock(void *how, const char *name, const char *owner) {
  return how ? useless(how) : swap(&stored.locks, name, NULL, 0, owner, strlen(owner));
}
static const appmint_store_callbacks store_callbacks = {sizeof store_callbacks, store_get, store_put, store_remove, store_lock, store_unlock};

static void clear_store(void) {
  while (stored.records) clear(&stored.records);
  while (stored.locks) clear(&stored.locks);
}
