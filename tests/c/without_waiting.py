"""Writes a C header in which every function that waits is made of its form that does not wait.

A program that is compiled with it (-include) makes all its calls by queues, without a change of its own.

usage: without_waiting.py include/appmint.h > without_waiting.h
"""

import re
import sys
from pathlib import Path

from nulls import functions, split

PROLOGUE = """
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <appmint.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
#define APPMINT_WAITED inline
#else
#define APPMINT_WAITED __attribute__((unused)) static
#endif

/* A call of this thread, and whether its callback has run. */
typedef struct { appmint_queue *queue; appmint_call *call; int runs; } appmint_waited;

APPMINT_WAITED void appmint_waited_done(void *userdata, const appmint_call *call) {
  appmint_waited *it = (appmint_waited *)userdata;
  if (!appmint_call_is_complete(call)) abort();
  it->runs++;
}
APPMINT_WAITED appmint_waited appmint_waited_new(void) {
  appmint_waited it = {NULL, NULL, 0};
  if (appmint_queue_new(&it.queue, NULL)) abort();
  return it;
}
/* The loop of an event loop, until the callback has run: once. */
APPMINT_WAITED void appmint_waited_run(const appmint_waited *it) {
  struct pollfd watched = {appmint_queue_fd(it->queue), POLLIN, 0};
  while (it->runs == 0) {
    if (poll(&watched, 1, -1) < 0) abort();
    appmint_queue_dispatch(it->queue);
  }
  if (it->runs != 1 || appmint_queue_dispatch(it->queue) != 0) abort();
}
APPMINT_WAITED void appmint_waited_end(appmint_waited *it) {
  appmint_call_free(it->call);
  appmint_queue_free(it->queue);
}
"""


def wrapper(name, parameters, readers):
    given = [split(each)[1] for each in parameters]
    place = parameters[-2] if split(parameters[-2])[0].endswith("**") else None
    arguments = given[: -2 if place else -1]
    read = "appmint_call_outcome(it.call, error)"
    if place:
        kind, result = split(place)
        read = f"{readers[kind]}(it.call, {result}, error)"
    yield f"APPMINT_WAITED appmint_status appmint_waited_{name}({', '.join(parameters)}) {{"
    yield "  appmint_waited it = appmint_waited_new();"
    call = ", ".join([*arguments, "it.queue", "appmint_waited_done", "&it", "&it.call", "error"])
    yield f"  appmint_status status = appmint_{name}_async({call});"
    yield "  if (status == APPMINT_OK) {"
    yield "    appmint_waited_run(&it);"
    yield f"    status = {read};"
    yield "  }"
    yield "  appmint_waited_end(&it);"
    yield "  return status;"
    yield "}"
    yield f"#define appmint_{name} appmint_waited_{name}"


def main(header):
    declared = {name: parameters for _, name, parameters in functions(Path(header).read_text())}
    readers = {split(declared[name][1])[0]: name for name in declared
               if re.match(r"appmint_call_(?!wait|outcome|is_|cancel|free)", name)}
    print("/* Written by tests/c/without_waiting.py. */", PROLOGUE, sep="\n")
    for name in sorted(declared):
        if name.endswith("_async"):
            waiting = name.removesuffix("_async")
            print("\n".join(wrapper(waiting.removeprefix("appmint_"), declared[waiting], readers)))


main(sys.argv[1])
