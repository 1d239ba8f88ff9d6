/* A platform that responds on any number of connections, for test programs that have no other. */
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
#define HELPER __attribute__((unused)) static

/* Callbacks are called on several threads at once. */
#define ADD(counter) __atomic_add_fetch(&(counter), 1, __ATOMIC_SEQ_CST)
#define READ(counter) __atomic_load_n(&(counter), __ATOMIC_SEQ_CST)

static int failures;
#define CHECK(condition) \
  do { if (!(condition)) { ADD(failures); printf("line %d: %s\n", __LINE__, #condition); } } while (0)

HELPER int same(const char *left, const char *right) { return left && right && !strcmp(left, right); }

static void pause_ms(long ms) {
  struct timespec pause = {ms / 1000, ms % 1000 * 1000 * 1000};
  nanosleep(&pause, NULL);
}
/* Waits for a worker thread. */
HELPER int becomes(int *counter, int value) {
  int i;
  for (i = 0; i < 2000 && READ(*counter) != value; i++) pause_ms(5);
  return READ(*counter) == value;
}
HELPER int number(const char *name, int otherwise) {
  const char *text = getenv(name);
  return text && *text ? atoi(text) : otherwise;
}

/* ---- the platform */

static struct {
  int socket, port, mints, delay_ms, is_held, held;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
} platform = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* From now on no request is answered. */
HELPER void hold(void) {
  pthread_mutex_lock(&platform.mutex);
  platform.is_held = 1;
  pthread_mutex_unlock(&platform.mutex);
}
/* Answers every request that waits, and those that come. */
HELPER void release(void) {
  pthread_mutex_lock(&platform.mutex);
  platform.is_held = 0;
  pthread_cond_broadcast(&platform.changed);
  pthread_mutex_unlock(&platform.mutex);
}
/* Waits until so many requests wait for an answer. */
HELPER void await_held(int count) {
  pthread_mutex_lock(&platform.mutex);
  while (platform.held < count) pthread_cond_wait(&platform.changed, &platform.mutex);
  pthread_mutex_unlock(&platform.mutex);
}
static void wait_while_held(void) {
  pthread_mutex_lock(&platform.mutex);
  platform.held++;
  pthread_cond_broadcast(&platform.changed);
  while (platform.is_held) pthread_cond_wait(&platform.changed, &platform.mutex);
  platform.held--;
  pthread_mutex_unlock(&platform.mutex);
}

/* Reads a request; 0 if the connection has ended. */
static int read_request(int connection, char *text, size_t room) {
  size_t len = 0, more = 0;
  char *body = NULL, *line;
  while (!body || strlen(body) < more) {
    ssize_t got = len + 1 < room ? read(connection, text + len, room - 1 - len) : 0;
    if (got <= 0) return 0;
    text[len += (size_t)got] = '\0';
    if (!(body = strstr(text, "\r\n\r\n"))) continue;
    body += 4;
    for (line = text; line < body; line = strstr(line, "\r\n") + 2)
      if (!strncasecmp(line, "content-length: ", 16)) more = strtoul(line + 16, NULL, 10);
  }
  return 1;
}
static void *respond(void *it) {
  int connection = *(int *)it;
  char text[8192], body[256], expiry[32];
  free(it);
  while (read_request(connection, text, sizeof text)) {
    int is_mint;
    time_t end = time(NULL) + 3600;
    struct tm parts;
    wait_while_held();
    is_mint = !strncmp(text, "POST ", 5) && strstr(text, "/access_tokens ");
    strftime(expiry, sizeof expiry, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&end, &parts));
    if (is_mint) {
      sprintf(body, "{\"token\":\"ghs_%d\",\"expires_at\":\"%s\"}", ADD(platform.mints), expiry);
      pause_ms(READ(platform.delay_ms));
    } else {
      strcpy(body, strstr(text, "/installations?") ? "[{\"id\":1},{\"id\":2}]" : "[]");
    }
    sprintf(text, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %lu\r\n\r\n%s",
            is_mint ? "201 Created" : "200 OK", (unsigned long)strlen(body), body);
    if (send(connection, text, strlen(text), MSG_NOSIGNAL) < 0) break; /* the child may have ended */
  }
  close(connection);
  return NULL;
}
static void *serve(void *unused) {
  int connection;
  while ((connection = accept(platform.socket, NULL, NULL)) >= 0) {
    pthread_t thread;
    int *it = malloc(sizeof *it);
    *it = connection;
    CHECK(!pthread_create(&thread, NULL, respond, it) && !pthread_detach(thread));
  }
  return unused;
}
static void start_platform(void) {
  struct sockaddr_in address = {0};
  socklen_t len = sizeof address;
  platform.socket = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(!bind(platform.socket, (struct sockaddr *)&address, len) && !listen(platform.socket, 256));
  CHECK(!getsockname(platform.socket, (struct sockaddr *)&address, &len));
  platform.port = ntohs(address.sin_port);
  CHECK(!pthread_create(&platform.thread, NULL, serve, NULL));
}
static void stop_platform(void) {
  shutdown(platform.socket, SHUT_RDWR);
  pthread_join(platform.thread, NULL);
  close(platform.socket);
}

/* ---- an app at it */

static int sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                size_t *signature_len) {
  (void)userdata, (void)message, (void)message_len;
  memset(signature, 1, *signature_len = 256);
  return 0;
}
static appmint_config *new_config(void) {
  appmint_config *config = appmint_config_new();
  appmint_signer signer = {sizeof signer, NULL, sign, NULL};
  char url[64];
  sprintf(url, "http://127.0.0.1:%d", platform.port);
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_app_id(config, "75", N);
  appmint_config_set_signer(config, &signer);
  appmint_config_set_api_url(config, url, N);
  appmint_config_set_proxy(config, "", 0);
  return config;
}
static appmint_app *app_of(appmint_config *config) {
  appmint_app *app = NULL;
  CHECK(appmint_app_new(config, &app, NULL) == APPMINT_OK);
  appmint_config_free(config);
  return app;
}
static appmint_source *source_of(const appmint_app *app, const char *id) {
  appmint_source *source = NULL;
  CHECK(appmint_app_installation(app, id, N, &source, NULL) == APPMINT_OK);
  return source;
}
