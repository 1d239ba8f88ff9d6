/*
 * The program's own libcurl calls the API; appmint gives it the token, and a new one when the API
 * refuses the first.
 *
 *   cc repos_libcurl.c $(pkg-config --cflags --libs appmint libcurl) -o repos_libcurl
 *   ./repos_libcurl INSTALLATION_ID URL
 *
 * The app comes from the environment: see from_environment.h. The token goes to the host of URL.
 */
#include "from_environment.h"

#include <curl/curl.h>

#include <string.h>

/* The HTTP status, or 0 without one. The body goes to the standard output. */
static long get(const char *url, const char *token) {
  long status = 0;
  CURL *curl = curl_easy_init();
  if (!curl) return 0;
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "repos_libcurl");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L); /* the body of a refusal is not what was asked for */
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  /* Unlike a header of one's own, libcurl sends this to no other host that it is redirected to. */
  curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
  curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token);
  if (curl_easy_perform(curl) == CURLE_COULDNT_CONNECT) fprintf(stderr, "cannot connect to %s\n", url);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_cleanup(curl);
  return status;
}

int main(int argc, char **argv) {
  appmint_app *app = new_app(config_from_environment());
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  long status = 401;
  int attempt;

  if (argc < 3) return fprintf(stderr, "usage: repos_libcurl INSTALLATION_ID URL\n"), 1;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  check(appmint_app_installation(app, argv[1], APPMINT_NTS, &source, &error), &error);
  for (attempt = 0; attempt < 2 && status == 401; attempt++) {
    size_t len;
    const char *secret;
    check(appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error), &error);
    secret = appmint_token_reveal(token, &len);
    status = get(argv[2], secret);
    if (status == 401) appmint_source_invalidate_token(source, secret, len); /* revoked, perhaps */
    appmint_token_free(token);
  }
  fprintf(stderr, "HTTP status %ld after %d requests\n", status, attempt);
  appmint_source_free(source);
  appmint_app_free(app);
  curl_global_cleanup();
  return status != 200;
}
