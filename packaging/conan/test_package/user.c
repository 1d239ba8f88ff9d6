/* The library that was found is the header's. */
#include <appmint.h>

#include <stdio.h>
#include <string.h>

int main(void) {
  puts(appmint_version());
  return strcmp(appmint_version(), APPMINT_VERSION) || appmint_abi_version() != APPMINT_ABI_VERSION;
}
