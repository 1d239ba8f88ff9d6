/*
 * A program that links the sealed archive uses its own SQLite, and the library uses another one; a second such
 * archive, whose functions have another prefix, changes nothing.
 */
#define _GNU_SOURCE
#include <appmint.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N APPMINT_NTS

static int failures;
#define CHECK(condition) \
  do { if (!(condition)) { failures++; printf("line %d: %s\n", __LINE__, #condition); } } while (0)

const char *sqlite3_libversion(void);
const char *sqlite3_sourceid(void);
int sqlite3_open(const char *path, void **database);
int sqlite3_exec(void *database, const char *statement, int (*row)(void *, int, char **, char **), void *userdata,
                 char **message);
int sqlite3_close(void *database);

#ifdef SECOND_ARCHIVE
const char *second_appmint_version(void);
appmint_config *second_appmint_config_new(void);
void second_appmint_config_set_platform(appmint_config *config, const char *platform, size_t platform_len);
void second_appmint_config_free(appmint_config *config);
appmint_status second_appmint_app_new(const appmint_config *config, appmint_app **app, appmint_error **error);
void second_appmint_app_free(appmint_app *app);

static void the_second_archive_works_beside_the_first(void) {
  appmint_config *config = second_appmint_config_new();
  appmint_app *app = NULL;
  CHECK(!strcmp(second_appmint_version(), appmint_version()) && second_appmint_version() != appmint_version());
  second_appmint_config_set_platform(config, "github", N);
  CHECK(second_appmint_app_new(config, &app, NULL) == APPMINT_OK);
  second_appmint_app_free(app);
  second_appmint_config_free(config);
}
#endif

static int version_is(void *expected, int count, char **values, char **names) {
  (void)names;
  CHECK(count == 1 && !strcmp(values[0], expected));
  return 0;
}
/* The functions that the program was linked with are those of the system's library. */
static void the_program_has_its_own_sqlite(void) {
  void *library = dlopen("libsqlite3.so.0", RTLD_NOW), *symbol, *database = NULL;
  const char *(*sourceid)(void);
  CHECK(library && (symbol = dlsym(library, "sqlite3_sourceid")));
  memcpy(&sourceid, &symbol, sizeof sourceid);
  CHECK(sourceid() == sqlite3_sourceid());
  CHECK(!sqlite3_open(":memory:", &database));
  CHECK(!sqlite3_exec(database, "SELECT sqlite_version()", version_is, (void *)sqlite3_libversion(), NULL));
  CHECK(!sqlite3_close(database));
}
/* Ends a session that does not exist, for which the library opens its store. */
static void the_library_has_one_too(void) {
  char folder[] = "/tmp/appmint-archive-XXXXXX", path[64], url[80];
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  CHECK(mkdtemp(folder) != NULL);
  sprintf(path, "%s/tokens.db", folder);
  sprintf(url, "sqlite:%s", path);
  appmint_config_set_platform(config, "github", N);
  appmint_config_set_client_id(config, "Iv1.client", N);
  appmint_config_set_client_secret(config, "client-secret", N);
  appmint_config_set_store(config, url, N);
  appmint_config_set_store_unencrypted(config, 1);
  CHECK(appmint_app_new(config, &app, NULL) == APPMINT_OK);
  CHECK(appmint_app_end_session(app, "user", N, NULL) == APPMINT_OK);
  CHECK(!access(path, R_OK));
  appmint_app_free(app);
  appmint_config_free(config);
}

int main(void) {
  the_program_has_its_own_sqlite();
  the_library_has_one_too();
#ifdef SECOND_ARCHIVE
  the_second_archive_works_beside_the_first();
#endif
  the_program_has_its_own_sqlite();
  printf("SQLite %s, %d failures\n", sqlite3_libversion(), failures);
  return failures != 0;
}
