/*
 * Contestants in C: `contestant PART NAME CALLERS`. Each line of standard input is a number of operations, which the
 * callers do together; the answer is the time that they took and the processor time of this process.
 */
#define _POSIX_C_SOURCE 200809L
#include <appmint.h>

#include <curl/curl.h>
#include <jwt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N APPMINT_NTS

typedef struct caller {
  int number;
  CURL *curl;
  appmint_source *source;
} caller;
typedef struct contestant {
  const char *part, *name;
  void (*prepare)(caller *);
  void (*operate)(caller *);
  void (*finish)(caller *);
} contestant;

static char *key;
static size_t key_len;
static appmint_app *app;
static appmint_clock *app_clock;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char table[64][48];

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}
static void check(appmint_status status, appmint_error *error) {
  if (status != APPMINT_OK) fail(appmint_error_to_string(error));
}
static char *read_file(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  char *text = calloc(1, 1 << 16);
  if (!file || !text) fail(path);
  *len = fread(text, 1, (1 << 16) - 1, file);
  fclose(file);
  return text;
}

/* ---- appmint */

static void make_app(int with_clock) {
  appmint_config *config = appmint_config_new();
  appmint_error *error = NULL;
  size_t roots_len;
  char *roots = read_file(getenv("BENCH_CA"), &roots_len);
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_app_id(config, "75", N);
  appmint_config_set_private_key(config, key, key_len);
  appmint_config_set_proxy(config, "", N);
  appmint_config_set_root_certificates(config, roots, roots_len);
  appmint_config_set_api_url(config, getenv("BENCH_URL"), N);
  appmint_config_set_timeout_ms(config, 600000);
  if (with_clock) appmint_config_set_clock(config, app_clock = appmint_clock_new(1700000000000));
  check(appmint_app_new(config, &app, &error), error);
  appmint_config_free(config);
  free(roots);
}
static void prepare_source(caller *it) {
  appmint_error *error = NULL;
  char id[16];
  snprintf(id, sizeof id, "%d", it->number + 1);
  check(appmint_app_installation(app, id, N, &it->source, &error), error);
}
static void free_source(caller *it) { appmint_source_free(it->source); }
static void sign(caller *it) {
  appmint_token *token = NULL;
  (void)it;
  /* An hour later the JWT in memory is over. */
  appmint_clock_set_ms(app_clock, appmint_clock_now_ms(app_clock) + 3600000);
  check(appmint_app_jwt(app, &token, NULL), NULL);
  appmint_token_free(token);
}
static void get_token(caller *it) {
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  check(appmint_source_token(it->source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error), error);
  appmint_token_free(token);
}
static void mint(caller *it) {
  appmint_source_invalidate(it->source);
  get_token(it);
}

/* ---- peers */

