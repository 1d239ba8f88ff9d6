/* How the C driver fetches lists, up to a limit, and prints them. */
#include <appmint.h>
#include <stdint.h>

#define LIST(plural, singular) LIST_OF(plural, singular, appmint_##singular)
#define LIST_OF(plural, singular, type) \
  static struct { appmint_##plural *all; type *items[1000]; size_t count; } plural; \
  static appmint_status take_##plural(size_t limit, appmint_error **e) { \
    while (plural.count < limit && plural.count < 1000) { \
      type *item; \
      appmint_status status = appmint_##plural##_next(plural.all, &item, e); \
      if (status || !item) return status; \
      plural.items[plural.count++] = item; \
    } \
    return 0; \
  } \
  static void print_##plural(void) { \
    char prefix[24]; \
    if (plural.all) print_number("", "count", (int64_t)plural.count, -1); \
    for (size_t i = 0; i < plural.count; i++) { \
      snprintf(prefix, sizeof prefix, "%zu.", i); \
      print_##singular(prefix, plural.items[i]); \
    } \
  } \
  static void forget_##plural(void) { \
    while (plural.count) type##_free(plural.items[--plural.count]); \
    appmint_##plural##_free(plural.all), plural.all = NULL; \
  }

LIST(installations, installation)
LIST(repositories, repository)
LIST(webhook_deliveries, webhook_delivery)
static void print_item(const char *prefix, const appmint_text *item) { print_text(prefix, "value", appmint_text_reveal(item, NULL)); }
LIST_OF(items, item, appmint_text)

static size_t limit(void) {
  word limit = arg("limit");
  return limit.value ? (size_t)num(limit.value) : SIZE_MAX;
}
