/* The C driver's own stores: one in its memory, the same for all its apps, and one that fails. */
#include <appmint.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry { char *name, *bytes; size_t len; struct entry *next; } entry;
static struct { pthread_mutex_t mutex; entry *records, *locks; } shelf = {PTHREAD_MUTEX_INITIALIZER, NULL, NULL};

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
/* Puts `new` (NULL: nothing) in the place of `expected`. */
static int swap(entry **all, const char *name, const void *new, size_t len, const void *expected, size_t expected_len) {
  pthread_mutex_lock(&shelf.mutex);
  entry **at = place(all, name);
  int same = is(*at, expected, expected_len);
  if (same && *at) clear(at);
  if (same && new) fill(all, name, new, len);
  pthread_mutex_unlock(&shelf.mutex);
  return same ? APPMINT_STORE_YES : APPMINT_STORE_NO;
}

static int shelf_get(void *fails, const char *name, appmint_bytes *value) {
  if (fails) return -1;
  pthread_mutex_lock(&shelf.mutex);
  entry *it = *place(&shelf.records, name);
  int failed = it && appmint_bytes_put(value, it->bytes, it->len, NULL);
  pthread_mutex_unlock(&shelf.mutex);
  return failed ? -1 : it ? APPMINT_STORE_YES : APPMINT_STORE_NO;
}
static int shelf_put(void *fails, const char *name, const uint8_t *value, size_t len, const uint8_t *expected, size_t expected_len, int64_t keep_until_ms) {
  (void)keep_until_ms;
  return fails ? -1 : swap(&shelf.records, name, value, len, expected, expected_len);
}
static int shelf_remove(void *fails, const char *name, const uint8_t *expected, size_t expected_len) {
  return fails ? -1 : swap(&shelf.records, name, NULL, 0, expected, expected_len);
}
static int shelf_lock(void *fails, const char *name, const char *owner, uint64_t lease_ms) {
  (void)lease_ms;
  return fails ? -1 : swap(&shelf.locks, name, owner, strlen(owner), NULL, 0);
}
static int shelf_unlock(void *fails, const char *name, const char *owner) {
  return fails ? -1 : swap(&shelf.locks, name, NULL, 0, owner, strlen(owner));
}
static const appmint_store_callbacks shelf_calls = {sizeof shelf_calls, shelf_get, shelf_put, shelf_remove, shelf_lock, shelf_unlock};

static void clear_shelf(void) {
  while (shelf.records) clear(&shelf.records);
  while (shelf.locks) clear(&shelf.locks);
}
