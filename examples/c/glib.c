/*
 * Tokens of many installations at once in a main loop of GLib, as GTK programs have it.
 *
 *   cc -std=c99 glib.c -lappmint $(pkg-config --cflags --libs glib-2.0) -o glib && ./glib INSTALLATION...
 *
 * The app comes from the environment: see from_environment.h.
 */
#include "from_environment.h"

#include <glib-unix.h>
#include <glib.h>

static GMainLoop *loop;
static int on_their_way, minted, ticks;

static void on_token(void *installation, const appmint_call *call) {
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  if (appmint_call_token(call, &token, &error) == APPMINT_OK) minted++;
  else printf("installation %s: %s\n", (const char *)installation, appmint_error_to_string(error));
  appmint_token_free(token);
  appmint_error_free(error);
  if (--on_their_way == 0) g_main_loop_quit(loop);
}

static gboolean on_completions(gint fd, GIOCondition condition, gpointer queue) {
  (void)fd, (void)condition;
  appmint_queue_dispatch(queue);
  return G_SOURCE_CONTINUE;
}

static void start(const appmint_app *app, char *installation, const appmint_queue *queue) {
  appmint_error *error = NULL;
  appmint_source *source = NULL;
  check(appmint_app_installation(app, installation, APPMINT_NTS, &source, &error), &error);
  check(appmint_source_token_async(source, APPMINT_DEFAULT, APPMINT_DEFAULT, queue, on_token,
                                   installation, NULL, &error), &error);
  on_their_way++;
  appmint_source_free(source);
}

static gboolean on_tick(gpointer unused) {
  (void)unused;
  if (ticks++ == 0) {
    printf("the loop goes on while %d calls are on their way\n", on_their_way);
    fflush(stdout);
  }
  return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv) {
  appmint_app *app = new_app(config_from_environment());
  appmint_error *error = NULL;
  appmint_queue *queue = NULL;
  guint completions, timer;
  int i;

  loop = g_main_loop_new(NULL, FALSE);
  check(appmint_queue_new(&queue, &error), &error);
  completions = g_unix_fd_add(appmint_queue_fd(queue), G_IO_IN, on_completions, queue);
  timer = g_timeout_add(10, on_tick, NULL);
  for (i = 1; i < argc; i++) start(app, argv[i], queue);

  if (on_their_way > 0) g_main_loop_run(loop);
  printf("%d tokens\n", minted);

  g_source_remove(completions);
  g_source_remove(timer);
  g_main_loop_unref(loop);
  appmint_queue_free(queue);
  appmint_app_free(app);
  return minted != argc - 1;
}
