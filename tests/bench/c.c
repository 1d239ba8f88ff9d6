/*
 * The cost of calls without network I/O, in nanoseconds, beside a table behind a mutex: what a program
 * would use without appmint.
 *
 *   cc -O2 -Iinclude tests/bench/c.c build/libappmint.a -lm -ldl -lpthread -o bench && ./bench
 */
#define _POSIX_C_SOURCE 200809L
#include <appmint.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define N APPMINT_NTS

enum { CALLS = 200000, ROUNDS = 5, ENTRIES = 64 };

static void check(appmint_status status, appmint_error *error) {
  if (status == APPMINT_OK) return;
  fprintf(stderr, "%s\n", appmint_error_to_string(error));
  exit(1);
}

/* ---- a platform that mints one token */

static void *mint(void *listener) {
  static const char reply[] = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 62\r\n\r\n"
                              "{\"token\":\"ghs_0123456789\",\"expires_at\":\"2099-01-01T00:00:00Z\"}";
  int connection = accept(*(int *)listener, NULL, NULL);
  char text[8192];
  size_t len = 0;
  ssize_t got;
  while (len + 1 < sizeof text && (got = read(connection, text + len, sizeof text - 1 - len)) > 0) {
    text[len += (size_t)got] = '\0';
    if (strstr(text, "\r\n\r\n")) break;
  }
  if (write(connection, reply, strlen(reply)) < 0) perror("write");
  return NULL;
}
static int sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                size_t *signature_len) {
  (void)userdata, (void)message, (void)message_len;
  memset(signature, 1, *signature_len = 256);
  return 0;
}
static appmint_app *app_at(const char *url) {
  appmint_config *config = appmint_config_new();
  appmint_signer signer = {sizeof signer, NULL, sign, NULL};
  appmint_app *app = NULL;
  appmint_error *error = NULL;
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_app_id(config, "75", N);
  appmint_config_set_signer(config, &signer);
  appmint_config_set_api_url(config, url, N);
  appmint_config_set_proxy(config, "", 0);
  check(appmint_app_new(config, &app, &error), error);
  appmint_config_free(config);
  return app;
}

/* ---- the measured calls */

static appmint_app *app;
static appmint_source *source;
static struct { pthread_mutex_t mutex; char names[ENTRIES][16], tokens[ENTRIES][48]; } table = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void name(void) {
  if (!appmint_app_platform_name(app)) abort();
}
static void look_up(void) {
  char *found = NULL;
  size_t i;
  pthread_mutex_lock(&table.mutex);
  for (i = 0; i < ENTRIES && !found; i++)
    if (!strcmp(table.names[i], "installation 40")) found = strdup(table.tokens[i]);
  pthread_mutex_unlock(&table.mutex);
  if (!found) abort();
  free(found);
}
static void token(void) {
  appmint_token *it = NULL;
  if (appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &it, NULL) != APPMINT_OK) abort();
  appmint_token_free(it);
}
static void authorization(void) {
  appmint_text *it = NULL;
  if (appmint_source_authorization_header(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &it, NULL) != APPMINT_OK) abort();
  appmint_text_free(it);
}
static const struct { const char *what; void (*call)(void); } rows[] = {
  {"appmint_app_platform_name", name},
  {"a table behind a mutex, and a copy", look_up},
  {"appmint_source_token, and free", token},
  {"appmint_source_authorization_header, and free", authorization}};

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}
static void *repeat(void *call) {
  int i;
  for (i = 0; i < CALLS; i++) (*(void (*const *)(void))call)();
  return NULL;
}
/* The best of some rounds, per call and thread. */
static double measured(void (*const *call)(void), int threads) {
  pthread_t running[2];
  double best = 1e18;
  int round, i;
  for (round = 0; round < ROUNDS; round++) {
    double start = now_ns(), took;
    for (i = 0; i < threads; i++) pthread_create(&running[i], NULL, repeat, (void *)call);
    for (i = 0; i < threads; i++) pthread_join(running[i], NULL);
    took = (now_ns() - start) / CALLS;
    if (took < best) best = took;
  }
  return best;
}

int main(void) {
  struct sockaddr_in address = {0};
  socklen_t len = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  pthread_t platform;
  appmint_token *first = NULL;
  appmint_error *error = NULL;
  char url[64];
  size_t i;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&address, len) || listen(listener, 8) ||
      getsockname(listener, (struct sockaddr *)&address, &len))
    return perror("listen"), 1;
  snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(address.sin_port));
  pthread_create(&platform, NULL, mint, &listener);
  for (i = 0; i < ENTRIES; i++) {
    snprintf(table.names[i], sizeof table.names[i], "installation %d", (int)i % 100);
    strcpy(table.tokens[i], "Bearer ghs_0123456789");
  }
  app = app_at(url);
  check(appmint_app_installation(app, "14", N, &source, &error), error);
  check(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &first, &error), error);
  appmint_token_free(first);
  pthread_join(platform, NULL);

  printf("%-40s %10s %10s\n", "ns per call, C", "1 thread", "2 threads");
  for (i = 0; i < sizeof rows / sizeof *rows; i++)
    printf("%-40s %10.0f %10.0f\n", rows[i].what, measured(&rows[i].call, 1), measured(&rows[i].call, 2));
  appmint_source_free(source);
  appmint_app_free(app);
  return 0;
}
