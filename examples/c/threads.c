/*
 * Many threads share one app: whoever asks first mints the token, and all others get it from memory.
 *
 *   cc threads.c $(pkg-config --cflags --libs appmint) -pthread -o threads
 *   ./threads INSTALLATION_ID
 *
 * The app comes from the environment: see from_environment.h.
 */
#include "from_environment.h"

#include <pthread.h>

#define THREADS 16
#define CALLS 1000

/* A thread needs no object of its own: the source is used by all of them at once. */
static void *ask(void *source) {
  int i;
  for (i = 0; i < CALLS; i++) {
    appmint_token *token = NULL;
    appmint_error *error = NULL;
    check(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error), &error);
    appmint_token_free(token);
  }
  return NULL;
}

int main(int argc, char **argv) {
  appmint_app *app = new_app(config_from_environment());
  appmint_source *source = NULL;
  appmint_stats *stats = NULL;
  appmint_error *error = NULL;
  pthread_t threads[THREADS];
  int i, started;

  if (argc < 2) return fprintf(stderr, "usage: threads INSTALLATION_ID\n"), 1;
  check(appmint_app_installation(app, argv[1], APPMINT_NTS, &source, &error), &error);
  for (started = 0; started < THREADS; started++)
    if (pthread_create(&threads[started], NULL, ask, source) != 0) break;
  for (i = 0; i < started; i++) pthread_join(threads[i], NULL);
  check(appmint_app_stats(app, &stats, &error), &error);
  printf("%d calls, %lu minted\n", started * CALLS, (unsigned long)appmint_stats_minted(stats));
  appmint_stats_free(stats);
  appmint_source_free(source);
  appmint_app_free(app);
  return 0;
}
