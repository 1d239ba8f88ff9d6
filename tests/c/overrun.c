/* Reads memory of the library's after it was freed, which a sanitizer must notice. */
#include <appmint.h>

int main(void) {
  appmint_clock *clock = appmint_clock_new(1);
  appmint_clock_free(clock);
  return *(volatile char *)clock;
}
