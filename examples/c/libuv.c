/*
 * Tokens of many installations at once in an event loop of libuv. They take no thread of libuv's
 * pool: the file system answers meanwhile.
 *
 *   cc -std=c99 libuv.c -lappmint $(pkg-config --cflags --libs libuv) -o libuv && ./libuv INSTALLATION...
 *
 * The app comes from the environment: see from_environment.h.
 */
#define _POSIX_C_SOURCE 200112L
#include "from_environment.h"

#include <uv.h>

static appmint_queue *queue;
static uv_poll_t completions;
static uv_timer_t ticks;
static uv_fs_t stat_request;
static int on_their_way, minted, stats;

static void on_token(void *installation, const appmint_call *call) {
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  if (appmint_call_token(call, &token, &error) == APPMINT_OK) minted++;
  else printf("installation %s: %s\n", (const char *)installation, appmint_error_to_string(error));
  appmint_token_free(token);
  appmint_error_free(error);
  if (--on_their_way > 0) return;
  uv_close((uv_handle_t *)&completions, NULL);
  uv_close((uv_handle_t *)&ticks, NULL);
}

static void on_completions(uv_poll_t *handle, int status, int events) {
  (void)handle, (void)events;
  if (status == 0) appmint_queue_dispatch(queue);
}

static void start(const appmint_app *app, char *installation) {
  appmint_error *error = NULL;
  appmint_source *source = NULL;
  check(appmint_app_installation(app, installation, APPMINT_NTS, &source, &error), &error);
  check(appmint_source_token_async(source, APPMINT_DEFAULT, APPMINT_DEFAULT, queue, on_token,
                                   installation, NULL, &error), &error);
  on_their_way++;
  appmint_source_free(source);
}

/* A thread of libuv's pool did this. */
static void on_stat(uv_fs_t *request) {
  if (request->result == 0 && stats++ == 0) {
    printf("the file system answered while %d calls are on their way\n", on_their_way);
    fflush(stdout);
  }
  uv_fs_req_cleanup(request);
  request->data = NULL;
}

static void on_tick(uv_timer_t *timer) {
  if (stat_request.data) return; /* one at a time */
  stat_request.data = timer;
  uv_fs_stat(timer->loop, &stat_request, "/", on_stat);
}

int main(int argc, char **argv) {
  appmint_app *app = new_app(config_from_environment());
  appmint_error *error = NULL;
  uv_loop_t *loop = uv_default_loop();
  int i;

  check(appmint_queue_new(&queue, &error), &error);
  uv_poll_init(loop, &completions, appmint_queue_fd(queue));
  uv_poll_start(&completions, UV_READABLE, on_completions);
  uv_timer_init(loop, &ticks);
  uv_timer_start(&ticks, on_tick, 0, 1);
  for (i = 1; i < argc; i++) start(app, argv[i]);

  uv_run(loop, UV_RUN_DEFAULT);
  printf("%d tokens\n", minted);

  uv_loop_close(loop);
  appmint_queue_free(queue);
  appmint_app_free(app);
  return minted != argc - 1;
}
