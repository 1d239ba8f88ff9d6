/*
 * The library can be loaded, and stays mapped when it is unloaded; says how long loading takes, the
 * median of 20 processes.
 *
 * usage: loading LIBRARY
 */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 20 };

static double ms_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Loads, and unloads while a pointer into the library is kept: its code must stay mapped. */
static double load(const char *path) {
  const char *(*version)(void);
  double start = ms_now(), took;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL), *symbol;
  took = ms_now() - start;
  if (!library || !(symbol = dlsym(library, "appmint_version"))) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  memcpy(&version, &symbol, sizeof version);
  dlclose(library);
  return strchr(version(), '.') ? took : -1;
}

static int compare(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

int main(int argc, char **argv) {
  double took[RUNS];
  int i, status, ends[2];
  if (argc != 2 || pipe(ends)) return 2;
  for (i = 0; i < RUNS; i++) {
    if (fork() == 0) {
      double ms = load(argv[1]);
      _exit(write(ends[1], &ms, sizeof ms) != sizeof ms);
    }
    if (wait(&status) < 0 || status != 0) return 1;
    if (read(ends[0], &took[i], sizeof took[i]) != (ssize_t)sizeof took[i]) return 1;
  }
  qsort(took, RUNS, sizeof *took, compare);
  printf("dlopen takes %.2f ms (median of %d; best %.2f, worst %.2f)\n", took[RUNS / 2], RUNS, took[0],
         took[RUNS - 1]);
  return took[0] < 0;
}
