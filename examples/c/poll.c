/*
 * Tokens of many installations at once, in an event loop of poll(2) that goes on meanwhile: it
 * repeats each line that you type.
 *
 *   cc -std=c99 poll.c -lappmint -o poll && ./poll INSTALLATION...
 *
 * The app comes from the environment: see from_environment.h.
 */
#define _POSIX_C_SOURCE 200112L
#include "from_environment.h"

#include <poll.h>
#include <unistd.h>

static int on_their_way, minted;

/* Runs in appmint_queue_dispatch, on the thread of the loop. */
static void on_token(void *installation, const appmint_call *call) {
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  on_their_way--;
  if (appmint_call_token(call, &token, &error) == APPMINT_OK) minted++;
  else printf("installation %s: %s\n", (const char *)installation, appmint_error_to_string(error));
  appmint_token_free(token);
  appmint_error_free(error);
}

static void start(const appmint_app *app, char *installation, const appmint_queue *queue) {
  appmint_error *error = NULL;
  appmint_source *source = NULL;
  check(appmint_app_installation(app, installation, APPMINT_NTS, &source, &error), &error);
  check(appmint_source_token_async(source, APPMINT_DEFAULT, APPMINT_DEFAULT, queue, on_token,
                                   installation, NULL, &error), &error);
  on_their_way++;
  appmint_source_free(source); /* a call does not need it any more */
}

static void repeat_line(struct pollfd *input) {
  char line[256];
  ssize_t len = read(input->fd, line, sizeof line - 1);
  if (len > 0) {
    line[len] = '\0';
    printf("while %d calls are on their way: %s", on_their_way, line);
    fflush(stdout);
  } else {
    input->fd = -1; /* poll ignores it */
  }
}

int main(int argc, char **argv) {
  appmint_app *app = new_app(config_from_environment());
  appmint_error *error = NULL;
  appmint_queue *queue = NULL;
  struct pollfd watched[2];
  int i;

  check(appmint_queue_new(&queue, &error), &error);
  for (i = 1; i < argc; i++) start(app, argv[i], queue);

  watched[0].fd = appmint_queue_fd(queue);
  watched[1].fd = STDIN_FILENO;
  watched[0].events = watched[1].events = POLLIN;
  while (on_their_way > 0 && poll(watched, 2, -1) > 0) {
    if (watched[0].revents) appmint_queue_dispatch(queue);
    if (watched[1].revents) repeat_line(&watched[1]);
  }
  printf("%d tokens\n", minted);

  appmint_queue_free(queue);
  appmint_app_free(app);
  return minted != argc - 1;
}
