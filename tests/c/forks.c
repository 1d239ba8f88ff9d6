/*
 * A child that is forked while other threads are inside every function without side effects can call all of
 * them itself: none waits for a lock of a thread that the child does not have.
 *
 * APPMINT_FORKS is the number of children (1000). sandboxed.py starts the sandbox.
 */
#define _GNU_SOURCE
#include "sandbox_objects.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, CHILD_SECONDS = 60 };

static objects all;
static int is_over;

/* Objects whose texts are being made: getters make them at the first call. NULL while there is none. */
static objects *fresh[THREADS];

static void call_everything(void) {
  appmint_webhook_event *event = verify_webhook(all.app);
  appmint_webhook_event_free(event);
  call_every_getter(&all);
  make_drafts(&all);
  authorize(&all);
  make_sources(&all);
  read_what_is_in_memory(&all);
}
/* Getters at their first call, over and over. A child may look at the same objects. */
static void read_fresh_objects(objects **published) {
  appmint_error *error = NULL;
  objects mine;
  memset(&mine, 0, sizeof mine);
  mine.token = appmint_token_copy(all.user);
  mine.error = appmint_error_copy(all.error);
  mine.webhook_event = verify_webhook(all.app);
  WELL(appmint_app_authorize(all.app, NULL, &mine.authorization, &error));
  WELL(appmint_app_stats(all.app, &mine.stats, &error));
  __atomic_store_n(published, &mine, __ATOMIC_SEQ_CST);
  call_every_getter(&mine);
  __atomic_store_n(published, NULL, __ATOMIC_SEQ_CST);
  appmint_stats_free(mine.stats);
  appmint_authorization_free(mine.authorization);
  appmint_webhook_event_free(mine.webhook_event);
  appmint_error_free(mine.error);
  appmint_token_free(mine.token);
}
static void *keep_busy(void *published) {
  int i;
  for (i = 0; !__atomic_load_n(&is_over, __ATOMIC_SEQ_CST); i++) {
    if (i % 4) read_fresh_objects(published);
    else call_everything();
  }
  return NULL;
}
/* In the child. A child that hangs is ended by its alarm. */
static int child(int failures_before) {
  int i;
  alarm(CHILD_SECONDS);
  for (i = 0; i < THREADS; i++)
    if (fresh[i]) call_every_getter(fresh[i]);
  call_everything();
  return failures != failures_before;
}
static int is_well(pid_t made) {
  int status;
  if (made < 0 || waitpid(made, &status, 0) != made) return 0;
  if (WIFSIGNALED(status)) printf("a child was ended by signal %d\n", WTERMSIG(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(void) {
  const char *text = getenv("APPMINT_FORKS");
  int i, well = 0, count = text ? atoi(text) : 1000;
  pthread_t threads[THREADS];
  setvbuf(stdout, NULL, _IONBF, 0);
  all = make_objects();
  call_everything(); /* what is made once in a process is there */
  for (i = 0; i < THREADS; i++) CHECK(!pthread_create(&threads[i], NULL, keep_busy, &fresh[i]));
  for (i = 0; i < count && well == i; i++) {
    pid_t made = fork();
    if (made == 0) _exit(child(failures));
    well += is_well(made);
  }
  __atomic_store_n(&is_over, 1, __ATOMIC_SEQ_CST);
  for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK(well == count);
  free_objects(&all);
  printf("%d of %d children went well, %d failures\n", well, count, failures);
  return failures != 0;
}