static void sign_with_libjwt(caller *it) {
  jwt_t *jwt = NULL;
  char *text;
  (void)it;
  if (jwt_new(&jwt) || jwt_add_grant_int(jwt, "iat", 1) || jwt_add_grant_int(jwt, "exp", 2) ||
      jwt_add_grant(jwt, "iss", "75") || jwt_set_alg(jwt, JWT_ALG_RS256, (unsigned char *)key, (int)key_len))
    fail("libjwt");
  text = jwt_encode_str(jwt);
  if (!text) fail("libjwt");
  free(text); /* 1.10 declares jwt_free_str, and has none */
  jwt_free(jwt);
}
static void copy_from_table(caller *it) {
  char *copy = NULL;
  int i;
  (void)it;
  pthread_mutex_lock(&lock);
  for (i = 0; i < 64 && !copy; i++)
    if (table[i][0] && i == 40) copy = strdup(table[i]);
  pthread_mutex_unlock(&lock);
  if (!copy) fail("no token");
  free(copy);
}
static size_t collect(char *data, size_t size, size_t count, void *len) {
  (void)data;
  *(size_t *)len += size * count;
  return size * count;
}
static void prepare_curl(caller *it) {
  static struct curl_slist *headers;
  char url[256], jwt[512] = "authorization: Bearer ";
  if (!headers) {
    memset(jwt + strlen(jwt), 'j', 400);
    headers = curl_slist_append(NULL, jwt);
    headers = curl_slist_append(headers, "accept: application/vnd.github+json");
  }
  snprintf(url, sizeof url, "%s/app/installations/%d/access_tokens", getenv("BENCH_URL"), it->number + 1);
  it->curl = curl_easy_init();
  curl_easy_setopt(it->curl, CURLOPT_URL, url);
  curl_easy_setopt(it->curl, CURLOPT_CAINFO, getenv("BENCH_CA"));
  curl_easy_setopt(it->curl, CURLOPT_PROXY, "");
  curl_easy_setopt(it->curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(it->curl, CURLOPT_POSTFIELDS, "");
  curl_easy_setopt(it->curl, CURLOPT_WRITEFUNCTION, collect);
}
static void post(caller *it) {
  size_t len = 0;
  curl_easy_setopt(it->curl, CURLOPT_WRITEDATA, &len);
  if (curl_easy_perform(it->curl) || !len) fail("curl");
}
static void free_curl(caller *it) { curl_easy_cleanup(it->curl); }

static const contestant contestants[] = {
  {"jwt", "appmint", NULL, sign, NULL},
  {"jwt", "libjwt", NULL, sign_with_libjwt, NULL},
  {"cached", "appmint", prepare_source, get_token, free_source},
  {"cached", "a table behind a mutex, and a copy", NULL, copy_from_table, NULL},
  {"mint", "appmint", prepare_source, mint, free_source},
  {"mint", "libcurl", prepare_curl, post, free_curl},
  {"start", "appmint", prepare_source, get_token, free_source}};

/* ---- rounds */

static const contestant *chosen;
static int each;
static pthread_barrier_t barrier;

static void *run(void *argument) {
  caller *it = argument;
  int i;
  if (chosen->prepare) chosen->prepare(it);
  chosen->operate(it); /* the connection is there */
  pthread_barrier_wait(&barrier);
  for (i = 0; i < each; i++) chosen->operate(it);
  pthread_barrier_wait(&barrier);
  if (chosen->finish) chosen->finish(it);
  return NULL;
}
static double now(clockid_t which) {
  struct timespec time;
  clock_gettime(which, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
static void play(int count, int callers) {
  pthread_t threads[64];
  caller all[64] = {{0}};
  double begun, cpu;
  int i;
  each = (count + callers - 1) / callers;
  pthread_barrier_init(&barrier, NULL, (unsigned)callers + 1);
  for (i = 0; i < callers; i++) {
    all[i].number = i;
    pthread_create(&threads[i], NULL, run, &all[i]);
  }
  pthread_barrier_wait(&barrier);
  begun = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
  pthread_barrier_wait(&barrier);
  printf("{\"seconds\": %.9f, \"cpu_seconds\": %.9f}\n", now(CLOCK_MONOTONIC) - begun,
         now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  fflush(stdout);
  for (i = 0; i < callers; i++) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&barrier);
}

int main(int argc, char **argv) {
  char line[32];
  size_t i;
  if (argc != 4 || atoi(argv[3]) < 1 || atoi(argv[3]) > 64) fail("PART NAME CALLERS");
  for (i = 0; i < sizeof contestants / sizeof *contestants; i++)
    if (!strcmp(contestants[i].part, argv[1]) && !strcmp(contestants[i].name, argv[2])) chosen = &contestants[i];
  if (!chosen) fail("no such contestant");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  key = read_file(getenv("BENCH_KEY"), &key_len);
  strcpy(table[40], "Bearer ghs_0123456789012345678901234567");
  if (!strcmp(argv[2], "appmint")) make_app(!strcmp(argv[1], "jwt"));
  if (!strcmp(argv[1], "start")) {
    caller one = {0};
    prepare_source(&one);
    get_token(&one);
    puts(read_file("/proc/self/status", &key_len));
    return 0;
  }
  while (fgets(line, sizeof line, stdin)) play(atoi(line), atoi(argv[3]));
  return 0;
}
