/*
 * The app's requests go through libcurl, with the proxies and certificates that the program has set
 * up there, instead of the library's own HTTP client.
 *
 *   cc -std=c99 transport_libcurl.c -lappmint -lcurl -o transport_libcurl
 *   ./transport_libcurl INSTALLATION
 *
 * The app comes from the environment: see from_environment.h.
 */
#include "from_environment.h"

#include <curl/curl.h>

#include <ctype.h>
#include <string.h>

/* A line of the response's head; the first of a response is its status. */
static size_t on_header(char *line, size_t size, size_t count, void *response) {
  size_t len = size * count, name_len = 0, start;
  while (name_len < len && line[name_len] != ':') name_len++;
  if (name_len == len) return len;
  for (start = name_len + 1; start < len && isspace((unsigned char)line[start]); start++) {}
  while (len > start && isspace((unsigned char)line[len - 1])) len--;
  appmint_transport_response_add_header(response, line, name_len, line + start, len - start, NULL);
  return size * count;
}

/* Ends the request when the body is too large. */
static size_t on_body(char *bytes, size_t size, size_t count, void *response) {
  size_t len = size * count;
  return appmint_transport_response_add_body(response, bytes, len, NULL) == APPMINT_OK ? len : 0;
}

static struct curl_slist *headers_of(const appmint_transport_request *request) {
  struct curl_slist *list = NULL;
  size_t i, room;
  for (i = 0; i < request->headers_count; i++) {
    const appmint_header *header = &request->headers[i];
    char *line = malloc(room = header->name_len + header->value_len + 3);
    if (!line) break;
    sprintf(line, "%s: %s", header->name, header->value);
    list = curl_slist_append(list, line);
    while (room > 0) ((volatile char *)line)[--room] = 0; /* it may be the credential */
    free(line);
  }
  return list;
}

static void set_up(CURL *curl, const appmint_transport_request *request,
                   appmint_transport_response *response, struct curl_slist *headers) {
  long connect_ms = (long)request->send_within_ms * 3 / 4 + 1;
  curl_easy_setopt(curl, CURLOPT_URL, request->url);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  if (request->body || !strcmp(request->method, "POST")) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ? (const char *)request->body : "");
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  /* libcurl repeats a request itself if a connection that was kept turns out to be closed. */
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request->may_repeat ? 0L : 1L);
  curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* of a proxy */
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, response);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, response);
}

/* What an outcome proves. Only without a connection it is certain that nothing was sent. */
static int code_of(CURL *curl, CURLcode outcome) {
  curl_off_t connected_us = 0;
  curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
  switch (outcome) {
    case CURLE_OK: return APPMINT_TRANSPORT_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT: return APPMINT_TRANSPORT_NOT_SENT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return APPMINT_TRANSPORT_TLS;
    case CURLE_OPERATION_TIMEDOUT:
      return connected_us > 0 ? APPMINT_TRANSPORT_TIMEOUT : APPMINT_TRANSPORT_NOT_SENT_IN_TIME;
    default: return APPMINT_TRANSPORT_MAYBE_SENT;
  }
}

/* Runs on several threads of the library at once. */
static int send_by_curl(void *userdata, const appmint_transport_request *request,
                        appmint_transport_response *response) {
  CURL *curl = curl_easy_init();
  struct curl_slist *headers = headers_of(request);
  CURLcode outcome;
  long status = 0;
  int code;
  (void)userdata;
  set_up(curl, request, response, headers);
  outcome = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  appmint_transport_response_set_status(response, (int)status);
  code = code_of(curl, outcome);
  if (outcome != CURLE_OK)
    appmint_callback_failed(curl_easy_strerror(outcome), APPMINT_NTS, 0, NULL, NULL);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return code;
}

int main(int argc, char **argv) {
  appmint_transport transport = {sizeof transport, send_by_curl, NULL};
  appmint_config *config = config_from_environment();
  appmint_request *request = appmint_request_new("GET", APPMINT_NTS, "/installation/repositories",
                                                 APPMINT_NTS);
  appmint_app *app;
  appmint_source *source = NULL;
  appmint_response *response = NULL;
  appmint_error *error = NULL;

  if (argc != 2) return fprintf(stderr, "usage: transport_libcurl INSTALLATION\n"), 2;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  appmint_config_set_transport(config, &transport, NULL, NULL);
  appmint_config_set_user_agent(config, curl_version(), APPMINT_NTS);
  app = new_app(config);
  check(appmint_app_installation(app, argv[1], APPMINT_NTS, &source, &error), &error);
  check(appmint_source_request(source, request, &response, &error), &error);
  printf("HTTP status %d, %s\n", appmint_response_status(response),
         appmint_map_find(appmint_response_headers(response), "content-type", APPMINT_NTS));

  appmint_response_free(response);
  appmint_source_free(source);
  appmint_app_close(app); /* its threads may be inside of libcurl */
  appmint_app_free(app);
  appmint_request_free(request);
  return 0;
}
