/*
 * The library lives in a program with default signals: no server that hangs up ends it, and no thread of the
 * library handles a signal of the program.
 *
 * usage: APPMINT_MINTS=500 signals URL KEY.pem CA.pem REDIS-URL   (signals.py starts the servers)
 */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include <appmint.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define N APPMINT_NTS

static int failures;
#define CHECK(condition) \
  do { if (!(condition)) { failures++; printf("line %d: %s\n", __LINE__, #condition); } } while (0)

/* ---- the program's signals */

static pthread_t main_thread;
static volatile sig_atomic_t alarms, foreign_alarms;

static void on_alarm(int signal) {
  int before = errno;
  (void)signal;
  if (pthread_equal(pthread_self(), main_thread)) alarms++; else foreign_alarms++;
  errno = before;
}
static void start_alarms(void) {
  struct sigaction action = {0};
  struct itimerval each_ms = {{0, 1000}, {0, 1000}};
  action.sa_handler = on_alarm;
  action.sa_flags = SA_RESTART;
  CHECK(!sigaction(SIGALRM, &action, NULL) && !setitimer(ITIMER_REAL, &each_ms, NULL));
}
static void stop_alarms(void) {
  struct itimerval never = {{0, 0}, {0, 0}};
  CHECK(!setitimer(ITIMER_REAL, &never, NULL));
}
static void mask(int how, int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  CHECK(!pthread_sigmask(how, &set, NULL));
}
/* Sends the process a signal that only this thread waits for. Its default action would end the process. */
static int is_ours(int signal) {
  struct timespec at_most = {20, 0};
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  CHECK(!kill(getpid(), signal));
  return sigtimedwait(&set, NULL, &at_most) == signal;
}

/* ---- apps */

static size_t read_file(const char *path, char *text, size_t room) {
  FILE *file = fopen(path, "rb");
  size_t len = file ? fread(text, 1, room, file) : 0;
  CHECK(len > 0 && len < room);
  if (file) fclose(file);
  return len;
}
static appmint_config *config_for(char **arguments) {
  static char key[8192], certificates[8192];
  appmint_config *config = appmint_config_new();
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_app_id(config, "75", N);
  appmint_config_set_client_id(config, "Iv1.client", N);
  appmint_config_set_client_secret(config, "client-secret", N);
  appmint_config_set_api_url(config, arguments[1], N);
  appmint_config_set_web_url(config, arguments[1], N);
  appmint_config_set_private_key(config, key, read_file(arguments[2], key, sizeof key));
  appmint_config_set_root_certificates(config, certificates,
                                       read_file(arguments[3], certificates, sizeof certificates));
  appmint_config_set_proxy(config, "", 0);
  appmint_config_set_retries(config, 0);
  return config;
}
static appmint_app *app_of(appmint_config *config) {
  appmint_app *app = NULL;
  appmint_error *error = NULL;
  CHECK(appmint_app_new(config, &app, &error) == APPMINT_OK);
  if (error) printf("%s\n", appmint_error_message(error));
  appmint_error_free(error);
  appmint_config_free(config);
  return app;
}
typedef struct { int minted, failed; } outcomes;

/* Those with an even id are done on this thread, the others, whose caller has a time of its own, on the library's. */
static void mint(const appmint_app *app, int id, outcomes *count) {
  char text[16];
  sigset_t pending;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  sprintf(text, "%d", id);
  CHECK(appmint_app_installation(app, text, N, &source, NULL) == APPMINT_OK);
  if (appmint_source_token(source, APPMINT_DEFAULT, id % 2 ? 60000 : APPMINT_DEFAULT, &token, NULL)) count->failed++;
  else count->minted++;
  CHECK(!sigpending(&pending) && !sigismember(&pending, SIGPIPE));
  appmint_token_free(token);
  appmint_source_free(source);
}
static void a_server_that_hangs_up_ends_no_program(const appmint_app *app) {
  outcomes count = {0, 0};
  const char *text = getenv("APPMINT_MINTS");
  int i, mints = text ? atoi(text) : 500;
  for (i = 1; i <= mints; i++) {
    /* Half of the time the program has the signal blocked, and a thread that does not would handle it. */
    if (i % 50 == 0) mask(i % 100 ? SIG_BLOCK : SIG_UNBLOCK, SIGALRM);
    mint(app, i, &count);
  }
  mask(SIG_UNBLOCK, SIGALRM);
  printf("%d minted, %d failed, %d alarms\n", count.minted, count.failed, (int)alarms);
  CHECK(count.minted > mints / 20 && count.failed > mints / 20);
}
/* With as little stack as a thread may have that does the work itself: connections, handshakes, and what fails in them. */
static void *mint_on_this_stack(void *app) {
  outcomes count = {0, 0};
  int i;
  mask(SIG_BLOCK, SIGALRM);
  for (i = 0; i < 70; i++) mint(app, 400000 + 2 * i, &count);
  CHECK(count.minted > 0 && count.failed > 0);
  return NULL;
}
static void half_a_megabyte_of_stack_is_enough(appmint_app *app) {
  pthread_attr_t attributes;
  pthread_t thread;
  CHECK(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, (512 + 32) * 1024));
  CHECK(!pthread_create(&thread, &attributes, mint_on_this_stack, app) && !pthread_join(thread, NULL));
  pthread_attr_destroy(&attributes);
}
/* The signals that a thread of this process blocks, a bit for each. */
static unsigned long long blocked_by(const char *thread) {
  char path[300], line[256];
  unsigned long long blocked = 0;
  FILE *status;
  snprintf(path, sizeof path, "/proc/self/task/%s/status", thread);
  status = fopen(path, "r");
  if (!status) return ~0ULL; /* it has ended meanwhile */
  while (fgets(line, sizeof line, status)) sscanf(line, "SigBlk: %llx", &blocked);
  fclose(status);
  return blocked;
}
/* Those that carry calls out and send requests, and those of look-ups of names. */
static void each_thread_of_the_library_blocks_the_program_s_signals(void) {
  static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGPROF};
  DIR *threads = opendir("/proc/self/task");
  struct dirent *thread;
  int count = 0;
  size_t i;
  CHECK(threads != NULL);
  while (threads && (thread = readdir(threads))) {
    if (thread->d_name[0] == '.' || atoi(thread->d_name) == getpid()) continue;
    for (i = 0; i < sizeof signals / sizeof *signals; i++)
      CHECK(blocked_by(thread->d_name) >> (signals[i] - 1) & 1);
    count++;
  }
  if (threads) closedir(threads);
  printf("%d threads of the library\n", count);
  CHECK(count >= 2);
}
static void a_signal_that_the_program_waits_for_is_not_stolen(const appmint_app *app) {
  outcomes count = {0, 0};
  int i, ours = 0;
  /* The library's threads have begun, and were started by one that did not block the signal. */
  mask(SIG_BLOCK, SIGUSR1);
  for (i = 0; i < 100; i++) {
    if (i % 10 == 0) mint(app, 100001 + i, &count);
    ours += is_ours(SIGUSR1);
  }
  CHECK(ours == 100);
}

/* ---- a store that ends */

static void a_store_that_ends_ends_no_program(char **arguments) {
  outcomes before = {0, 0}, after = {0, 0};
  appmint_config *config = config_for(arguments);
  appmint_app *app;
  char line[16];
  int i;
  appmint_config_set_store(config, arguments[4], N);
  appmint_config_set_store_key(config, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", N);
  app = app_of(config);
  for (i = 0; i < 40; i++) mint(app, 200001 + i, &before);
  printf("end the store\n");
  CHECK(fgets(line, sizeof line, stdin) != NULL);
  for (i = 0; i < 40; i++) mint(app, 300001 + i, &after);
  CHECK(before.minted > 0 && after.minted > 0); /* a store that fails costs no token */
  appmint_app_close(app);
  appmint_app_free(app);
}

/* ---- a browser that goes away */

/* Sends this to the login's listener, and resets the connection. */
static void visit(int port, const char *text) {
  struct sockaddr_in address = {0};
  struct linger reset = {1, 0};
  int browser = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_port = htons((unsigned short)port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(!connect(browser, (struct sockaddr *)&address, sizeof address));
  CHECK(send(browser, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
  setsockopt(browser, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(browser);
}
static void *wait_for(void *login) {
  appmint_token *token = NULL;
  CHECK(appmint_login_wait(login, APPMINT_DEFAULT, &token, NULL) == APPMINT_ERROR_DENIED && !token);
  return NULL;
}
static const char *state_in(const char *url) { return strstr(url, "state=") + strlen("state="); }

static void a_browser_that_goes_away_ends_no_program(const appmint_app *app) {
  appmint_login *login = NULL;
  pthread_t waiting;
  char text[512], host[64];
  const char *state;
  int i, port;
  CHECK(appmint_app_start_login(app, NULL, &login, NULL) == APPMINT_OK);
  CHECK(sscanf(appmint_login_redirect_uri(login), "http://127.0.0.1:%d/", &port) == 1);
  mask(SIG_BLOCK, SIGALRM);
  CHECK(!pthread_create(&waiting, NULL, wait_for, login));
  mask(SIG_UNBLOCK, SIGALRM);
  sprintf(host, "Host: 127.0.0.1:%d\r\n\r\n", port);
  for (i = 0; i < 50; i++) {
    visit(port, "GET /call");
    sprintf(text, "GET /callback?code=x&state=other HTTP/1.1\r\n%s", host);
    visit(port, text);
  }
  state = state_in(appmint_login_url(login));
  sprintf(text, "GET /callback?error=access_denied&state=%.*s HTTP/1.1\r\n%s", (int)strcspn(state, "&"), state, host);
  visit(port, text);
  pthread_join(waiting, NULL);
  appmint_login_free(login);
}

int main(int argc, char **argv) {
  appmint_app *app;
  if (argc != 5) return 2;
  setvbuf(stdout, NULL, _IONBF, 0);
  main_thread = pthread_self();
  start_alarms();
  app = app_of(config_for(argv));
  half_a_megabyte_of_stack_is_enough(app);
  a_server_that_hangs_up_ends_no_program(app);
  each_thread_of_the_library_blocks_the_program_s_signals();
  a_store_that_ends_ends_no_program(argv);
  a_browser_that_goes_away_ends_no_program(app);
  a_signal_that_the_program_waits_for_is_not_stolen(app);
  appmint_app_close(app);
  appmint_app_free(app);
  stop_alarms();
  CHECK(alarms > 0 && foreign_alarms == 0);
  printf("%d failures\n", failures);
  return failures != 0;
}
