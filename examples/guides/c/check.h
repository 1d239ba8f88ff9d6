/* Ends the program on an error: what most small programs want. */
#ifndef CHECK_H
#define CHECK_H

#include <appmint.h>

#include <stdio.h>
#include <stdlib.h>

/* --8<-- [start:check] */
static void check(appmint_status status, appmint_error **error) {
  if (status == APPMINT_OK) return;
  fprintf(stderr, "%s: %s\n", appmint_error_kind_name(status), appmint_error_to_string(*error));
  appmint_error_free(*error);
  exit(1);
}
/* --8<-- [end:check] */

#endif
