/*
 * appmint: authenticate as a GitHub App, or as an app of a platform like it.
 *
 * Exchange a grant for a token; a source keeps the token valid. Link with -lappmint.
 *
 *   appmint_config *config = appmint_config_new();
 *   appmint_app *app = NULL;
 *   appmint_source *source = NULL;
 *   appmint_token *token = NULL;
 *   appmint_error *error = NULL;
 *
 *   appmint_config_set_platform(config, "atomgit", APPMINT_NTS);
 *   appmint_config_set_app_id(config, "75", APPMINT_NTS);
 *   appmint_config_set_private_key(config, pem, pem_len);
 *   if (appmint_app_new(config, &app, &error) != APPMINT_OK) goto done;
 *   if (appmint_app_installation(app, "14", APPMINT_NTS, &source, &error) != APPMINT_OK) goto done;
 *   if (appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error)
 *       != APPMINT_OK) goto done;
 *   printf("valid for %ld s\n", (long)(appmint_token_expires_at_ms(token) / 1000 - time(NULL)));
 *
 * done:
 *   if (error) fprintf(stderr, "%s\n", appmint_error_to_string(error));
 *   appmint_error_free(error);
 *   appmint_token_free(token);
 *   appmint_source_free(source);
 *   appmint_app_free(app);
 *   appmint_config_free(config);
 *
 * The examples of the sections continue this one. Each variable is NULL at first. Each object is
 * freed after `done`, unless the example frees it.
 *
 * Conventions of all functions:
 *
 * - Errors. A function that can fail returns an appmint_status: APPMINT_OK, or an error kind that
 *   says what the caller can do. `error` is where it puts an appmint_error with the details, or
 *   NULL. It writes `*error` only on failure, and other results only on success.
 * - Errors of every call over the network, besides those that its comment names:
 *   APPMINT_ERROR_TRANSPORT, APPMINT_ERROR_TIMEOUT, APPMINT_ERROR_RATE_LIMITED, APPMINT_ERROR_SERVER
 *   and APPMINT_ERROR_PROTOCOL; APPMINT_ERROR_UNAUTHORIZED, APPMINT_ERROR_FORBIDDEN or
 *   APPMINT_ERROR_REJECTED if the platform refuses it; APPMINT_ERROR_INVALID_ARGUMENT if the app is
 *   closed, or lacks a credential for it (APPMINT_REASON_MISSING_CREDENTIAL), and
 *   APPMINT_ERROR_UNSUPPORTED if the platform does not offer it, both before anything is sent;
 *   APPMINT_ERROR_RESOURCE_EXHAUSTED if this machine has no thread or file descriptor left.
 * - Setters. A `..._set_...` or `..._add_...` of a config, request, scope or update returns
 *   nothing. The object remembers the first wrong argument, and each function that uses the object
 *   reports it.
 * - Ownership. An object that comes through a `T **`, or from a `..._new` or `..._copy`, is yours:
 *   free it with the `..._free` of its type. An object that you pass stays yours. Objects do not
 *   need the ones that they came from: a source works after its app was freed.
 * - Borrowing. A `const char *` or a `const T *` that a function returns is borrowed: it is valid
 *   until the object that it was read from is freed. Arguments of a callback are valid until it
 *   returns.
 * - NULL. A function with a status refuses a NULL that it cannot use
 *   (APPMINT_ERROR_INVALID_ARGUMENT). Others return NULL, 0, -1, APPMINT_NO_TIME or APPMINT_OK for
 *   NULL. Every `..._free` takes NULL.
 * - Text in is UTF-8, a pointer and a length in bytes. The length APPMINT_NTS means that a NUL
 *   ends the text. Any other NUL in a text is refused; bytes (`const void *`) may contain NULs.
 *   Text is copied, and secrets are zeroized when they are no longer needed. A text may be NULL,
 *   with any length, only if a comment says so.
 * - Arrays of texts are an array of pointers, an array of lengths, and a count. The array of
 *   lengths may be NULL if a NUL ends each text. An empty array may be NULL. A struct with texts
 *   (appmint_header) has a length beside each text.
 * - Text out is UTF-8 that ends with a NUL and contains no other. A function with a `len` writes
 *   the length there unless `len` is NULL; the length of NULL is 0.
 * - Times are milliseconds since 1970-01-01T00:00:00Z. A time that is not known is
 *   APPMINT_NO_TIME. Durations are in the unit that the name ends with. A negative one is refused,
 *   but for APPMINT_DEFAULT where a comment names it.
 * - Fixed lists of numbers are enums whose names end with `_code`. Functions use integers of a
 *   fixed width: switch on `(enum appmint_status_code)status`, and the compiler names a missing
 *   case. Later versions may add values.
 * - Blocking. A function with a status that takes an app, a source, a list or a login does network
 *   I/O unless its comment says otherwise. It blocks at most for the app's timeout, unless its
 *   comment names another one.
 * - Lists are fetched page by page. A `..._next` returns one item and waits for the platform if it
 *   needs the next page. After an error it requests the same page again. Threads that share a list
 *   get different items.
 * - Threads. Any object may be used on any thread, and on several at once, with two exceptions: an
 *   object with setters must not be changed, and no object must be freed, while another thread
 *   uses it. Callbacks run on the library's threads, on several at once.
 * - Nothing is global: there is nothing to initialise, and no last error.
 *
 * In your process:
 *
 * - Signals. The library has no handler, and its threads handle no signal of yours: from their
 *   first instruction they block all but SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP and SIGSYS, which
 *   a thread raises by its own mistake. So your handlers run on your threads, sigwait misses nothing,
 *   and a server that hangs up raises no SIGPIPE. A callback runs with this mask, and so does a
 *   program that it starts by fork and exec, unless it sets another mask. A signal does not end a
 *   function that waits. Such a function may do its work on your thread: SIGPIPE is blocked there
 *   meanwhile, one that its connections raise is taken away, and your handlers run as ever.
 * - Stack. A function uses at most 64 KiB of its thread's stack, whatever its arguments are, where
 *   less than 512 KiB are left. What needs more then runs on threads of the library, which have
 *   2 MiB, and so do callbacks, always.
 * - Forks. The child of a process that has an app may use the app, and all objects that came from
 *   it. No function waits for a lock that another thread of the parent had, with one exception: if
 *   one was making a TLS connection or a JWT at that very moment, aws-lc's generator of random
 *   numbers may stay locked, and the child's first TLS connection or JWT waits for ever. A child
 *   that must be certain calls exec, or is forked while no thread uses the app. Between vfork and
 *   exec, and in a signal handler, call nothing.
 * - Memory. The library allocates with malloc, ends the process if there is no memory, and wipes
 *   what it frees. A text that it returned is wiped when its object is freed; a copy of yours is
 *   not. A core dump of a program that uses an app holds the tokens in use. After dlclose the
 *   library stays mapped, since its threads may run on.
 * - Cancellation. Functions have cancellation points, and a thread that is cancelled inside one
 *   ends the process: call pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, ...) before. No callback
 *   may leave by longjmp, an exception or pthread_exit.
 * - Static linking. Link the libappmint.a that is installed, in which only appmint_... is global. The
 *   one that cargo makes also has SQLite's and aws-lc's functions, which may take the place of
 *   yours.
 *
 * Generated from ffi-c: do not edit.
 */

#ifndef APPMINT_H
#define APPMINT_H

#include <stddef.h>
#include <stdint.h>

/** The version of this header. */
#define APPMINT_VERSION "0.1.0"
#define APPMINT_VERSION_MAJOR 0
#define APPMINT_VERSION_MINOR 1
#define APPMINT_VERSION_PATCH 0

/** The version of the binary interface that this header describes. */
#define APPMINT_ABI_VERSION 0

/** A length: a NUL ends the text. */
#define APPMINT_NTS ((size_t)-1)

/** A duration: the default. */
#define APPMINT_DEFAULT (-1)

/** A time that is not known. */
#define APPMINT_NO_TIME INT64_MIN

/** Before each function: the library exports it. */
#ifndef APPMINT_API
#if defined(__GNUC__)
#define APPMINT_API __attribute__((visibility("default")))
#else
#define APPMINT_API
#endif
#endif

/**
 * Before each function whose result must not be ignored, because an object comes with it. A program
 * that defines it as nothing before it includes the header gets no warnings.
 */
#ifndef APPMINT_NODISCARD
#if (defined(__cplusplus) && __cplusplus >= 201703L) || \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L)
#define APPMINT_NODISCARD [[nodiscard]]
#elif defined(__GNUC__)
#define APPMINT_NODISCARD __attribute__((warn_unused_result))
#else
#define APPMINT_NODISCARD
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/* ---- Texts, lists and callbacks ---- */

/*
 * Types that all sections use. Lists and maps are borrowed; only an appmint_text is yours.
 *
 * A callback of the program runs on a thread of the library, unless its comment says otherwise: with 2
 * MiB of stack, most signals blocked, and beside other callbacks. It may call every function; one of
 * events or of new tokens must be quick, since others wait for it. One that fails returns a number and
 * says why by appmint_callback_failed. It leaves by returning: an exception or pthread_exit that leaves it
 * ends the process by SIGABRT, and longjmp must not be used.
 *
 *   for (i = 0; i < appmint_list_len(appmint_platforms()); i++)
 *     puts(appmint_list_at(appmint_platforms(), i));
 */

/** A list of texts. Borrowed from the object that it was read from. */
typedef struct appmint_list appmint_list;

/** Names and values, in order. Borrowed from the object that it was read from. */
typedef struct appmint_map appmint_map;

/**
 * A text that you own, and that may be a secret, such as an authorization code. Zeroized when
 * freed.
 */
typedef struct appmint_text appmint_text;

/**
 * A header of a webhook, or of a request. Both texts follow the text convention: a length of APPMINT_NTS means that
 * a NUL ends the text.
 */
typedef struct {
  /** The name, in any case: "X-Hub-Signature-256" is "x-hub-signature-256". */
  const char *name;
  /** The length of `name`. */
  size_t name_len;
  /** The value, without the white space around it. */
  const char *value;
  /** The length of `value`. */
  size_t value_len;
} appmint_header;

/** The text itself. */
APPMINT_API
const char *appmint_text_reveal(const appmint_text *text, size_t *len);

/** Zeroizes and frees a text. */
APPMINT_API
void appmint_text_free(appmint_text *text);

/** The number of texts. */
APPMINT_API
size_t appmint_list_len(const appmint_list *list);

/** The text at `index`, counted from 0; NULL beyond the end. */
APPMINT_API
const char *appmint_list_at(const appmint_list *list, size_t index);

/** The number of entries. */
APPMINT_API
size_t appmint_map_len(const appmint_map *map);

/** The name of the entry at `index`, counted from 0; NULL beyond the end. */
APPMINT_API
const char *appmint_map_name_at(const appmint_map *map, size_t index);

/** The value of the entry at `index`, counted from 0; NULL beyond the end. */
APPMINT_API
const char *appmint_map_value_at(const appmint_map *map, size_t index);

/** The value of the first entry with exactly this name, or NULL. */
APPMINT_API
const char *appmint_map_find(const appmint_map *map, const char *name, size_t name_len);

/** Called exactly once, on any thread, after the last call with this `userdata`. */
typedef void (*appmint_drop)(void *userdata);

/**
 * Says why the callback that runs on this thread fails, before it returns a number that means so: the
 * error of the call that needed it then has this text, which must contain no secret. Not 0 as
 * `is_retryable`: the same call may work later. Returns -1, so that a callback can return the result.
 *
 * `cause`, which may be NULL, is kept with the error, for appmint_error_cause; `drop`, which may be
 * NULL, is called with it exactly once. Outside of a callback this function does nothing else.
 */
APPMINT_API
int appmint_callback_failed(const char *text,
                            size_t text_len,
                            int is_retryable,
                            void *cause,
                            appmint_drop drop);

/* ---- App & settings ---- */

/*
 * An app is a platform and the credentials that the platform's settings page shows. Make one for a
 * process and share it between threads: it caches tokens. appmint_app_request makes API calls as
 * the app, appmint_source_request as an installation or a user.
 *
 *   request = appmint_request_new("GET", APPMINT_NTS, "/app", APPMINT_NTS);
 *   if (appmint_app_request(app, request, &response, &error) != APPMINT_OK) goto done;
 *   printf("HTTP status %d\n", appmint_response_status(response));
 *   appmint_response_free(response);
 */

/* Described below. */
typedef struct appmint_config appmint_config;
typedef struct appmint_clock appmint_clock;

/* Described in "Errors". */
typedef struct appmint_error appmint_error;
typedef int32_t appmint_status;

/* Described in "Installations". */
typedef struct appmint_items appmint_items;

/* Described in "Tokens". */
typedef struct appmint_token appmint_token;

/** The library's version. */
APPMINT_API
const char *appmint_version(void);

/**
 * The version of the library's binary interface. APPMINT_ABI_VERSION is the header's; only a
 * program that loads the library by hand can see two different numbers.
 */
APPMINT_API
uint32_t appmint_abi_version(void);

/** The names of the built-in platforms, one of which is the setting platform. */
APPMINT_API
const appmint_list *appmint_platforms(void);

/**
 * A regular expression that finds the secrets of the built-in platforms in a text: their tokens,
 * of any length and with the dots of a JWT in them, and JWTs, for whatever scrubs logs. It uses no
 * more than POSIX extended regular expressions have, so it works in every language.
 */
APPMINT_API
const char *appmint_secret_pattern(void);

/**
 * Signs instead of a private key: a KMS, an HSM, or anything else that does not give the key away.
 *
 * Set `size` to sizeof(appmint_signer). By it the library distinguishes programs that were built
 * with other versions of this header: a member that an older program lacks is NULL, and a newer
 * one's that the library does not know must be zero.
 */
typedef struct {
  /** sizeof(appmint_signer) */
  size_t size;
  /** The first argument of both functions. */
  void *userdata;
  /**
   * Makes the RS256 signature (RSASSA-PKCS1-v1_5 with SHA-256) over `message`.
   *
   * It writes to `signature`, which has room for `*signature_len` bytes, sets
   * `*signature_len` to the number that it wrote, and returns 0. Any other number means that it
   * failed: the call that needs the signature ends with APPMINT_ERROR_CALLBACK, and with the text
   * of appmint_callback_failed if it says why. It runs on
   * the library's threads, on several at once; it may block, and must not throw.
   */
  int (*sign)(void *userdata,
              const uint8_t *message,
              size_t message_len,
              uint8_t *signature,
              size_t *signature_len);
  /** Called exactly once, on any thread, after the last call of `sign`. May be NULL. */
  void (*drop)(void *userdata);
} appmint_signer;

/** A new appmint_signer whose members are NULL or 0, but for `size`. */
#define APPMINT_SIGNER_INIT {sizeof(appmint_signer), NULL, NULL, NULL}

/** How a transport's `send` ended. */
typedef enum appmint_transport_code {
  /** There is a response, whatever its status. */
  APPMINT_TRANSPORT_OK = 0,
  /**
   * There was no connection, and not one byte of the request was sent. A refresh token whose request
   * ends so is sent again: return it only if that is certain.
   */
  APPMINT_TRANSPORT_NOT_SENT = 1,
  /**
   * TLS was not agreed upon, so that the request was not sent, and later attempts will fail, too.
   */
  APPMINT_TRANSPORT_TLS = 2,
  /** The time was over before there was a connection: not one byte was sent. */
  APPMINT_TRANSPORT_NOT_SENT_IN_TIME = 3,
  /**
   * The time was over before there was a complete response. The request may have been carried out.
   */
  APPMINT_TRANSPORT_TIMEOUT = 4,
  /** Anything else. The request may have been carried out. */
  APPMINT_TRANSPORT_MAYBE_SENT = 5
} appmint_transport_code;

/** The place for the response: see appmint_transport_response_set_status. */
typedef struct appmint_transport_response appmint_transport_response;

/** A request that a transport sends. Later versions of the library may add members at its end. */
typedef struct {
  /** The size of the struct in the library. */
  size_t size;
  /** "GET", "POST", ... */
  const char *method;
  /** An absolute URL. */
  const char *url;
  /** All headers but Host and Content-Length, with the credential. Send no other credential. */
  const appmint_header *headers;
  /** How many. */
  size_t headers_count;
  /** The body, or NULL. Then send `Content-Length: 0` with a POST, PUT or PATCH. */
  const uint8_t *body;
  /** Its length. */
  size_t body_len;
  /** The time for the response, in milliseconds. Nobody waits for a later one. */
  int64_t timeout_ms;
  /** The time for the connection, in milliseconds: the request must not be sent after that. */
  int64_t send_within_ms;
  /**
   * Not 0: it may be sent a second time, on a new connection after one that was kept. 0: it spends
   * what it sends. Send it on a new connection, and not twice, whatever comes.
   */
  int may_repeat;
  /** The largest body of a response, in bytes. */
  size_t max_response_body;
} appmint_transport_request;

/**
 * Sends the app's requests with the program's own HTTP client: see appmint_config_set_transport.
 *
 * Set `size` to sizeof(appmint_transport), as with appmint_signer.
 */
typedef struct {
  /** sizeof(appmint_transport) */
  size_t size;
  /**
   * Sends `request` once and fills in `response`, both of which are borrowed until it returns. Returns
   * a value of enum appmint_transport_code; it may say more by appmint_callback_failed.
   *
   * It runs on the library's threads, on several at once, and blocks until there is a response or the
   * time is over. It must not follow redirects, retry, or decode `Content-Encoding` without removing
   * that header; and it must verify the server's certificate, since the request holds credentials.
   */
  int (*send)(void *userdata,
              const appmint_transport_request *request,
              appmint_transport_response *response);
  /** Closes idle connections: the app is closed. It may be used again. May be NULL. */
  void (*close)(void *userdata);
} appmint_transport;

/** A new appmint_transport whose members are NULL or 0, but for `size`. */
#define APPMINT_TRANSPORT_INIT {sizeof(appmint_transport), NULL, NULL}

/**
 * Sends all requests by the program's own HTTP client instead of the built-in one. It takes the
 * method, the URL, the headers, the body, the time that is left, and whether the request may be
 * sent twice, and returns the status, the headers and the body, or says how it failed: not sent,
 * or perhaps sent. It must not send a request a second time by itself that may be sent once only:
 * a refresh token would be spent twice. Proxies and certificates are those of the client, and the
 * settings for them are refused beside it.
 *
 * It is called on worker threads, several at a time.
 *
 * The struct is copied. `userdata`, the first argument of each callback, passes to the library.
 * `drop`, which may be NULL, is called exactly once: when neither the configuration nor an app
 * that was made with it needs `userdata`, or at once if the transport is refused. Default: the
 * built-in HTTP client.
 */
APPMINT_API
void appmint_config_set_transport(appmint_config *config,
                                  const appmint_transport *transport,
                                  void *userdata,
                                  appmint_drop drop);

/**
 * The HTTP status of the response: 100 to 599. Only for use in `send` of a transport, as the next two.
 */
APPMINT_API
void appmint_transport_response_set_status(appmint_transport_response *response,
                                           int status);

/** Adds a header of the response. A name may come several times. */
APPMINT_API
appmint_status appmint_transport_response_add_header(appmint_transport_response *response,
                                                     const char *name,
                                                     size_t name_len,
                                                     const char *value,
                                                     size_t value_len,
                                                     appmint_error **error);

/**
 * Adds bytes to the response's body.
 *
 * APPMINT_ERROR_PROTOCOL with APPMINT_REASON_BODY_TOO_LARGE for more than `max_response_body`: end the
 * request then. The call ends with that error, whatever `send` returns.
 */
APPMINT_API
appmint_status appmint_transport_response_add_body(appmint_transport_response *response,
                                                   const void *body,
                                                   size_t body_len,
                                                   appmint_error **error);

/** The configuration of an app. appmint_app_new checks it. */
struct appmint_config;

/** A configuration in which every setting has its default. */
APPMINT_NODISCARD APPMINT_API
appmint_config *appmint_config_new(void);

/**
 * The prefix of environment variables, such as "APPMINT_", from which each setting that is not
 * given is read. Each is read from the variable of its name in capitals (APPMINT_APP_ID); a long
 * or secret one also from the file that a variable ending in _FILE names
 * (APPMINT_PRIVATE_KEY_FILE), up to 16 MiB. Durations have a unit (30s), switches are true or
 * false, an empty variable counts as not set, and a proxy "none" is no proxy. Default: the
 * environment is not read.
 */
APPMINT_API
void appmint_config_set_environment(appmint_config *config,
                                    const char *environment,
                                    size_t environment_len);

/**
 * The name of a built-in platform, such as "github": see appmint_platforms. Required unless
 * platform_descriptor is given. Default: none.
 */
APPMINT_API
void appmint_config_set_platform(appmint_config *config, const char *platform, size_t platform_len);

/** A descriptor of another platform as JSON text, instead of platform. Default: none. */
APPMINT_API
void appmint_config_set_platform_descriptor(appmint_config *config,
                                            const char *platform_descriptor,
                                            size_t platform_descriptor_len);

/**
 * The host of a platform that can be at several, such as "git.corp.example". Default: the
 * platform's own; some platforms require one.
 */
APPMINT_API
void appmint_config_set_host(appmint_config *config, const char *host, size_t host_len);

/**
 * The base URL of the API. The web pages follow it where the platform's hosts say how; else the
 * error asks for web_url. Default: the platform's own.
 */
APPMINT_API
void appmint_config_set_api_url(appmint_config *config, const char *api_url, size_t api_url_len);

/**
 * The base URL of the pages on which users authorize the app, and of OAuth. The API follows it as
 * the web pages follow the API. Default: the platform's own.
 */
APPMINT_API
void appmint_config_set_web_url(appmint_config *config, const char *web_url, size_t web_url_len);

/** The app's id, as the platform's settings page shows it. JWTs need it. Default: none. */
APPMINT_API
void appmint_config_set_app_id(appmint_config *config, const char *app_id, size_t app_id_len);

/** The OAuth client id. Users' tokens need it. Default: none. */
APPMINT_API
void appmint_config_set_client_id(appmint_config *config,
                                  const char *client_id,
                                  size_t client_id_len);

/** The OAuth client secret. Default: none. */
APPMINT_API
void appmint_config_set_client_secret(appmint_config *config,
                                      const char *client_secret,
                                      size_t client_secret_len);

/**
 * The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or any form in which keys are
 * pasted. Default: none.
 */
APPMINT_API
void appmint_config_set_private_key(appmint_config *config,
                                    const void *private_key,
                                    size_t private_key_len);

/**
 * A second key during a key rotation, in any form that the first may have. It is used from the
 * moment when the platform does not know the first. Default: none.
 */
APPMINT_API
void appmint_config_set_fallback_private_key(appmint_config *config,
                                             const void *fallback_private_key,
                                             size_t fallback_private_key_len);

/**
 * The passphrase of an encrypted PKCS#8 key. A key whose file demands more than 2 000 000 rounds
 * of PBKDF2, or more than 128 MiB for scrypt, is refused; reading one within that may take
 * seconds.
 *
 * appmint_app_new_async does not wait for it. Default: none.
 */
APPMINT_API
void appmint_config_set_private_key_passphrase(appmint_config *config,
                                               const char *private_key_passphrase,
                                               size_t private_key_passphrase_len);

/**
 * The platform's name of the key, for platforms that name keys: the kid of the JWTs that the app
 * signs. Default: none.
 */
APPMINT_API
void appmint_config_set_key_id(appmint_config *config, const char *key_id, size_t key_id_len);

/** The platform's name of fallback_private_key. Default: none. */
APPMINT_API
void appmint_config_set_fallback_key_id(appmint_config *config,
                                        const char *fallback_key_id,
                                        size_t fallback_key_id_len);

/**
 * Signs instead of a private key, such as a KMS or an HSM: takes the message and returns its RS256
 * signature. If it fails, the call fails with APPMINT_ERROR_CALLBACK.
 *
 * It is called on worker threads, several at a time, and may block.
 *
 * The struct is copied, and its `userdata` passes to the library. `drop` is called exactly once:
 * when neither the configuration nor an app that was made with it needs `userdata`, or at once if
 * the signer is refused. It is not called if `signer` is NULL or its `size` is wrong, since nobody
 * knows then where `drop` is. Default: none.
 */
APPMINT_API
void appmint_config_set_signer(appmint_config *config, const appmint_signer *signer);

/**
 * How far a JWT's iat lies in the past, in seconds. Default: the platform's, 60 s on those that
 * are built in.
 */
APPMINT_API
void appmint_config_set_jwt_back_date_s(appmint_config *config, int64_t jwt_back_date_s);

/**
 * How far a JWT's exp lies in the future, in seconds. Default: the platform's, 540 s on those that
 * are built in, which allow 600 s at most.
 */
APPMINT_API
void appmint_config_set_jwt_lifetime_s(appmint_config *config, int64_t jwt_lifetime_s);

/**
 * A clock that shows a fixed time, for tests. `clock` stays yours, and goes on moving the time of
 * the apps that were made with it. Default: the system's clock.
 */
APPMINT_API
void appmint_config_set_clock(appmint_config *config, const appmint_clock *clock);

/** Zeroizes and frees a configuration. Apps that were made with it do not need it. */
APPMINT_API
void appmint_config_free(appmint_config *config);

/** The time for a whole call with its retries; more than 0, in milliseconds. Default: 30000. */
APPMINT_API
void appmint_config_set_timeout_ms(appmint_config *config, int64_t timeout_ms);

/**
 * The time to connect, which is lowered to three quarters of timeout if it is longer, in
 * milliseconds. Default: 10000.
 */
APPMINT_API
void appmint_config_set_connect_timeout_ms(appmint_config *config, int64_t connect_timeout_ms);

/**
 * The URL of a proxy, such as "http://user:password@host:port" or "socks5h://host:port"; an empty
 * text for no proxy. Its scheme is http, https, socks5 or socks5h. This machine is always reached
 * without a proxy. Default: the one that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, except for
 * the hosts in NO_PROXY.
 */
APPMINT_API
void appmint_config_set_proxy(appmint_config *config, const char *proxy, size_t proxy_len);

/**
 * Root certificates that are trusted besides the system's: PEM, or the DER of one. A server's own
 * certificate may be its root. A store in Redis over TLS trusts them, too. The environment
 * variables SSL_CERT_FILE and SSL_CERT_DIR name others in the place of the system's. Default:
 * none.
 */
APPMINT_API
void appmint_config_set_root_certificates(appmint_config *config,
                                          const char *root_certificates,
                                          size_t root_certificates_len);

/**
 * The certificate that is shown to a server that wants one (mTLS), with those between it and its
 * root: PEM, or the DER of one. Needs client_key. A store in Redis over TLS that wants one gets
 * it, too. Default: none.
 */
APPMINT_API
void appmint_config_set_client_certificate(appmint_config *config,
                                           const char *client_certificate,
                                           size_t client_certificate_len);

/**
 * The private key of client_certificate: RSA or ECDSA, in PEM or DER, not encrypted. Default:
 * none.
 */
APPMINT_API
void appmint_config_set_client_key(appmint_config *config,
                                   const void *client_key,
                                   size_t client_key_len);

/** Text that precedes appmint's own User-Agent header. Default: none. */
APPMINT_API
void appmint_config_set_user_agent(appmint_config *config,
                                   const char *user_agent,
                                   size_t user_agent_len);

/**
 * Whether to send requests without TLS to hosts other than this machine (not 0, or 0). Anybody on
 * the way can then read and change what is sent, tokens included. Default: 0.
 */
APPMINT_API
void appmint_config_set_allow_plain_http(appmint_config *config, int allow_plain_http);

/**
 * Whether to refuse connections to addresses that are not public: this machine, private networks,
 * link-local and reserved addresses (not 0, or 0). For a host that somebody else named. The
 * address that is connected to is checked, so no proxy is used, and none may be given. The call
 * that would connect fails with APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_PRIVATE_ADDRESS).
 * Default: 0.
 */
APPMINT_API
void appmint_config_set_refuse_private_addresses(appmint_config *config,
                                                 int refuse_private_addresses);

/** The largest accepted body of an API response, in bytes. Default: 33 554 432 (32 MiB). */
APPMINT_API
void appmint_config_set_max_response_body(appmint_config *config, size_t max_response_body);

/**
 * How many times a request is sent again after a temporary failure or a rate limit, if repeating
 * it is safe. 0 sends every request once, except after a refused signature. Default: 2.
 */
APPMINT_API
void appmint_config_set_retries(appmint_config *config, uint32_t retries);

/**
 * The wait before the first retry, which doubles with each further one, in milliseconds. Default:
 * 250.
 */
APPMINT_API
void appmint_config_set_retry_wait_ms(appmint_config *config, int64_t retry_wait_ms);

/** A clock for tests, which shows the same time until it is moved. */
struct appmint_clock;

/** A clock that shows `now_ms`. */
APPMINT_NODISCARD APPMINT_API
appmint_clock *appmint_clock_new(int64_t now_ms);

/** Returns the time that the clock shows. */
APPMINT_API
int64_t appmint_clock_now_ms(const appmint_clock *clock);

/** Sets the time, forwards or backwards, for every app that was made with this clock. */
APPMINT_API
void appmint_clock_set_ms(const appmint_clock *clock, int64_t now_ms);

/**
 * Moves the time forwards, for every app that was made with this clock.
 *
 * - `by_ms`: How far to move it, in milliseconds.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if the duration is negative.
 */
APPMINT_API
appmint_status appmint_clock_advance_ms(const appmint_clock *clock,
                                        int64_t by_ms,
                                        appmint_error **error);

/** Frees a clock. Apps that were made with it keep the time that it shows. */
APPMINT_API
void appmint_clock_free(appmint_clock *clock);

/**
 * Makes a platform's descriptor from the metadata of its authorization server. The metadata are
 * those of RFC 8414 or of OpenID Connect Discovery. Keep the descriptor, or change it: an app that
 * is made of it by platform_descriptor needs no request. For an issuer that somebody else named
 * set refuse_private_addresses here, and on the app, too: the metadata name hosts.
 *
 * `config` may be NULL. Only its network settings count: timeout, connect_timeout, proxy,
 * root_certificates, client_certificate, client_key, user_agent, allow_plain_http,
 * refuse_private_addresses, retries and retry_wait. Blocks at most for the configuration's
 * timeout.
 *
 * Free `*descriptor` with appmint_text_free.
 *
 * - `issuer`: The issuer's URL, exactly as the server writes it.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if the issuer is not a URL with TLS, or a setting is malformed.
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_PRIVATE_ADDRESS) if the host has no public
 *   address, and private ones are refused.
 * - APPMINT_ERROR_NOT_FOUND if the server has no metadata.
 * - APPMINT_ERROR_PROTOCOL (APPMINT_REASON_ISSUER_MISMATCH) if the metadata are another issuer's,
 *   or cannot be used.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8414#section-3,
 * https://openid.net/specs/openid-connect-discovery-1_0.html
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_discover(const appmint_config *config,
                                const char *issuer,
                                size_t issuer_len,
                                appmint_text **descriptor,
                                appmint_error **error);

/**
 * An app that authenticates on a platform. One app is enough for a program: it holds the
 * connections and the tokens. Making one needs no network I/O. Each operation names the credential
 * that it lacks.
 *
 * Any thread may use it, and several at once.
 *
 * Source:
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app
 */
typedef struct appmint_app appmint_app;

/**
 * Makes an app of these settings, which are checked here. No network I/O. The first wrong argument
 * of the setters is reported here.
 *
 * Free `*app` with appmint_app_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if a setting is missing, malformed, or contradicts another; the
 *   message names it.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not take a setting.
 * - APPMINT_ERROR_KEY (APPMINT_REASON_NOT_A_PRIVATE_KEY, APPMINT_REASON_DAMAGED_KEY,
 *   APPMINT_REASON_PASSPHRASE_NEEDED, APPMINT_REASON_WRONG_PASSPHRASE or
 *   APPMINT_REASON_UNSUITABLE_KEY) if a private key cannot be used; the reason says why.
 * - APPMINT_ERROR_STORE if the system's keychain gives no key for the store.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_new(const appmint_config *config,
                               appmint_app **app,
                               appmint_error **error);

/** The platform's name, such as "github". */
APPMINT_API
const char *appmint_app_platform_name(const appmint_app *app);

/**
 * Signs the app's JWT. The same one is returned until 60 s before it expires. It is signed once
 * for all callers that need one at the same time. No network I/O, unless the signer does some.
 *
 * Free `*token` with appmint_token_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no private
 *   key, signer or id.
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no JWTs of apps.
 * - APPMINT_ERROR_CALLBACK if the signer failed.
 * - APPMINT_ERROR_KEY if the signer's signature cannot be used.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc7519,
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_jwt(const appmint_app *app,
                               appmint_token **token,
                               appmint_error **error);

/**
 * The SHA-256 fingerprint of the public key, as the platform's settings page shows it. With two
 * keys it is that of the one in use. NULL if the app has no private key, or a signer that does not
 * know it.
 */
APPMINT_API
const char *appmint_app_fingerprint(const appmint_app *app);

/**
 * How far the platform's clock is ahead of this machine's, as far as is known, in milliseconds. It
 * is 0 until a difference was found, and again once it has ended. JWTs are made by it; tokens live
 * by this machine's own clocks. It is learned from the Date header: when the platform rejects a
 * JWT because of its times, and when two answers in a row agree on a difference of half a minute
 * or more, or on none.
 */
APPMINT_API
int64_t appmint_app_clock_offset_ms(const appmint_app *app);

/**
 * Ends the app's threads and connections, and forgets its tokens, whatever sources of it exist.
 * Calls in progress complete; new ones fail with APPMINT_ERROR_INVALID_ARGUMENT. Sessions' tokens
 * that the store did not take yet are offered to it until the app's timeout has passed. A second
 * call does nothing. No network I/O.
 */
APPMINT_API
void appmint_app_close(const appmint_app *app);

/** Frees an app. Calls that are running on other threads complete. */
APPMINT_API
void appmint_app_free(appmint_app *app);

/**
 * A call of the platform's API: see appmint_app_request, appmint_app_paginate, appmint_source_request
 * and appmint_source_paginate. It can be sent any number of times.
 */
typedef struct appmint_request appmint_request;

/**
 * A response of the platform's API, of any status. Its body is zeroized when it is freed.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9110#section-15
 */
typedef struct appmint_response appmint_response;

/**
 * A call of any method, such as "GET". `path` begins with "/" and is relative to the API, or is a
 * URL on one of the platform's own hosts. A query may follow it.
 */
APPMINT_NODISCARD APPMINT_API
appmint_request *appmint_request_new(const char *method,
                                     size_t method_len,
                                     const char *path,
                                     size_t path_len);

/** Adds a header. */
APPMINT_API
void appmint_request_add_header(appmint_request *request,
                                const char *name,
                                size_t name_len,
                                const char *value,
                                size_t value_len);

/** JSON text that is sent, instead of a body of another kind. Default: no body. */
APPMINT_API
void appmint_request_set_json(appmint_request *request, const char *json, size_t json_len);

/**
 * Bytes to send, instead of `json`; their type belongs into a Content-Type header. Default: no
 * body.
 */
APPMINT_API
void appmint_request_set_body(appmint_request *request, const void *body, size_t body_len);

/**
 * The token to authenticate with, such as a user's. Not for a source, which has its own. Default:
 * the credential that the platform wants for the path, such as the app's JWT.
 */
APPMINT_API
void appmint_request_set_token(appmint_request *request, const char *token, size_t token_len);

/** The time for the whole call with its retries, in milliseconds. Default: the app's timeout. */
APPMINT_API
void appmint_request_set_timeout_ms(appmint_request *request, int64_t timeout_ms);

/** Zeroizes the token in a request and frees it. */
APPMINT_API
void appmint_request_free(appmint_request *request);

/**
 * Calls the platform's API as the app, or with a token. Every HTTP status is a response and no
 * error. A read is sent again after a lost connection, 502 to 504, and a rate limit; a write after
 * a rate limit only. A path that the platform reserves for the OAuth client is called with its id
 * and secret.
 *
 * The arguments are set on `request`, which can be sent any number of times. Blocks at most for
 * its timeout.
 *
 * Free `*response` with appmint_response_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if the method, path, headers or body cannot be sent.
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_FOREIGN_HOST) if the URL is on another host
 *   than the platform's.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_request(const appmint_app *app,
                                   const appmint_request *request,
                                   appmint_response **response,
                                   appmint_error **error);

/**
 * Lists the items of any endpoint of the API, as the app, or with a token. The items are the list
 * that the endpoint answers, or the only member of its answer that is a list, such as
 * "repositories" beside a "total_count". Each one is a JSON value: the order of its members, and
 * the digits of a number beyond 64 bits, are not kept.
 *
 * A next page is the one that the answer's Link header names, which must be on the same host and
 * for the same credential, or as api.paging of the platform's descriptor says: by its number,
 * until a page has no items or those of the page before, or by a cursor. As many items are asked
 * for at once as the platform allows, unless the path's query has that parameter already. An item
 * that moves to another page while the list is read may come twice, or not at all.
 *
 * A page that is refused is an error after the items of the pages before it. So is a link to
 * another host, to which nothing is sent, and one to a page that was read already. Pages are
 * requested as the items are asked for, none before.
 *
 * The path and the other arguments are those of `request`, a GET without a body. Each item is the
 * JSON text of a value, in an appmint_text.
 *
 * Free `*listing` with appmint_items_free.
 *
 * - `items`: The member of an answer that is the list, or a JSON pointer to it (RFC 6901), where
 *   an answer has several lists. Default: the only list in the answer.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if the path or headers cannot be sent, or the name of the
 *   member is empty.
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_FOREIGN_HOST) if the URL is on another host
 *   than the platform's.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
 * https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_paginate(const appmint_app *app,
                                    const appmint_request *request,
                                    const char *items,
                                    size_t items_len,
                                    appmint_items **listing,
                                    appmint_error **error);

/** The HTTP status. */
APPMINT_API
int appmint_response_status(const appmint_response *response);

/** The headers, with names in lower case. */
APPMINT_API
const appmint_map *appmint_response_headers(const appmint_response *response);

/** The whole body. Bytes without a NUL at their end. Not NULL even if the body is empty. */
APPMINT_API
const uint8_t *appmint_response_body(const appmint_response *response, size_t *len);

/**
 * The body as text, in its charset and without a byte order mark. UTF-8, UTF-16 by its byte order
 * mark or its declared charset, or ISO-8859-1 where that is declared. Bytes that are not valid are
 * replaced by U+FFFD.
 */
APPMINT_API
const char *appmint_response_text(const appmint_response *response, size_t *len);

/** Frees a response. */
APPMINT_API
void appmint_response_free(appmint_response *response);

/**
 * The quota of requests, as the platform's last answer told it.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
typedef struct appmint_quota appmint_quota;

/**
 * Returns the quota of the requests that the app makes with its JWT or tokens of its own. It is as
 * the platform told it in its last answer to one of them. NULL if there was no such answer yet, or
 * the platform does not tell it. No network I/O.
 *
 * Free it with appmint_quota_free.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
APPMINT_NODISCARD APPMINT_API
appmint_quota *appmint_app_quota(const appmint_app *app);

/** The number of requests that are allowed in one period. 0 if the platform does not report it. */
APPMINT_API
int64_t appmint_quota_limit(const appmint_quota *quota);

/** The number of requests that are left. */
APPMINT_API
int64_t appmint_quota_remaining(const appmint_quota *quota);

/**
 * When the quota is full again, by the platform's clock. APPMINT_NO_TIME if the platform does not
 * report it.
 */
APPMINT_API
int64_t appmint_quota_reset_at_ms(const appmint_quota *quota);

/**
 * The kind of requests that it is for, such as "core", on a platform that has several quotas. NULL
 * if the platform has one quota.
 */
APPMINT_API
const char *appmint_quota_resource(const appmint_quota *quota);

/** Frees a quota. */
APPMINT_API
void appmint_quota_free(appmint_quota *quota);

/**
 * Counters of an app since it was made: a snapshot. Each count is a function, so that further
 * counts do not break programs that were built before.
 */
typedef struct appmint_stats appmint_stats;

/**
 * Returns the counters of the app since it was made. No network I/O. Free `*stats` with
 * appmint_stats_free.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_stats(const appmint_app *app,
                                 appmint_stats **stats,
                                 appmint_error **error);

/** Tokens that were minted while a caller waited. */
APPMINT_API
uint64_t appmint_stats_minted(const appmint_stats *stats);

/** Tokens that were minted before their predecessor expired. */
APPMINT_API
uint64_t appmint_stats_renewed(const appmint_stats *stats);

/** Attempts to mint a token that failed. */
APPMINT_API
uint64_t appmint_stats_failed(const appmint_stats *stats);

/**
 * Tokens that were returned although they live for less than was asked for: no new one could be
 * minted, or new ones live no longer.
 */
APPMINT_API
uint64_t appmint_stats_served_stale(const appmint_stats *stats);

/** Requests that were sent again. */
APPMINT_API
uint64_t appmint_stats_retried(const appmint_stats *stats);

/** Callers that waited for a token that was being minted already. */
APPMINT_API
uint64_t appmint_stats_joined(const appmint_stats *stats);

/** Tokens that the platform refused before they expired. */
APPMINT_API
uint64_t appmint_stats_refused(const appmint_stats *stats);

/** Tokens that were read from the store. */
APPMINT_API
uint64_t appmint_stats_from_store(const appmint_stats *stats);

/** Calls of the store that failed. */
APPMINT_API
uint64_t appmint_stats_store_failed(const appmint_stats *stats);

/** Installations with a scope, and sessions, that have a place in memory. */
APPMINT_API
uint64_t appmint_stats_sources(const appmint_stats *stats);

/** Frees a snapshot. */
APPMINT_API
void appmint_stats_free(appmint_stats *stats);

/* ---- Installations ---- */

/*
 * An account installs the app, and grants it permissions on all or some of its repositories. A
 * lookup finds the installation of an account; the list has all installations.
 *
 *   if (appmint_app_installations(app, &listing, &error) != APPMINT_OK) goto done;
 *   for (;;) {
 *     if (appmint_installations_next(listing, &installation, &error) != APPMINT_OK) goto done;
 *     if (!installation) break;
 *     puts(appmint_installation_id(installation));
 *     appmint_installation_free(installation);
 *   }
 */

/* Described below. */
typedef struct appmint_installation appmint_installation;

/* Described in "OAuth & login". */
typedef struct appmint_authorization appmint_authorization;

/** How a text names an installation. */
typedef enum appmint_lookup_code {
  /** The path, login, name or id of an account of any kind, as the platform writes it. */
  APPMINT_LOOKUP_ACCOUNT = 0,
  /** The installation's id. */
  APPMINT_LOOKUP_ID = 1,
  /** An organization's login. */
  APPMINT_LOOKUP_ORGANIZATION = 2,
  /** A user's login. */
  APPMINT_LOOKUP_USER = 3,
  /** A repository, as "owner/name". */
  APPMINT_LOOKUP_REPOSITORY = 4,
  /** An enterprise's short name. */
  APPMINT_LOOKUP_ENTERPRISE = 5
} appmint_lookup_code;

/** A value of enum appmint_lookup_code. */
typedef int32_t appmint_lookup;

/** A list of installations. */
typedef struct appmint_installations appmint_installations;

/**
 * Lists the installations of the app. Pages are requested as the items are asked for, none before.
 *
 * Free `*listing` with appmint_installations_free.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no installations.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_installations(const appmint_app *app,
                                         appmint_installations **listing,
                                         appmint_error **error);

/**
 * Returns the next item, from memory or the platform's next page. After an error the same page is
 * asked for again.
 *
 * The item is NULL after the last.
 *
 * Free `*installation` with appmint_installation_free.
 *
 * Errors:
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_installations_next(const appmint_installations *listing,
                                          appmint_installation **installation,
                                          appmint_error **error);

/** Frees a list, not the installations that it returned. */
APPMINT_API
void appmint_installations_free(appmint_installations *listing);

/**
 * Looks up one installation, by exactly one argument. `lookup` says what `text` is, such as
 * APPMINT_LOOKUP_ACCOUNT.
 *
 * Free `*installation` with appmint_installation_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if none or several of the arguments are given, or one is
 *   malformed.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not look up installations by this argument.
 * - APPMINT_ERROR_NOT_FOUND (APPMINT_REASON_NOT_INSTALLED) if the app is not installed there.
 * - Those of every call over the network: see the conventions.
 *
 * Source:
 * https://docs.github.com/en/rest/apps/apps#get-an-organization-installation-for-the-authenticated-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_find_installation(const appmint_app *app,
                                             appmint_lookup lookup,
                                             const char *text,
                                             size_t text_len,
                                             appmint_installation **installation,
                                             appmint_error **error);

/**
 * Suspends an installation: its tokens stop working until it is unsuspended.
 *
 * - `id`: The installation's id.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform cannot suspend installations.
 * - APPMINT_ERROR_NOT_FOUND if the app has no such installation.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#suspend-an-app-installation
 */
APPMINT_API
appmint_status appmint_app_suspend_installation(const appmint_app *app,
                                                const char *id,
                                                size_t id_len,
                                                appmint_error **error);

/**
 * Ends the suspension of an installation.
 *
 * - `id`: The installation's id.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform cannot suspend installations.
 * - APPMINT_ERROR_NOT_FOUND if the app has no such installation.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#unsuspend-an-app-installation
 */
APPMINT_API
appmint_status appmint_app_unsuspend_installation(const appmint_app *app,
                                                  const char *id,
                                                  size_t id_len,
                                                  appmint_error **error);

/**
 * Uninstalls the app from an installation's account. This cannot be undone.
 *
 * - `id`: The installation's id.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not let apps uninstall themselves.
 * - APPMINT_ERROR_NOT_FOUND if the app has no such installation.
 * - Those of every call over the network: see the conventions.
 *
 * Source:
 * https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app
 */
APPMINT_API
appmint_status appmint_app_delete_installation(const appmint_app *app,
                                               const char *id,
                                               size_t id_len,
                                               appmint_error **error);

/**
 * Makes the URL of the page on which a user installs the app. Keep its state until the user
 * returns, for appmint_app_finish_install. The state is empty if the platform takes none. No
 * network I/O.
 *
 * `state` and `redirect_uri` may be NULL.
 *
 * Free `*authorization` with appmint_authorization_free.
 *
 * - `app_slug`: The app's short name, which is part of its URL: appmint_registration_slug.
 * - `state`: A state of your own, which nobody must be able to guess. Default: 256 random bits, or
 *   an empty one if the platform takes none.
 * - `redirect_uri`: The URL to which the user returns, on a platform that takes one. Default: none
 *   is sent.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no such page, or does not take an argument.
 *
 * Source: https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_install_url(const appmint_app *app,
                                       const char *app_slug,
                                       size_t app_slug_len,
                                       const char *state,
                                       size_t state_len,
                                       const char *redirect_uri,
                                       size_t redirect_uri_len,
                                       appmint_authorization **authorization,
                                       appmint_error **error);

/**
 * Returns the installation that a user has made. The state is compared in constant time, and the
 * platform is asked whether the installation is this app's: anybody could have written the id in a
 * callback.
 *
 * Free `*installation` with appmint_installation_free.
 *
 * - `callback_url`: The URL with which the user returned, or its query.
 * - `state`: The state of appmint_app_install_url.
 *
 * Errors:
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_STATE_MISMATCH) if the callback has another state.
 * - APPMINT_ERROR_NOT_FOUND if the installation is not this app's.
 * - APPMINT_ERROR_PROTOCOL (APPMINT_REASON_MISSING_MEMBER) if the callback has no installation's
 *   id.
 * - APPMINT_ERROR_PENDING (APPMINT_REASON_INSTALLATION_REQUESTED) if an owner of the account has
 *   yet to approve.
 * - Those of every call over the network: see the conventions.
 *
 * Source:
 * https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_finish_install(const appmint_app *app,
                                          const char *callback_url,
                                          size_t callback_url_len,
                                          const char *state,
                                          size_t state_len,
                                          appmint_installation **installation,
                                          appmint_error **error);

/**
 * An installation of the app on an account. Only its id is certain; platforms differ in the other
 * members. The whole object is in appmint_installation_raw.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app
 */
struct appmint_installation;

/** The installation's id. */
APPMINT_API
const char *appmint_installation_id(const appmint_installation *installation);

/** The account's path or login. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_installation_account(const appmint_installation *installation);

/** The account's display name. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_installation_account_name(const appmint_installation *installation);

/** The account's id. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_installation_account_id(const appmint_installation *installation);

/**
 * The id of the account or other object on which the app is installed. NULL if the platform does
 * not report it.
 */
APPMINT_API
const char *appmint_installation_target_id(const appmint_installation *installation);

/** The app's id. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_installation_app_id(const appmint_installation *installation);

/** The app's short name, which is part of its URL. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_installation_app_slug(const appmint_installation *installation);

/**
 * The repositories that it can access: "all" or "selected". NULL if the platform does not report
 * it.
 */
APPMINT_API
const char *appmint_installation_repository_selection(const appmint_installation *installation);

/** The permissions that it was granted, by name with their level. */
APPMINT_API
const appmint_map *appmint_installation_permissions(const appmint_installation *installation);

/** The names of the webhook events that the app receives. */
APPMINT_API
const appmint_list *appmint_installation_events(const appmint_installation *installation);

/** When the app was installed. APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_installation_created_at_ms(const appmint_installation *installation);

/** When the installation last changed. APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_installation_updated_at_ms(const appmint_installation *installation);

/**
 * When an owner suspended it. APPMINT_NO_TIME if it is not suspended, or the platform does not
 * report it.
 */
APPMINT_API
int64_t appmint_installation_suspended_at_ms(const appmint_installation *installation);

/** The whole object as the platform sent it. JSON. */
APPMINT_API
const char *appmint_installation_raw(const appmint_installation *installation, size_t *len);

/** Frees an installation. */
APPMINT_API
void appmint_installation_free(appmint_installation *installation);

/** A list of repositories: see appmint_source_repositories. */
typedef struct appmint_repositories appmint_repositories;

/**
 * A repository that an installation can access. Only its id and its name are certain.
 *
 * Source:
 * https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
 */
typedef struct appmint_repository appmint_repository;

/**
 * Returns the next item, from memory or the platform's next page. After an error the same page is
 * asked for again.
 *
 * The item is NULL after the last.
 *
 * Free `*repository` with appmint_repository_free.
 *
 * Errors:
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_repositories_next(const appmint_repositories *listing,
                                         appmint_repository **repository,
                                         appmint_error **error);

/** Frees a list, not the repositories that it returned. */
APPMINT_API
void appmint_repositories_free(appmint_repositories *listing);

/** The repository's id. */
APPMINT_API
const char *appmint_repository_id(const appmint_repository *repository);

/**
 * Its name without its owner, as the argument "repositories" of appmint_app_installation takes it.
 */
APPMINT_API
const char *appmint_repository_name(const appmint_repository *repository);

/**
 * Its name with its owner, such as "octocat/Hello-World". NULL if the platform does not report it.
 */
APPMINT_API
const char *appmint_repository_full_name(const appmint_repository *repository);

/** The account that owns it. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_repository_owner(const appmint_repository *repository);

/** Whether it is private: 1 or 0; -1 if the platform does not report it. */
APPMINT_API
int appmint_repository_is_private(const appmint_repository *repository);

/** The whole object as the platform sent it. JSON. */
APPMINT_API
const char *appmint_repository_raw(const appmint_repository *repository, size_t *len);

/** Frees a repository. */
APPMINT_API
void appmint_repository_free(appmint_repository *repository);

/** A list of any values, each as JSON: see appmint_app_paginate and appmint_source_paginate. */
struct appmint_items;

/**
 * Returns the next item, from memory or the platform's next page. After an error the same page is
 * asked for again.
 *
 * The item is NULL after the last.
 *
 * Free `*item` with appmint_text_free.
 *
 * Errors:
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_items_next(const appmint_items *listing,
                                  appmint_text **item,
                                  appmint_error **error);

/** Frees a list, not the items that it returned. */
APPMINT_API
void appmint_items_free(appmint_items *listing);

/* ---- Tokens ---- */

/*
 * A source keeps one token valid: it mints one when it is first needed, renews it ahead of its
 * expiry, and returns the token in memory until then. Call the source each time instead of keeping
 * a token.
 *
 *   scope = appmint_scope_new();
 *   appmint_scope_set_permission(scope, "contents", APPMINT_NTS, "read", APPMINT_NTS);
 *   if (appmint_app_installation_by(app, APPMINT_LOOKUP_ORGANIZATION, "acme", APPMINT_NTS, scope,
 *                                   &source, &error) != APPMINT_OK) goto done;
 *   if (appmint_source_token(source, 5 * 60 * 1000, APPMINT_DEFAULT, &token, &error) != APPMINT_OK)
 *     goto done;
 */

/* Described below. */
typedef struct appmint_scope appmint_scope;
typedef struct appmint_source appmint_source;

/**
 * Makes a source of tokens for one installation. The installation is named by its id or by exactly
 * one of the arguments of appmint_app_find_installation. One that is not named by its id is looked
 * up when the first token is needed, and again when the platform no longer knows the id that was
 * found.
 *
 * The tokens have all access that the installation was granted, unless they are narrowed. An empty
 * list of repositories or permissions is refused, since platforms understand it as everything. No
 * network I/O.
 *
 * appmint_app_installation takes an id. In appmint_app_installation_by `lookup` says what `text`
 * is, such as APPMINT_LOOKUP_ORGANIZATION, and `scope` may be NULL for everything that the
 * installation was granted.
 *
 * Free `*source` with appmint_source_free.
 *
 * - `id`: The installation's id.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if no argument or several name an installation, or an argument
 *   is empty or malformed.
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no installations, no lookup by this argument, or
 *   no tokens that are narrowed like this.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_installation(const appmint_app *app,
                                        const char *id,
                                        size_t id_len,
                                        appmint_source **source,
                                        appmint_error **error);

/**
 * Makes a source of tokens for one installation. The installation is named by its id or by exactly
 * one of the arguments of appmint_app_find_installation. One that is not named by its id is looked
 * up when the first token is needed, and again when the platform no longer knows the id that was
 * found.
 *
 * The tokens have all access that the installation was granted, unless they are narrowed. An empty
 * list of repositories or permissions is refused, since platforms understand it as everything. No
 * network I/O.
 *
 * appmint_app_installation takes an id. In appmint_app_installation_by `lookup` says what `text`
 * is, such as APPMINT_LOOKUP_ORGANIZATION, and `scope` may be NULL for everything that the
 * installation was granted.
 *
 * Free `*source` with appmint_source_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if no argument or several name an installation, or an argument
 *   is empty or malformed.
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no installations, no lookup by this argument, or
 *   no tokens that are narrowed like this.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_installation_by(const appmint_app *app,
                                           appmint_lookup lookup,
                                           const char *text,
                                           size_t text_len,
                                           const appmint_scope *scope,
                                           appmint_source **source,
                                           appmint_error **error);

/**
 * Makes a source of the app's own tokens, on a platform that has them beside the JWT. They are
 * minted for the JWT, for an assertion that the app signs (RFC 7523: a service account), or for
 * the OAuth client itself (RFC 6749 section 4.4), as the platform has it. No network I/O.
 *
 * Free `*source` with appmint_source_free.
 *
 * - `scopes`: OAuth scopes, on a platform that takes the app's assertion. Default: none.
 * - `subject`: The user for whom the app acts, on a platform that takes the app's assertion.
 *   Default: the app itself.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no such tokens, or does not take an argument.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc7523#section-2.1,
 * https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_app_tokens(const appmint_app *app,
                                      const char *const *scopes,
                                      const size_t *scopes_lens,
                                      size_t scopes_count,
                                      const char *subject,
                                      size_t subject_len,
                                      appmint_source **source,
                                      appmint_error **error);

/**
 * Ends an installation token on the platform. It succeeds if the token is already invalid.
 *
 * - `token`: The token's text.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
 */
APPMINT_API
appmint_status appmint_app_revoke_installation_token(const appmint_app *app,
                                                     const char *token,
                                                     size_t token_len,
                                                     appmint_error **error);

/** A part of the permissions and repositories of an installation or a token. */
struct appmint_scope;

/** A scope that narrows nothing yet. A function that takes a scope refuses an empty one. */
APPMINT_NODISCARD APPMINT_API
appmint_scope *appmint_scope_new(void);

/**
 * Adds a repository by its name without its owner. The token then reaches only the repositories
 * that were added.
 */
APPMINT_API
void appmint_scope_add_repository(appmint_scope *scope,
                                  const char *repository,
                                  size_t repository_len);

/** Adds a repository by its id. */
APPMINT_API
void appmint_scope_add_repository_id(appmint_scope *scope,
                                     const char *repository_id,
                                     size_t repository_id_len);

/**
 * Sets a permission to a level, such as "contents" to "read". The token then has only the
 * permissions that were set.
 */
APPMINT_API
void appmint_scope_set_permission(appmint_scope *scope,
                                  const char *permission,
                                  size_t permission_len,
                                  const char *level,
                                  size_t level_len);

/** Frees a scope. Sources that were made with it have a copy. */
APPMINT_API
void appmint_scope_free(appmint_scope *scope);

/**
 * Keeps one token valid: an installation's, the app's own, or a user's. A token comes from memory
 * while it lives long enough. It is renewed in the background before it expires, and minted once
 * for all callers that wait. If minting fails for a temporary reason, a token that is still valid
 * is returned to its end. Sources of one installation and scope share one token.
 */
struct appmint_source;

/** A callback that appmint_source_on_change registered. */
typedef struct appmint_subscription appmint_subscription;

/**
 * Receives each new token, and the one `before` it: NULL for the first. Both are borrowed until
 * the callback returns; appmint_token_copy keeps them. See appmint_source_on_change.
 */
typedef void (*appmint_on_change)(void *userdata,
                                  const appmint_token *before,
                                  const appmint_token *token);

/**
 * The installation's id. NULL if these are the app's own tokens or a user's, or the installation
 * was not looked up yet.
 */
APPMINT_API
const char *appmint_source_installation_id(const appmint_source *source);

/**
 * Returns a token that lives at least `min_valid_ms` longer, from memory or newly minted. It is
 * minted once for all callers that need one at the same time. Near its end a token is renewed in
 * the background, and the caller goes on with the one in memory. If renewing fails for a reason
 * that will pass, the token in memory is returned until it expires. A failure counts for every
 * caller for one second, or for as long as a rate limit says, but at most for a minute.
 *
 * Where the platform documents how long its tokens live, a longer `min_valid_ms` is refused.
 * Elsewhere a new token that lives for less is returned, with an event APPMINT_EVENT_SERVED_STALE,
 * and serves for half of its life.
 *
 * Blocks at most for `timeout_ms`, and not at all with a token from memory.
 *
 * Free `*token` with appmint_token_free.
 *
 * - `min_valid_ms`: How much longer the token must live at least, in milliseconds.
 *   APPMINT_DEFAULT: 60000, or half of a life of less than two minutes.
 * - `timeout_ms`: How long this caller waits, in milliseconds. Minting goes on for the other
 *   callers. APPMINT_DEFAULT: the app's timeout.
 *
 * Errors:
 * - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_APP_KEY_MISMATCH or APPMINT_REASON_APP_NOT_FOUND)
 *   if the platform does not accept the app's credentials.
 * - APPMINT_ERROR_FORBIDDEN (APPMINT_REASON_SUSPENDED, APPMINT_REASON_PERMISSION_NOT_GRANTED or
 *   APPMINT_REASON_REPOSITORY_NOT_ACCESSIBLE) if the installation is suspended, or lacks what was
 *   asked for.
 * - APPMINT_ERROR_NOT_FOUND (APPMINT_REASON_NOT_INSTALLED) if the app is not installed there.
 * - APPMINT_ERROR_REJECTED if the platform refuses the repositories or permissions to narrow to.
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_NO_SESSION, APPMINT_REASON_INVALID_REFRESH_TOKEN or
 *   APPMINT_REASON_ROTATION_INTERRUPTED) if a session has ended; the user must authorize the app
 *   again.
 * - APPMINT_ERROR_STORE if the store of a session failed; installation tokens are minted without
 *   it.
 * - APPMINT_ERROR_KEY if the signer's signature cannot be used.
 * - APPMINT_ERROR_CALLBACK if the signer failed.
 * - APPMINT_ERROR_INVALID_ARGUMENT if no token of the platform lives for `min_valid_ms`.
 * - Those of every call over the network: see the conventions.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_token(const appmint_source *source,
                                    int64_t min_valid_ms,
                                    int64_t timeout_ms,
                                    appmint_token **token,
                                    appmint_error **error);

/**
 * Returns the value of an Authorization header with such a token. It is secret. Free `*header`
 * with appmint_text_free.
 *
 * - `min_valid_ms`: How much longer the token must live at least, as in appmint_source_token, in
 *   milliseconds. APPMINT_DEFAULT: 60000, or half of a life of less than two minutes.
 * - `timeout_ms`: How long this caller waits, as in appmint_source_token, in milliseconds.
 *   APPMINT_DEFAULT: the app's timeout.
 *
 * Errors:
 * - Those of appmint_source_token.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_authorization_header(const appmint_source *source,
                                                   int64_t min_valid_ms,
                                                   int64_t timeout_ms,
                                                   appmint_text **header,
                                                   appmint_error **error);

/**
 * When the token in memory expires. APPMINT_NO_TIME if there is none, or the platform did not
 * report it.
 */
APPMINT_API
int64_t appmint_source_expires_at_ms(const appmint_source *source);

/**
 * Returns the quota of the source's requests, as the platform told it in its last answer to one of
 * them. It is that of the installation, whatever its tokens are narrowed to, of the app, or of the
 * session's user. NULL if there was no such answer yet, or the platform does not tell it. No
 * network I/O.
 *
 * Free it with appmint_quota_free.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
APPMINT_NODISCARD APPMINT_API
appmint_quota *appmint_source_quota(const appmint_source *source);

/**
 * Forgets a token if it is still the one in memory: the answer to a 401 of a request that was made
 * with it. However many callers got it, one new token is minted for all of them. Without a token,
 * forgets whichever is in memory or being minted, so that the next call mints one; then each of
 * many callers would forget what the others have just minted. A token that was already returned
 * still works. No network I/O.
 *
 * appmint_source_invalidate_token takes the token; appmint_source_invalidate does without.
 *
 * - `token`: The text of the token that was refused. Nothing happens if it is another one's.
 *   Default: whichever is in memory.
 */
APPMINT_API
void appmint_source_invalidate_token(const appmint_source *source,
                                     const char *token,
                                     size_t token_len);

/**
 * Forgets a token if it is still the one in memory: the answer to a 401 of a request that was made
 * with it. However many callers got it, one new token is minted for all of them. Without a token,
 * forgets whichever is in memory or being minted, so that the next call mints one; then each of
 * many callers would forget what the others have just minted. A token that was already returned
 * still works. No network I/O.
 *
 * appmint_source_invalidate_token takes the token; appmint_source_invalidate does without.
 */
APPMINT_API
void appmint_source_invalidate(const appmint_source *source);

/**
 * Registers a callback for new tokens, until it is taken back or the app is closed. A source with
 * a lookup calls back once the installation was found.
 *
 * The callback runs on the thread that fetched the token, for which other callers may be waiting:
 * it must be quick, and must not wait for a token. No network I/O.
 *
 * `userdata` passes to the library. `drop`, which may be NULL, is called exactly once: after the
 * last callback, or at once if this function fails. `subscription` may be NULL for a callback that
 * stays. The callback must not throw.
 *
 * Free `*subscription` with appmint_subscription_free.
 *
 * - `callback`: Takes the token before, which is missing for the first one, and the new token.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_on_change(const appmint_source *source,
                                        appmint_on_change callback,
                                        void *userdata,
                                        appmint_drop drop,
                                        appmint_subscription **subscription,
                                        appmint_error **error);

/**
 * Takes the callback back: it is not called any more, and is not running on another thread. Blocks
 * while the callback runs on another thread, so do not hold a lock that the callback takes. Inside
 * of a callback of appmint_source_on_change it does not wait, because two callbacks that take each
 * other back would wait for ever. Nothing happens the second time.
 *
 * Its `drop` was called, then; inside of a callback `drop` tells when no call is left.
 */
APPMINT_API
void appmint_subscription_unsubscribe(const appmint_subscription *subscription);

/** Frees a subscription. The callback stays registered, unless it was taken back. */
APPMINT_API
void appmint_subscription_free(appmint_subscription *subscription);

/**
 * Forgets the token in memory and ends it on the platform, for everybody who has it. It succeeds
 * if the token is already invalid. No network I/O without a valid token in memory. A token that is
 * being minted is not revoked.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this, or these are a user's tokens or
 *   others of the token endpoint: see appmint_app_delete_grant, appmint_app_delete_token,
 *   appmint_app_revoke_token and appmint_app_end_session.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
 */
APPMINT_API
appmint_status appmint_source_revoke(const appmint_source *source, appmint_error **error);

/**
 * Lists the repositories that the token can access. Pages are requested as the items are asked
 * for, none before.
 *
 * Free `*listing` with appmint_repositories_free.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not list them.
 *
 * Source:
 * https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_repositories(const appmint_source *source,
                                           appmint_repositories **listing,
                                           appmint_error **error);

/**
 * Calls the platform's API with the source's token. Every HTTP status is a response and no error.
 * A token that the platform refuses before it expires is replaced once, and a new token is given a
 * few seconds to become known. A path that the platform reserves for the app or the OAuth client
 * is called with that credential.
 *
 * Free `*response` with appmint_response_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if the method, path, headers or body cannot be sent.
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_FOREIGN_HOST) if the URL is on another host
 *   than the platform's.
 * - Those of appmint_source_token.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_request(const appmint_source *source,
                                      const appmint_request *request,
                                      appmint_response **response,
                                      appmint_error **error);

/**
 * Lists the items of any endpoint of the API, with the source's token. The items are the list that
 * the endpoint answers, or the only member of its answer that is a list, such as "repositories"
 * beside a "total_count". Each one is a JSON value: the order of its members, and the digits of a
 * number beyond 64 bits, are not kept.
 *
 * A next page is the one that the answer's Link header names, which must be on the same host and
 * for the same credential, or as api.paging of the platform's descriptor says: by its number,
 * until a page has no items or those of the page before, or by a cursor. As many items are asked
 * for at once as the platform allows, unless the path's query has that parameter already. An item
 * that moves to another page while the list is read may come twice, or not at all.
 *
 * Each page is asked for with the token that the source has by then, and one that is refused is
 * replaced, as in appmint_source_request.
 *
 * A page that is refused is an error after the items of the pages before it. So is a link to
 * another host, to which nothing is sent, and one to a page that was read already. Pages are
 * requested as the items are asked for, none before.
 *
 * The path and the other arguments are those of `request`, a GET without a body. Each item is the
 * JSON text of a value, in an appmint_text.
 *
 * Free `*listing` with appmint_items_free.
 *
 * - `items`: The member of an answer that is the list, or a JSON pointer to it (RFC 6901), where
 *   an answer has several lists. Default: the only list in the answer.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if the path or headers cannot be sent, or the name of the
 *   member is empty.
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_FOREIGN_HOST) if the URL is on another host
 *   than the platform's.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
 * https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_paginate(const appmint_source *source,
                                       const appmint_request *request,
                                       const char *items,
                                       size_t items_len,
                                       appmint_items **listing,
                                       appmint_error **error);

/** Frees a source. The app keeps the token for the next one. */
APPMINT_API
void appmint_source_free(appmint_source *source);

/** The kinds of tokens. */
typedef enum appmint_token_kind_code {
  /** The app itself: a JWT that it signed. */
  APPMINT_TOKEN_JWT = 1,
  /** The app itself: a token that the platform issued to it. */
  APPMINT_TOKEN_APP = 2,
  /** An installation of the app. */
  APPMINT_TOKEN_INSTALLATION = 3,
  /** A user who authorized the app. */
  APPMINT_TOKEN_USER = 4
} appmint_token_kind_code;

/**
 * A token: a secret, its permissions, and its expiry. It never changes. Its secrets are shown by
 * appmint_token_reveal, appmint_token_reveal_refresh_token and appmint_token_authorization_header
 * only.
 *
 * Zeroized when it is freed.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-1.4
 */
struct appmint_token;

/**
 * Its holder: the app ("jwt": a JWT that it signed; "app": a token that the platform issued to
 * it), an "installation", or a "user". A value of enum appmint_token_kind_code.
 */
APPMINT_API
int32_t appmint_token_kind(const appmint_token *token);

/**
 * The name of a token's kind, such as "installation" for APPMINT_TOKEN_INSTALLATION; NULL for
 * other numbers. Never freed.
 */
APPMINT_API
const char *appmint_token_kind_name(int32_t kind);

/** Returns the secret itself. */
APPMINT_API
const char *appmint_token_reveal(const appmint_token *token, size_t *len);

/** Returns the value of an Authorization header. It is secret. */
APPMINT_API
const char *appmint_token_authorization_header(const appmint_token *token, size_t *len);

/** When the token expires. APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_token_expires_at_ms(const appmint_token *token);

/** Its permissions, by name with their level. */
APPMINT_API
const appmint_map *appmint_token_permissions(const appmint_token *token);

/**
 * The repositories that it can access: "all" or "selected". NULL if the platform does not report
 * it.
 */
APPMINT_API
const char *appmint_token_repository_selection(const appmint_token *token);

/** The names of the repositories that it was narrowed to; empty if it was not. */
APPMINT_API
const appmint_list *appmint_token_repositories(const appmint_token *token);

/** The OAuth scopes that it was granted; empty if the platform reports none. */
APPMINT_API
const appmint_list *appmint_token_scopes(const appmint_token *token);

/**
 * The login of the user's account, of a token that appmint_app_check_token,
 * appmint_app_reset_token or appmint_app_scope_token returned. NULL if it is another token, or the
 * platform did not report it.
 */
APPMINT_API
const char *appmint_token_account(const appmint_token *token);

/**
 * The id of the user's account: of a token of a session that was started with it, or of one that
 * appmint_app_check_token and its kin returned. NULL if it is another token, or the platform did
 * not report it.
 */
APPMINT_API
const char *appmint_token_account_id(const appmint_token *token);

/**
 * The payload of a JWT, which holds no secret. NULL if it is another token.
 *
 * JSON.
 */
APPMINT_API
const char *appmint_token_claims(const appmint_token *token);

/** Returns the refresh token itself. NULL if none came with the token. */
APPMINT_API
const char *appmint_token_reveal_refresh_token(const appmint_token *token, size_t *len);

/** When the refresh token expires. APPMINT_NO_TIME if there is none, or its end is not known. */
APPMINT_API
int64_t appmint_token_refresh_token_expires_at_ms(const appmint_token *token);

/** A description for logs: kind, expiry and permissions. It contains no secret. */
APPMINT_API
const char *appmint_token_to_string(const appmint_token *token);

/** A copy of a token that is borrowed. */
APPMINT_NODISCARD APPMINT_API
appmint_token *appmint_token_copy(const appmint_token *token);

/** Zeroizes and frees a token. */
APPMINT_API
void appmint_token_free(appmint_token *token);

/* ---- OAuth & login ---- */

/*
 * A user authorizes the app in a browser and comes back to a URL with a code, which is exchanged
 * for the user's token (RFC 6749, 7636). A web application keeps the authorization in the user's
 * web session; a program on the user's machine starts a login, and one without a browser a device
 * login.
 *
 *   if (appmint_app_authorize(app, NULL, &authorization, &error) != APPMINT_OK) goto done;
 *   redirect(appmint_authorization_url(authorization));
 *
 *   url = wait_for_callback();
 *   if (appmint_app_finish_authorization(app, authorization, url, APPMINT_NTS, &token,
 *                                        &error) != APPMINT_OK) goto done;
 */

/* Described below. */
typedef struct appmint_authorization_request appmint_authorization_request;
typedef struct appmint_login appmint_login;
typedef struct appmint_login_request appmint_login_request;
typedef struct appmint_device_login appmint_device_login;
typedef struct appmint_introspection appmint_introspection;

/**
 * Makes the URL of the page on which a user authorizes the app, with a fresh state. On a platform
 * with PKCE (RFC 7636) it has a fresh code verifier, too. Keep the result until the user returns,
 * for appmint_app_finish_authorization. No network I/O.
 *
 * `request` has the arguments; it may be NULL for none.
 *
 * Free `*authorization` with appmint_authorization_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no client
 *   id.
 * - APPMINT_ERROR_INVALID_ARGUMENT if the state is empty.
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no OAuth, or does not take an argument.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1,
 * https://www.rfc-editor.org/rfc/rfc7636#section-4.3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_authorize(const appmint_app *app,
                                     const appmint_authorization_request *request,
                                     appmint_authorization **authorization,
                                     appmint_error **error);

/**
 * Returns the code in a callback URL, once its state was compared in constant time.
 * appmint_app_finish_authorization does this and exchanges the code. No network I/O.
 *
 * Free `*code` with appmint_text_free.
 *
 * - `callback_url`: The URL with which the user returned, or its query.
 * - `state`: The state of the authorization.
 *
 * Errors:
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_STATE_MISMATCH) if the callback has another state,
 *   or comes from another server (RFC 9207).
 * - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
 * - APPMINT_ERROR_REJECTED (APPMINT_REASON_REDIRECT_URI_MISMATCH) if the redirect URI is not
 *   registered for the app.
 * - APPMINT_ERROR_REJECTED if the platform refused the authorization for another cause.
 * - APPMINT_ERROR_PROTOCOL (APPMINT_REASON_MISSING_MEMBER) if the callback holds no code and no
 *   error.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
 * https://www.rfc-editor.org/rfc/rfc9207#section-2.4
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_authorization_code(const appmint_app *app,
                                              const char *callback_url,
                                              size_t callback_url_len,
                                              const char *state,
                                              size_t state_len,
                                              appmint_text **code,
                                              appmint_error **error);

/**
 * Exchanges an authorization code for a user token. The code is sent once, even if the call fails,
 * unless the platform refused the client's first private key: then it is sent again with the
 * second.
 *
 * `redirect_uri` and `code_verifier` may be NULL.
 *
 * Free `*token` with appmint_token_free.
 *
 * - `code`: The authorization code.
 * - `redirect_uri`: The redirect URI of the authorization, if it had one. Default: none is sent.
 * - `code_verifier`: The PKCE verifier of the authorization, if it had one. Default: none is sent.
 *
 * Errors:
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_CODE) if the code is unknown, expired or
 *   used.
 * - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_CLIENT) if the client id or its secret is
 *   wrong.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3,
 * https://www.rfc-editor.org/rfc/rfc7636#section-4.5
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_exchange_code(const appmint_app *app,
                                         const char *code,
                                         size_t code_len,
                                         const char *redirect_uri,
                                         size_t redirect_uri_len,
                                         const char *code_verifier,
                                         size_t code_verifier_len,
                                         appmint_token **token,
                                         appmint_error **error);

/**
 * Exchanges the code with which a user returned for a user token. The state is compared in
 * constant time, and iss if the platform sends it (RFC 9207). An authorization can be finished
 * once, in one of the processes that share the store, within an hour, on the platform on which it
 * began.
 *
 * Free `*token` with appmint_token_free.
 *
 * - `authorization`: The result of appmint_app_authorize or appmint_app_open_authorization.
 * - `callback_url`: The URL with which the user returned, or its query.
 *
 * Errors:
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_STATE_MISMATCH) if the callback has another state,
 *   or comes from another server.
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_STALE_AUTHORIZATION) if the authorization was
 *   finished before, or began more than an hour ago.
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_CODE) if the code is unknown, expired or
 *   used.
 * - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
 * - APPMINT_ERROR_INVALID_ARGUMENT if the authorization began on another platform.
 * - APPMINT_ERROR_STORE if the store failed to record that the authorization is finished; nothing
 *   was sent.
 * - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_CLIENT) if the client id or its secret is
 *   wrong.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
 * https://www.rfc-editor.org/rfc/rfc9207#section-2.4
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_finish_authorization(const appmint_app *app,
                                                const appmint_authorization *authorization,
                                                const char *callback_url,
                                                size_t callback_url_len,
                                                appmint_token **token,
                                                appmint_error **error);

/**
 * Encrypts an authorization with the app's store key, to be kept in the user's cookie or web
 * session. No network I/O. Free `*sealed` with appmint_text_free.
 *
 * - `authorization`: The result of appmint_app_authorize.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store
 *   key.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_seal_authorization(const appmint_app *app,
                                              const appmint_authorization *authorization,
                                              appmint_text **sealed,
                                              appmint_error **error);

/**
 * Decrypts an authorization, in any process with the same store key. No network I/O. Free
 * `*authorization` with appmint_authorization_free.
 *
 * - `sealed`: The result of appmint_app_seal_authorization.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store
 *   key.
 * - APPMINT_ERROR_INVALID_ARGUMENT if the app's store keys do not open the text.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_open_authorization(const appmint_app *app,
                                              const char *sealed,
                                              size_t sealed_len,
                                              appmint_authorization **authorization,
                                              appmint_error **error);

/**
 * Exchanges a refresh token for a new user token. The refresh token is sent once, even if the call
 * fails, unless the platform refused the client's first private key: then it is sent again with
 * the second. After a lost answer it may be spent where the platform rotates refresh tokens: that
 * error is not retryable. A appmint_app_session keeps what can be kept. The answer is returned
 * even if its access token has expired, because its refresh token works.
 *
 * Free `*token` with appmint_token_free.
 *
 * - `refresh_token`: The refresh token's text.
 *
 * Errors:
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_REFRESH_TOKEN) if the refresh token is
 *   unknown, expired or revoked.
 * - APPMINT_ERROR_INVALID_ARGUMENT if there is no refresh token.
 * - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_CLIENT) if the client id or its secret is
 *   wrong.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-6,
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_refresh(const appmint_app *app,
                                   const char *refresh_token,
                                   size_t refresh_token_len,
                                   appmint_token **token,
                                   appmint_error **error);

/**
 * Exchanges a token of another server, such as the OIDC id token of a workload, for one of the
 * platform. The app's OAuth client authenticates if the app has a client id. Each call sends a
 * request: keep the token for as long as it lives.
 *
 * `subject_token_type`, `audience` and `resource` may be NULL; `scopes` is an array of texts,
 * which may be empty.
 *
 * Free `*token` with appmint_token_free.
 *
 * - `subject_token`: The token of the other server.
 * - `subject_token_type`: Its type, a URI of RFC 8693 section 3. Default: that of a JWT.
 * - `scopes`: OAuth scopes, on a platform that takes them. Default: none.
 * - `audience`: The name of the service that the new token is for. Default: none is sent.
 * - `resource`: The URI of the service that the new token is for. Default: none is sent.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no token exchange.
 * - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_TOKEN) if the platform does not accept the
 *   token.
 * - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_CLIENT) if the client id or its secret is
 *   wrong.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8693#section-2.1
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_exchange_token(const appmint_app *app,
                                          const char *subject_token,
                                          size_t subject_token_len,
                                          const char *subject_token_type,
                                          size_t subject_token_type_len,
                                          const char *const *scopes,
                                          const size_t *scopes_lens,
                                          size_t scopes_count,
                                          const char *audience,
                                          size_t audience_len,
                                          const char *resource,
                                          size_t resource_len,
                                          appmint_token **token,
                                          appmint_error **error);

/**
 * Starts the login of a user in a browser on this machine. It listens on 127.0.0.1 until the
 * browser returns. No network I/O.
 *
 * `request` has the arguments; it may be NULL for none.
 *
 * Free `*login` with appmint_login_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no client
 *   id.
 * - APPMINT_ERROR_INVALID_ARGUMENT if the path is malformed, or the host is another machine's.
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no OAuth, or does not take an argument.
 * - APPMINT_ERROR_TRANSPORT (APPMINT_REASON_UNREACHABLE) if no port is free.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_start_login(const appmint_app *app,
                                       const appmint_login_request *request,
                                       appmint_login **login,
                                       appmint_error **error);

/**
 * Starts the login of a user on another device, on which they type a code. `scopes` is an array of
 * texts, which may be empty.
 *
 * Free `*login` with appmint_device_login_free.
 *
 * - `scopes`: OAuth scopes, on a platform that takes them. Default: none.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no device logins.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.1
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_start_device_login(const appmint_app *app,
                                              const char *const *scopes,
                                              const size_t *scopes_lens,
                                              size_t scopes_count,
                                              appmint_device_login **login,
                                              appmint_error **error);

/**
 * A URL to send a user to, and the secrets to keep until the user returns. It can be finished
 * once, and within an hour by the wall clock, since it may be sealed and opened by another
 * process. A clock that is set ahead ends it sooner; one that is set back prolongs it by as much.
 * One that began more than five minutes in the future is refused, so that a wrong date cannot
 * prolong it for days.
 *
 * Zeroized when it is freed.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
 */
struct appmint_authorization;

/** The arguments of appmint_app_authorize, all of which may be left out. */
struct appmint_authorization_request;

/** A request without any argument. */
APPMINT_NODISCARD APPMINT_API
appmint_authorization_request *appmint_authorization_request_new(void);

/**
 * The URL to which the user returns: one of those registered for the app. Default: none is sent.
 */
APPMINT_API
void appmint_authorization_request_set_redirect_uri(appmint_authorization_request *request,
                                                    const char *redirect_uri,
                                                    size_t redirect_uri_len);

/** A state of your own, which nobody must be able to guess. Default: 256 random bits. */
APPMINT_API
void appmint_authorization_request_set_state(appmint_authorization_request *request,
                                             const char *state,
                                             size_t state_len);

/** Adds an OAuth scope, on a platform that takes them. */
APPMINT_API
void appmint_authorization_request_add_scope(appmint_authorization_request *request,
                                             const char *scope,
                                             size_t scope_len);

/** The account to suggest, on a platform that takes it. Default: none. */
APPMINT_API
void appmint_authorization_request_set_login_hint(appmint_authorization_request *request,
                                                  const char *login_hint,
                                                  size_t login_hint_len);

/**
 * The prompt that the user sees even when logged in, such as "select_account", on a platform that
 * takes it (OpenID Connect Core section 3.1.2.1). Default: none.
 */
APPMINT_API
void appmint_authorization_request_set_prompt(appmint_authorization_request *request,
                                              const char *prompt,
                                              size_t prompt_len);

/** Frees a request. */
APPMINT_API
void appmint_authorization_request_free(appmint_authorization_request *request);

/** The URL to send the user's browser to. */
APPMINT_API
const char *appmint_authorization_url(const appmint_authorization *authorization);

/** The state that the callback must have; keep it in the user's web session. */
APPMINT_API
const char *appmint_authorization_state(const appmint_authorization *authorization);

/** The URL to which the user returns. NULL if none was given. */
APPMINT_API
const char *appmint_authorization_redirect_uri(const appmint_authorization *authorization);

/**
 * The PKCE verifier for appmint_app_exchange_code, a secret. NULL if the platform does not use
 * PKCE.
 */
APPMINT_API
const char *appmint_authorization_code_verifier(const appmint_authorization *authorization,
                                                size_t *len);

/** Zeroizes and frees an authorization. */
APPMINT_API
void appmint_authorization_free(appmint_authorization *authorization);

/**
 * A login of a user in a browser on this machine, which waits for the browser to return.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
 */
struct appmint_login;

/** The arguments of appmint_app_start_login, all of which may be left out. */
struct appmint_login_request;

/** A request without any argument. */
APPMINT_NODISCARD APPMINT_API
appmint_login_request *appmint_login_request_new(void);

/** Adds an OAuth scope, on a platform that takes them. */
APPMINT_API
void appmint_login_request_add_scope(appmint_login_request *request,
                                     const char *scope,
                                     size_t scope_len);

/** The account to suggest, on a platform that takes it. Default: none. */
APPMINT_API
void appmint_login_request_set_login_hint(appmint_login_request *request,
                                          const char *login_hint,
                                          size_t login_hint_len);

/**
 * The prompt that the user sees even when logged in, such as "select_account", on a platform that
 * takes it. Default: none.
 */
APPMINT_API
void appmint_login_request_set_prompt(appmint_login_request *request,
                                      const char *prompt,
                                      size_t prompt_len);

/** Adds a port of 127.0.0.1. The listener takes the first that is free; default any free port. */
APPMINT_API
void appmint_login_request_add_port(appmint_login_request *request, uint16_t port);

/** The path of the redirect URI. Default: "/callback". */
APPMINT_API
void appmint_login_request_set_path(appmint_login_request *request,
                                    const char *path,
                                    size_t path_len);

/**
 * The host of the redirect URI, on a platform that compares it to the letter: "127.0.0.1" or
 * "localhost". The listener is on 127.0.0.1 either way. Default: "127.0.0.1".
 */
APPMINT_API
void appmint_login_request_set_host(appmint_login_request *request,
                                    const char *host,
                                    size_t host_len);

/** Frees a request. */
APPMINT_API
void appmint_login_request_free(appmint_login_request *request);

/** The URL to send the user's browser to. */
APPMINT_API
const char *appmint_login_url(const appmint_login *login);

/** The URL on this machine to which the browser returns. */
APPMINT_API
const char *appmint_login_redirect_uri(const appmint_login *login);

/**
 * Opens the URL in the user's browser.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if there is no browser; show the URL instead.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8252#section-4.1
 */
APPMINT_API
appmint_status appmint_login_open_browser(const appmint_login *login, appmint_error **error);

/**
 * Waits until the browser returns, and exchanges its code for a token. The listener then closes; a
 * login can be waited for once. Requests that do not belong to this login are refused, and the
 * wait goes on. The browser is answered from the start of the login on, whether anybody waits or
 * not. Each request for the token gets the app's timeout, or what is left of this one.
 *
 * Free `*token` with appmint_token_free.
 *
 * - `timeout_ms`: How long to wait for the user, in milliseconds. APPMINT_DEFAULT: 300000.
 *
 * Errors:
 * - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
 * - APPMINT_ERROR_TIMEOUT if the browser did not return in time.
 * - APPMINT_ERROR_CANCELLED if the login was cancelled.
 * - APPMINT_ERROR_INVALID_ARGUMENT if this login was waited for before, or begun by another
 *   process.
 * - Those of appmint_app_exchange_code.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_login_wait(const appmint_login *login,
                                  int64_t timeout_ms,
                                  appmint_token **token,
                                  appmint_error **error);

/** Ends a wait with an error of kind APPMINT_ERROR_CANCELLED, and closes the listener. */
APPMINT_API
void appmint_login_cancel(const appmint_login *login);

/** Frees a login. The listener closes, unless a wait did it. */
APPMINT_API
void appmint_login_free(appmint_login *login);

/**
 * A login of a user on another device, on which they type a code.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8628
 */
struct appmint_device_login;

/** The code that the user types. */
APPMINT_API
const char *appmint_device_login_user_code(const appmint_device_login *login);

/** The URL of the page on which the user types the code. */
APPMINT_API
const char *appmint_device_login_verification_uri(const appmint_device_login *login);

/** The same URL with the code, for a link or a QR code. NULL if the platform has none. */
APPMINT_API
const char *appmint_device_login_verification_uri_complete(const appmint_device_login *login);

/** When the code expires. APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_device_login_expires_at_ms(const appmint_device_login *login);

/**
 * Asks the platform once whether the user is done. No network I/O before the platform's interval
 * has passed.
 *
 * Free `*token` with appmint_token_free.
 *
 * Errors:
 * - APPMINT_ERROR_PENDING (APPMINT_REASON_AUTHORIZATION_PENDING or APPMINT_REASON_SLOW_DOWN) if
 *   the user is not done; the error says when to poll again.
 * - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_EXPIRED_DEVICE_CODE) if the code expired.
 * - APPMINT_ERROR_CANCELLED if the login was cancelled.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.4
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_device_login_poll(const appmint_device_login *login,
                                         appmint_token **token,
                                         appmint_error **error);

/**
 * Polls at the platform's interval until the user is done or declines, or the code expires. Each
 * request gets the app's timeout. Between the requests no thread of the library waits.
 *
 * Free `*token` with appmint_token_free.
 *
 * Errors:
 * - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_EXPIRED_DEVICE_CODE) if the code expired.
 * - APPMINT_ERROR_CANCELLED if the login was cancelled.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.5
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_device_login_wait(const appmint_device_login *login,
                                         appmint_token **token,
                                         appmint_error **error);

/**
 * Ends a wait with an error of kind APPMINT_ERROR_CANCELLED. The code itself works until it
 * expires.
 */
APPMINT_API
void appmint_device_login_cancel(const appmint_device_login *login);

/** Zeroizes and frees a login. */
APPMINT_API
void appmint_device_login_free(appmint_device_login *login);

/**
 * Asks the platform about a user token: its scopes, its expiry and its account. Free `*checked`
 * with appmint_token_free.
 *
 * - `token`: The token's text.
 *
 * Errors:
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_TOKEN) if the token is not valid any more,
 *   or another app's.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_check_token(const appmint_app *app,
                                       const char *token,
                                       size_t token_len,
                                       appmint_token **checked,
                                       appmint_error **error);

/**
 * Replaces a user token, which stops working. Free `*fresh` with appmint_token_free.
 *
 * - `token`: The token's text.
 *
 * Errors:
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_TOKEN) if the token is not valid any more,
 *   or another app's.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/oauth-applications#reset-a-token
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_reset_token(const appmint_app *app,
                                       const char *token,
                                       size_t token_len,
                                       appmint_token **fresh,
                                       appmint_error **error);

/**
 * Makes a user token with a part of a token's access, on exactly one account. One of `target` and
 * `target_id` is NULL. `scope` may be NULL for everything that `token` reaches there; an empty one
 * is refused.
 *
 * Free `*scoped` with appmint_token_free.
 *
 * - `token`: The token's text.
 * - `target`: The account's name.
 * - `target_id`: The account's id, instead of its name.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if none or both of `target` and `target_id` are given, or an
 *   argument is empty or malformed.
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_TOKEN) if the token is not valid any more,
 *   or another app's.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#create-a-scoped-access-token
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_scope_token(const appmint_app *app,
                                       const char *token,
                                       size_t token_len,
                                       const char *target,
                                       size_t target_len,
                                       const char *target_id,
                                       size_t target_id_len,
                                       const appmint_scope *scope,
                                       appmint_token **scoped,
                                       appmint_error **error);

/**
 * Ends a user token on the platform. It succeeds if the token is already invalid.
 *
 * - `token`: The token's text.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
 */
APPMINT_API
appmint_status appmint_app_delete_token(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        appmint_error **error);

/**
 * Ends a user's authorization of the app with all its tokens.
 *
 * - `token`: One of these tokens, which must work.
 *
 * Errors:
 * - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_TOKEN) if the platform does not know the
 *   token; nothing was ended, and the authorization may live on.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
 */
APPMINT_API
appmint_status appmint_app_delete_grant(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        appmint_error **error);

/**
 * Ends an access token or a refresh token at the authorization server. The server ends the tokens
 * that belong to it, too. It succeeds if the server does not know the token.
 *
 * `token_type_hint` may be NULL.
 *
 * - `token`: The token's text.
 * - `token_type_hint`: "access_token" or "refresh_token", which saves the server a search.
 *   Default: none is sent.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no such endpoint.
 * - APPMINT_ERROR_UNSUPPORTED (APPMINT_REASON_UNSUPPORTED_TOKEN_TYPE) if the server does not
 *   revoke tokens of this type.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc7009#section-2.1
 */
APPMINT_API
appmint_status appmint_app_revoke_token(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        const char *token_type_hint,
                                        size_t token_type_hint_len,
                                        appmint_error **error);

/**
 * Asks the authorization server about an access token or a refresh token. A token that has
 * expired, was revoked, is unknown or another client's is no error: it is not
 * appmint_introspection_active.
 *
 * `token_type_hint` may be NULL.
 *
 * Free `*introspection` with appmint_introspection_free.
 *
 * - `token`: The token's text.
 * - `token_type_hint`: "access_token" or "refresh_token", which saves the server a search.
 *   Default: none is sent.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no such endpoint.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc7662#section-2.1
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_introspect_token(const appmint_app *app,
                                            const char *token,
                                            size_t token_len,
                                            const char *token_type_hint,
                                            size_t token_type_hint_len,
                                            appmint_introspection **introspection,
                                            appmint_error **error);

/**
 * The state of a token at its authorization server. Only appmint_introspection_active and
 * appmint_introspection_raw are set for a token that is not active.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
 */
struct appmint_introspection;

/**
 * Whether the token works now. If it does not, all other members but appmint_introspection_raw are
 * empty. 1 or 0.
 */
APPMINT_API
int appmint_introspection_active(const appmint_introspection *introspection);

/** The OAuth scopes that the token was granted (scope). */
APPMINT_API
const appmint_list *appmint_introspection_scopes(const appmint_introspection *introspection);

/** The client that requested the token (client_id). NULL if the platform does not report it. */
APPMINT_API
const char *appmint_introspection_client_id(const appmint_introspection *introspection);

/**
 * The display name of the user who authorized it (username). NULL if the platform does not report
 * it.
 */
APPMINT_API
const char *appmint_introspection_username(const appmint_introspection *introspection);

/**
 * The subject of the token, usually the id of the user who authorized it (sub). NULL if the
 * platform does not report it.
 */
APPMINT_API
const char *appmint_introspection_subject(const appmint_introspection *introspection);

/** The token's type, such as "Bearer" (token_type). NULL if the platform does not report it. */
APPMINT_API
const char *appmint_introspection_token_type(const appmint_introspection *introspection);

/** The server that issued it (iss). NULL if the platform does not report it. */
APPMINT_API
const char *appmint_introspection_issuer(const appmint_introspection *introspection);

/** The services that it is meant for (aud). */
APPMINT_API
const appmint_list *appmint_introspection_audience(const appmint_introspection *introspection);

/** When the token expires (exp). APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_introspection_expires_at_ms(const appmint_introspection *introspection);

/** When the token was issued (iat). APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_introspection_issued_at_ms(const appmint_introspection *introspection);

/** When the token begins to be valid (nbf). APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_introspection_not_before_ms(const appmint_introspection *introspection);

/** The whole object as the server sent it. JSON. */
APPMINT_API
const char *appmint_introspection_raw(const appmint_introspection *introspection, size_t *len);

/** Frees an introspection. */
APPMINT_API
void appmint_introspection_free(appmint_introspection *introspection);

/* ---- Sessions ---- */

/*
 * A session keeps a user logged in: the user's tokens are in the store under a name, and a source
 * renews them. A refresh token that can be used once is not lost if a process dies. After
 * APPMINT_ERROR_REAUTHORIZE the user must authorize the app again.
 *
 *   if (appmint_app_start_session(app, "octocat", APPMINT_NTS, token, NULL, 0, &error) != APPMINT_OK)
 *     goto done;
 *   if (appmint_app_session(app, "octocat", APPMINT_NTS, &source, &error) != APPMINT_OK) goto done;
 *   status = appmint_source_request(source, request, &response, &error);
 *   if (status == APPMINT_ERROR_REAUTHORIZE) log_in_again();
 *   if (status != APPMINT_OK) goto done;
 */

/**
 * Makes a source of one user's tokens, which are in the store under a name. They are renewed
 * before they expire, once for all processes that share the store: a refresh token is spent once,
 * whatever dies when. Before appmint_app_start_session the source's calls fail with
 * APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_NO_SESSION); when the session has ended, with
 * APPMINT_REASON_ROTATION_INTERRUPTED or APPMINT_REASON_INVALID_REFRESH_TOKEN, and the user must
 * authorize the app again. No network I/O.
 *
 * Free `*source` with appmint_source_free.
 *
 * - `name`: The name that was given to appmint_app_start_session.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store or
 *   no client credentials.
 * - APPMINT_ERROR_INVALID_ARGUMENT if the name is empty.
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no OAuth.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9700#section-4.14,
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_session(const appmint_app *app,
                                   const char *name,
                                   size_t name_len,
                                   appmint_source **source,
                                   appmint_error **error);

/**
 * Writes a user token to the store under a name, in the place of any session that had it. From now
 * on appmint_app_session returns and renews it. A record that cannot be opened stays: that session
 * may go on elsewhere. With the user's id on the platform appmint_app_apply_webhook ends the
 * session when the user revokes the authorization.
 *
 * `account_id` may be NULL.
 *
 * - `name`: A name of your choice, by which appmint_app_session finds the token.
 * - `token`: A token of kind "user", with its refresh token.
 * - `account_id`: The user's id on the platform. Default: the token's appmint_token_account_id.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store or
 *   no client credentials.
 * - APPMINT_ERROR_INVALID_ARGUMENT if the name is empty, or the token is of another kind.
 * - APPMINT_ERROR_STORE if the store failed, or its record of this name cannot be opened.
 * - APPMINT_ERROR_STORE (APPMINT_REASON_WRONG_STORE_KEY) if another key sealed its record of this
 *   name.
 * - Those of every call over the network: see the conventions.
 */
APPMINT_API
appmint_status appmint_app_start_session(const appmint_app *app,
                                         const char *name,
                                         size_t name_len,
                                         const appmint_token *token,
                                         const char *account_id,
                                         size_t account_id_len,
                                         appmint_error **error);

/**
 * Forgets a user's session, in memory and in the store, even if its record cannot be opened there.
 * The tokens themselves keep working: appmint_app_revoke_token or appmint_app_delete_grant ends
 * them, on platforms that offer it.
 *
 * - `name`: The name that was given to appmint_app_start_session.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store or
 *   no client credentials.
 * - APPMINT_ERROR_INVALID_ARGUMENT if the name is empty.
 * - APPMINT_ERROR_STORE if the store failed.
 * - Those of every call over the network: see the conventions.
 */
APPMINT_API
appmint_status appmint_app_end_session(const appmint_app *app,
                                       const char *name,
                                       size_t name_len,
                                       appmint_error **error);

/* ---- Webhooks ---- */

/*
 * The platform sends events to the app's URL, and signs them with a secret. Verify each one, and
 * apply it, so that tokens of a suspended or changed installation are forgotten.
 *
 *   const char *const secrets[] = {"the new secret", "the one that it replaces"};
 *   if (appmint_app_verify_webhook(app, headers, headers_count, body, body_len, secrets, NULL, 2,
 *                                  &webhook, &error) != APPMINT_OK) goto done;
 *   appmint_app_apply_webhook(app, webhook);
 *   puts(appmint_webhook_event_payload(webhook, NULL));
 */

/* Described below. */
typedef struct appmint_webhook_config appmint_webhook_config;
typedef struct appmint_webhook_update appmint_webhook_update;
typedef struct appmint_webhook_delivery appmint_webhook_delivery;

/**
 * An event that a platform sent, whose signature was verified. On most platforms the name and the
 * delivery's id come from headers, which the signature does not cover: decide by the payload.
 *
 * Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
typedef struct appmint_webhook_event appmint_webhook_event;

/**
 * The event's name, such as "push". Most platforms send it in a header, which the signature does
 * not cover. NULL if the platform does not report it.
 */
APPMINT_API
const char *appmint_webhook_event_name(const appmint_webhook_event *webhook);

/**
 * The delivery's id, by which one that comes twice is recognised. It comes from a header, too.
 * NULL if the platform does not report it.
 */
APPMINT_API
const char *appmint_webhook_event_delivery_id(const appmint_webhook_event *webhook);

/**
 * The id of the installation that it is about, from the signed payload. NULL if it is about none.
 */
APPMINT_API
const char *appmint_webhook_event_installation_id(const appmint_webhook_event *webhook);

/**
 * The signed JSON: the body, the part of it that the platform signs, or the field of a body that
 * is a form.
 */
APPMINT_API
const char *appmint_webhook_event_payload(const appmint_webhook_event *webhook, size_t *len);

/** Frees a webhook. */
APPMINT_API
void appmint_webhook_event_free(appmint_webhook_event *webhook);

/** A list of deliveries. */
typedef struct appmint_webhook_deliveries appmint_webhook_deliveries;

/**
 * Verifies the signature of a webhook. No network I/O. `headers` and `secrets` are arrays.
 *
 * Free `*webhook` with appmint_webhook_event_free.
 *
 * - `headers`: All headers of the request, with names in any case; it depends on the platform
 *   which of them count.
 * - `body`: The raw bytes of the request, before anything parses them: a body that was parsed and
 *   written again has another signature.
 * - `secrets`: The webhook's secrets: two while one replaces the other.
 *
 * Errors:
 * - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_SIGNATURE) if there is no signature, or one
 *   that fits none of the secrets.
 * - APPMINT_ERROR_INVALID_ARGUMENT if a secret is missing or empty.
 * - APPMINT_ERROR_PROTOCOL (APPMINT_REASON_NOT_JSON) if the signed payload is not JSON.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not sign webhooks.
 *
 * Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_verify_webhook(const appmint_app *app,
                                          const appmint_header *headers,
                                          size_t headers_count,
                                          const void *body,
                                          size_t body_len,
                                          const char *const *secrets,
                                          const size_t *secrets_lens,
                                          size_t secrets_count,
                                          appmint_webhook_event **webhook,
                                          appmint_error **error);

/**
 * Forgets the tokens that a webhook makes obsolete, so that new ones are minted. They are those of
 * an installation that was suspended, deleted, or given other permissions or repositories, and
 * those of a user who revoked the authorization of the app, whose sessions end if they were
 * started with the id of the user's account. A webhook about something else is ignored.
 *
 * In the store they are forgotten in the background, for all who share it; if the store fails,
 * that is an event APPMINT_EVENT_STORE_FAILED, and this process tries again before it looks there.
 * Other processes use those in their own memory until they are renewed or refused: apply the
 * webhook there, too.
 *
 * The signature does not cover the event's name. A forged name causes no more than tokens minted
 * anew: a revocation is recognised by the signed payload. No network I/O.
 *
 * - `webhook`: The result of appmint_app_verify_webhook.
 *
 * Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
 */
APPMINT_API
size_t appmint_app_apply_webhook(const appmint_app *app, const appmint_webhook_event *webhook);

/**
 * Returns the configuration of the app's webhook. Free `*webhook_config` with
 * appmint_webhook_config_free.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_webhook_config(const appmint_app *app,
                                          appmint_webhook_config **webhook_config,
                                          appmint_error **error);

/**
 * Changes the configuration of the app's webhook. What is not given stays as it is. `update` has
 * the changes.
 *
 * Free `*webhook_config` with appmint_webhook_config_free.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if no change is given.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/webhooks#update-a-webhook-configuration-for-an-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_update_webhook_config(const appmint_app *app,
                                                 const appmint_webhook_update *update,
                                                 appmint_webhook_config **webhook_config,
                                                 appmint_error **error);

/**
 * Lists the events that were sent to the app, newest first. Pages are requested as the items are
 * asked for, none before.
 *
 * Free `*listing` with appmint_webhook_deliveries_free.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not list deliveries.
 *
 * Source: https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_webhook_deliveries(const appmint_app *app,
                                              appmint_webhook_deliveries **listing,
                                              appmint_error **error);

/**
 * Returns the next item, from memory or the platform's next page. After an error the same page is
 * asked for again.
 *
 * The item is NULL after the last.
 *
 * Free `*webhook_delivery` with appmint_webhook_delivery_free.
 *
 * Errors:
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_webhook_deliveries_next(const appmint_webhook_deliveries *listing,
                                               appmint_webhook_delivery **webhook_delivery,
                                               appmint_error **error);

/** Frees a list, not the deliveries that it returned. */
APPMINT_API
void appmint_webhook_deliveries_free(appmint_webhook_deliveries *listing);

/**
 * Returns one delivery, with its request and the receiver's response in
 * appmint_webhook_delivery_raw. Free `*webhook_delivery` with appmint_webhook_delivery_free.
 *
 * - `id`: The delivery's id, not its guid.
 *
 * Errors:
 * - APPMINT_ERROR_NOT_FOUND if there is no such delivery.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_webhook_delivery(const appmint_app *app,
                                            const char *id,
                                            size_t id_len,
                                            appmint_webhook_delivery **webhook_delivery,
                                            appmint_error **error);

/**
 * Has the platform send an event again.
 *
 * - `delivery_id`: The delivery's id, not its guid.
 *
 * Errors:
 * - APPMINT_ERROR_NOT_FOUND if there is no such delivery.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook
 */
APPMINT_API
appmint_status appmint_app_redeliver_webhook(const appmint_app *app,
                                             const char *delivery_id,
                                             size_t delivery_id_len,
                                             appmint_error **error);

/**
 * The configuration of the app's webhook. The secret is not part of it.
 *
 * Source: https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
 */
struct appmint_webhook_config;

/** A change of the webhook's configuration: see appmint_app_update_webhook_config. */
struct appmint_webhook_update;

/** The URL to which the platform sends events. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_webhook_config_url(const appmint_webhook_config *webhook_config);

/** The format of events: "json" or "form". NULL if the platform does not report it. */
APPMINT_API
const char *appmint_webhook_config_content_type(const appmint_webhook_config *webhook_config);

/**
 * Whether the platform skips the check of the receiver's certificate: 1 or 0; -1 if the platform
 * does not report it.
 */
APPMINT_API
int appmint_webhook_config_insecure_ssl(const appmint_webhook_config *webhook_config);

/** The whole object as the platform sent it. JSON. */
APPMINT_API
const char *appmint_webhook_config_raw(const appmint_webhook_config *webhook_config, size_t *len);

/** Frees a configuration. */
APPMINT_API
void appmint_webhook_config_free(appmint_webhook_config *webhook_config);

/** An update that changes nothing yet. */
APPMINT_NODISCARD APPMINT_API
appmint_webhook_update *appmint_webhook_update_new(void);

/** The URL to which the platform sends events. Default: unchanged. */
APPMINT_API
void appmint_webhook_update_set_url(appmint_webhook_update *update,
                                    const char *url,
                                    size_t url_len);

/** The format of events: "json" or "form". Default: unchanged. */
APPMINT_API
void appmint_webhook_update_set_content_type(appmint_webhook_update *update,
                                             const char *content_type,
                                             size_t content_type_len);

/** The secret that signs events. Default: unchanged. */
APPMINT_API
void appmint_webhook_update_set_secret(appmint_webhook_update *update,
                                       const char *secret,
                                       size_t secret_len);

/**
 * Whether the platform skips the check of the receiver's certificate, so that anybody on the way
 * can pose as it. Default: unchanged.
 */
APPMINT_API
void appmint_webhook_update_set_insecure_ssl(appmint_webhook_update *update, int insecure_ssl);

/** Zeroizes and frees an update. */
APPMINT_API
void appmint_webhook_update_free(appmint_webhook_update *update);

/**
 * An attempt of the platform to send an event to the app. Only its id is certain.
 *
 * Source: https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
 */
struct appmint_webhook_delivery;

/** The delivery's id, which appmint_app_webhook_delivery and appmint_app_redeliver_webhook take. */
APPMINT_API
const char *appmint_webhook_delivery_id(const appmint_webhook_delivery *webhook_delivery);

/**
 * The id that the receiver gets, which is the same for each attempt. NULL if the platform does not
 * report it.
 */
APPMINT_API
const char *appmint_webhook_delivery_guid(const appmint_webhook_delivery *webhook_delivery);

/** The event's name, such as "push". NULL if the platform does not report it. */
APPMINT_API
const char *appmint_webhook_delivery_event(const appmint_webhook_delivery *webhook_delivery);

/** The event's action, such as "opened". NULL if the platform does not report it. */
APPMINT_API
const char *appmint_webhook_delivery_action(const appmint_webhook_delivery *webhook_delivery);

/** The outcome, in the platform's words. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_webhook_delivery_status(const appmint_webhook_delivery *webhook_delivery);

/** The HTTP status of the receiver's response. 0 if the platform does not report it. */
APPMINT_API
int appmint_webhook_delivery_status_code(const appmint_webhook_delivery *webhook_delivery);

/** When it was sent. APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_webhook_delivery_delivered_at_ms(const appmint_webhook_delivery *webhook_delivery);

/** Whether the event had been sent before: 1 or 0; -1 if the platform does not report it. */
APPMINT_API
int appmint_webhook_delivery_is_redelivery(const appmint_webhook_delivery *webhook_delivery);

/** The id of the installation that it is about. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_webhook_delivery_installation_id(const appmint_webhook_delivery *webhook_delivery);

/** The id of the repository that it is about. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_webhook_delivery_repository_id(const appmint_webhook_delivery *webhook_delivery);

/**
 * The whole object as the platform sent it. That of appmint_app_webhook_delivery has the request
 * and the response in it, too. JSON.
 */
APPMINT_API
const char *appmint_webhook_delivery_raw(const appmint_webhook_delivery *webhook_delivery,
                                         size_t *len);

/** Frees a delivery. */
APPMINT_API
void appmint_webhook_delivery_free(appmint_webhook_delivery *webhook_delivery);

/* ---- Platform operations ---- */

/*
 * The app's own registration, the end of a manifest flow, and reports of leaked credentials.
 *
 *   if (appmint_app_registration(app, &registration, &error) != APPMINT_OK) goto done;
 *   printf("app %s\n", appmint_registration_id(registration));
 *   appmint_registration_free(registration);
 */

/* Described below. */
typedef struct appmint_registration appmint_registration;

/**
 * Returns the app as it is registered on the platform. Free `*registration` with
 * appmint_registration_free.
 *
 * Errors:
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_registration(const appmint_app *app,
                                        appmint_registration **registration,
                                        appmint_error **error);

/**
 * Exchanges the code of an app manifest for the app that it created. It needs no credential. A
 * code works once, and the platform returns the app's key and secrets this once.
 *
 * Free `*registration` with appmint_registration_free.
 *
 * - `code`: The code with which the user returned from creating the app.
 *
 * Errors:
 * - APPMINT_ERROR_NOT_FOUND if the code is unknown or was used.
 * - APPMINT_ERROR_UNSUPPORTED if the platform has no app manifests.
 * - Those of every call over the network: see the conventions.
 *
 * Source:
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_convert_manifest(const appmint_app *app,
                                            const char *code,
                                            size_t code_len,
                                            appmint_registration **registration,
                                            appmint_error **error);

/**
 * Reports leaked credentials of anybody; the platform ends them and notifies their owners. It
 * needs no credential.
 *
 * `credentials` is an array of texts.
 *
 * - `credentials`: The leaked credentials.
 *
 * Errors:
 * - APPMINT_ERROR_INVALID_ARGUMENT if there are no credentials, or one is empty.
 * - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
 * - Those of every call over the network: see the conventions.
 *
 * Source: https://docs.github.com/en/rest/credentials/revoke
 */
APPMINT_API
appmint_status appmint_app_revoke_credentials(const appmint_app *app,
                                              const char *const *credentials,
                                              const size_t *credentials_lens,
                                              size_t credentials_count,
                                              appmint_error **error);

/**
 * An app as it is registered on the platform. Only its id is certain. Its secrets are part of the
 * result of appmint_app_convert_manifest only, and are shown by
 * appmint_registration_reveal_client_secret, appmint_registration_reveal_webhook_secret and
 * appmint_registration_reveal_private_key only.
 *
 * Zeroized when it is freed.
 *
 * Source: https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
 */
struct appmint_registration;

/** The app's id. */
APPMINT_API
const char *appmint_registration_id(const appmint_registration *registration);

/** The app's short name, which is part of its URL. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_registration_slug(const appmint_registration *registration);

/** The app's display name. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_registration_name(const appmint_registration *registration);

/** The OAuth client id. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_registration_client_id(const appmint_registration *registration);

/** The account that owns the app. NULL if the platform does not report it. */
APPMINT_API
const char *appmint_registration_owner(const appmint_registration *registration);

/** The permissions that it requests, by name with their level. */
APPMINT_API
const appmint_map *appmint_registration_permissions(const appmint_registration *registration);

/** The names of the webhook events that it receives. */
APPMINT_API
const appmint_list *appmint_registration_events(const appmint_registration *registration);

/** When the app was registered. APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_registration_created_at_ms(const appmint_registration *registration);

/** When the registration last changed. APPMINT_NO_TIME if the platform does not report it. */
APPMINT_API
int64_t appmint_registration_updated_at_ms(const appmint_registration *registration);

/**
 * Returns the OAuth client secret itself. NULL if it is not the result of
 * appmint_app_convert_manifest.
 */
APPMINT_API
const char *appmint_registration_reveal_client_secret(const appmint_registration *registration,
                                                      size_t *len);

/**
 * Returns the secret that signs webhooks. NULL if it is not the result of
 * appmint_app_convert_manifest.
 */
APPMINT_API
const char *appmint_registration_reveal_webhook_secret(const appmint_registration *registration,
                                                       size_t *len);

/**
 * Returns the app's private key itself, in PEM. NULL if it is not the result of
 * appmint_app_convert_manifest.
 */
APPMINT_API
const char *appmint_registration_reveal_private_key(const appmint_registration *registration,
                                                    size_t *len);

/** The whole object as the platform sent it, without the secrets. JSON. */
APPMINT_API
const char *appmint_registration_raw(const appmint_registration *registration, size_t *len);

/** Zeroizes and frees a registration. */
APPMINT_API
void appmint_registration_free(appmint_registration *registration);

/* ---- Events & stores ---- */

/*
 * Events are for a program's logs and metrics. A store shares tokens between
 * processes, and keeps the sessions of users; it is encrypted with a key of yours.
 *
 *   appmint_config_set_store(config, "sqlite:/var/lib/app/tokens.db", APPMINT_NTS);
 *   appmint_config_set_store_key(config, store_key, APPMINT_NTS);
 *   appmint_config_set_on_event(config, log_event, NULL, NULL);
 *   if (appmint_app_new(config, &app, &error) != APPMINT_OK) goto done;
 */

/** The kinds of events. */
typedef enum appmint_event_kind_code {
  /** A token was minted while a caller waited for it. */
  APPMINT_EVENT_MINTED = 1,
  /** A token was minted before its predecessor expired. */
  APPMINT_EVENT_RENEWED = 2,
  /** Minting failed. Callers got the error, or the token in memory if it was still valid. */
  APPMINT_EVENT_MINT_FAILED = 3,
  /**
   * A token was returned that lives for less than was asked for: no new one could be minted, or
   * new ones live no longer.
   */
  APPMINT_EVENT_SERVED_STALE = 4,
  /** A request will be sent again, after a wait. */
  APPMINT_EVENT_RETRIED = 5,
  /** The platform's clock differs from this machine's. */
  APPMINT_EVENT_SKEW_FOUND = 6,
  /** The platform refused a token before it expired. Another one is minted. */
  APPMINT_EVENT_REFUSED = 7,
  /** A token that another process had minted was read from the store. */
  APPMINT_EVENT_TAKEN_FROM_STORE = 8,
  /** The store failed. Installation tokens are minted without it. */
  APPMINT_EVENT_STORE_FAILED = 9
} appmint_event_kind_code;

/**
 * An event in an app's work. It never holds a secret. Borrowed until the callback that receives it
 * returns.
 */
typedef struct appmint_event appmint_event;

/** Receives events: see appmint_config_set_on_event. */
typedef void (*appmint_on_event)(void *userdata, const appmint_event *event);

/**
 * Is called with each event, which never holds a secret. It is called on the thread on which the
 * event happens, which waits for it, and on several at once: it must be quick, and must not wait
 * for a token.
 *
 * It must not throw. `userdata` passes to the library. `drop`, which may be NULL, is called
 * exactly once: when neither the configuration nor an app that was made with it needs `userdata`,
 * or at once if the callback is refused. Default: none.
 */
APPMINT_API
void appmint_config_set_on_event(appmint_config *config,
                                 appmint_on_event callback,
                                 void *userdata,
                                 appmint_drop drop);

/**
 * The kind of the event. A value of enum appmint_event_kind_code. Later versions may add values.
 */
APPMINT_API
int32_t appmint_event_kind(const appmint_event *event);

/**
 * The name of an event's kind, such as "renewed" for APPMINT_EVENT_RENEWED; NULL for other
 * numbers. Never freed.
 */
APPMINT_API
const char *appmint_event_kind_name(int32_t kind);

/** The id of the installation that the event is about. NULL if it is about none. */
APPMINT_API
const char *appmint_event_installation_id(const appmint_event *event);

/**
 * How long the call took, or the wait until the request is sent again, in milliseconds. -1 if the
 * event has none.
 */
APPMINT_API
int64_t appmint_event_duration_ms(const appmint_event *event);

/**
 * How far the platform's clock is ahead of this machine's, in milliseconds. APPMINT_NO_TIME if the
 * event is not about clocks.
 */
APPMINT_API
int64_t appmint_event_clock_offset_ms(const appmint_event *event);

/**
 * The quota of requests as it was last told: the app's after minting, and that of a request that
 * is sent again. NULL if the platform told none.
 */
APPMINT_API
const appmint_quota *appmint_event_quota(const appmint_event *event);

/**
 * The error that caused the event. NULL if no error did.
 *
 * appmint_error_copy keeps it.
 */
APPMINT_API
const appmint_error *appmint_event_error(const appmint_event *event);

/** Whether an operator should look into it: 1 or 0. */
APPMINT_API
int appmint_event_is_warning(const appmint_event *event);

/** A description in one line, for logs. */
APPMINT_API
const char *appmint_event_to_string(const appmint_event *event);

/** The results of a store's functions. */
typedef enum appmint_store_code {
  /** The function did its work. */
  APPMINT_STORE_YES = 0,
  /** There is no such value, there is another value, or another owner has the lock. */
  APPMINT_STORE_NO = 1
} appmint_store_code;

/** Where a store's `get` puts the value that it found: see appmint_bytes_put. */
typedef struct appmint_bytes appmint_bytes;

/**
 * A store that the program implements, which keeps bytes by name, outside of the process. The
 * bytes are sealed with the app's store_key, unless store_unencrypted is set. A function that
 * fails, or that takes longer than five seconds or than its caller has time, causes an event
 * APPMINT_EVENT_STORE_FAILED: an installation token is then minted without the store, while the
 * calls of a session fail.
 *
 * It is given to appmint_config_set_own_store. Each function returns APPMINT_STORE_YES,
 * APPMINT_STORE_NO, or any other number if it failed, for a reason that appmint_callback_failed
 * says. The functions run on the library's threads, on several at once. Each may block for a
 * moment, must not throw, and may use its arguments until it returns. Names and owners end with a
 * NUL.
 *
 * Set `size` to sizeof(appmint_store_callbacks). By it the library distinguishes programs that
 * were built with other versions of this header: a member that an older program lacks is NULL, and
 * a newer one's that the library does not know must be zero.
 */
typedef struct {
  /** sizeof(appmint_store_callbacks) */
  size_t size;
  /**
   * Returns the value of a name. APPMINT_STORE_NO if there is none.
   *
   * It passes the value to appmint_bytes_put.
   */
  int (*get)(void *userdata, const char *name, appmint_bytes *value);
  /**
   * Replaces a value, atomically, if it is still the expected one. APPMINT_STORE_NO if another
   * value is there. `expected` is NULL to add a value only if there is none. The store may drop
   * the value after `keep_until_ms`, a time of this machine's clock even if the app has another
   * one, unless that is APPMINT_NO_TIME.
   */
  int (*put)(void *userdata,
             const char *name,
             const uint8_t *value,
             size_t value_len,
             const uint8_t *expected,
             size_t expected_len,
             int64_t keep_until_ms);
  /** Removes a value, atomically, if it is still the expected one. */
  int (*remove)(void *userdata, const char *name, const uint8_t *expected, size_t expected_len);
  /**
   * Takes a lock for an owner, atomically, unless another owner has it. The lock is free again
   * after the lease, even if its owner has died. If the owner has it already, the lease begins
   * anew. Leases are best measured by a clock that nobody sets: the store's own, or the time
   * since the machine started.
   *
   * APPMINT_STORE_NO while another owner has the lock.
   */
  int (*lock)(void *userdata, const char *name, const char *owner, uint64_t lease_ms);
  /** Releases a lock if the owner still has it. */
  int (*unlock)(void *userdata, const char *name, const char *owner);
} appmint_store_callbacks;

/** A new appmint_store_callbacks whose members are NULL or 0, but for `size`. */
#define APPMINT_STORE_CALLBACKS_INIT {sizeof(appmint_store_callbacks), NULL, NULL, NULL, NULL, NULL}

/**
 * Hands the value that a store's `get` found to the library, which copies it. A second call
 * replaces the first. Only for use in `get`.
 */
APPMINT_API
appmint_status appmint_bytes_put(appmint_bytes *value,
                                 const void *bytes,
                                 size_t bytes_len,
                                 appmint_error **error);

/**
 * Where tokens live between processes: "sqlite:FILE", "redis://..." or "rediss://..." (TLS);
 * "memory:" keeps them in this process. A Redis URL may have "?prefix=" for the names of its keys
 * (default "appmint:") and "?wait_replicas=N" for writes that count only once N replicas have them
 * (default 0). It may hold a password, and is treated as a secret. A store that other processes
 * can read needs store_key or store_unencrypted. If the store fails, installation tokens are
 * minted as without it, while the calls of a session fail. Default: none.
 */
APPMINT_API
void appmint_config_set_store(appmint_config *config, const char *store, size_t store_len);

/**
 * The key that seals stored tokens and authorizations: 32 bytes in hexadecimal or base64. "openssl
 * rand -hex 32" makes one.
 *
 * "keychain:NAME" takes the key of that name from the system's keychain: that of macOS or Windows,
 * where it is made if it is missing, or the kernel's keyring on Linux, where somebody puts it. A
 * key that has sealed records and was deleted is not made anew. Whoever builds the app waits for
 * the keychain, until timeout at most, while a person may be asked to unlock it. Default: none.
 */
APPMINT_API
void appmint_config_set_store_key(appmint_config *config,
                                  const char *store_key,
                                  size_t store_key_len);

/**
 * The previous key during a rotation of store_key. It opens what it has sealed, and seals nothing.
 * "keychain:NAME" is one that the keychain has already. Default: none.
 */
APPMINT_API
void appmint_config_set_previous_store_key(appmint_config *config,
                                           const char *previous_store_key,
                                           size_t previous_store_key_len);

/**
 * Whether the store holds tokens without encryption, readable for everybody who can read the store
 * (not 0, or 0). Default: 0.
 */
APPMINT_API
void appmint_config_set_store_unencrypted(appmint_config *config, int store_unencrypted);

/**
 * A store that the program implements, instead of one of the library's. The struct is copied.
 * `userdata`, the first argument of each callback, passes to the library. `drop`, which may be
 * NULL, is called exactly once: when neither the configuration nor an app that was made with it
 * needs `userdata`, or at once if the store is refused. Default: none.
 */
APPMINT_API
void appmint_config_set_own_store(appmint_config *config,
                                  const appmint_store_callbacks *callbacks,
                                  void *userdata,
                                  appmint_drop drop);

/**
 * How many tokens are held in memory; at least 1. Beyond it, tokens are dropped that no source
 * refers to. Default: 1 000 000.
 */
APPMINT_API
void appmint_config_set_capacity(appmint_config *config, size_t capacity);

/* ---- Errors ---- */

/*
 * A status says what the caller can do about an error. The reason is a finer word beside it, the
 * message says what happened, and the hint what to do. None of them contains a secret.
 *
 *   status = appmint_app_find_installation(app, APPMINT_LOOKUP_USER, "octocat", APPMINT_NTS,
 *                                          &installation, &error);
 *   switch ((enum appmint_status_code)status) {
 *     case APPMINT_OK: break;
 *     case APPMINT_ERROR_NOT_FOUND: puts("the app is not installed there"); break;
 *     default: goto done;
 *   }
 */

/** Statuses: what the caller can do about an error. */
typedef enum appmint_status_code {
  /** Success. */
  APPMINT_OK = 0,
  /** Fix the call: an argument is missing, malformed, or contradicts another. */
  APPMINT_ERROR_INVALID_ARGUMENT = 1,
  /** Do without it: the platform does not offer this operation or argument. */
  APPMINT_ERROR_UNSUPPORTED = 2,
  /** Fix the private key: it cannot be used, and the reason says why. */
  APPMINT_ERROR_KEY = 3,
  /** Try again: there was no HTTP response (DNS, connect, TLS, or the connection was lost). */
  APPMINT_ERROR_TRANSPORT = 4,
  /** Try again, or allow more time: the time of the call or of its caller was over. */
  APPMINT_ERROR_TIMEOUT = 5,
  /** Do nothing: the program cancelled the call. */
  APPMINT_ERROR_CANCELLED = 6,
  /** Fix the credentials: the platform refused the JWT, the key, the client secret or the token. */
  APPMINT_ERROR_UNAUTHORIZED = 7,
  /**
   * Ask an owner: the installation is suspended, a permission is not granted, or a repository is not part of it.
   */
  APPMINT_ERROR_FORBIDDEN = 8,
  /** Install the app, or check the name: there is no such installation or object. */
  APPMINT_ERROR_NOT_FOUND = 9,
  /** Wait for retry_after, then try again: the quota of requests is used up. */
  APPMINT_ERROR_RATE_LIMITED = 10,
  /** Fix the request: the platform refused it and said why. */
  APPMINT_ERROR_REJECTED = 11,
  /**
   * Let the user authorize the app again: the authorization, the code or the refresh token is not valid any more.
   */
  APPMINT_ERROR_REAUTHORIZE = 12,
  /** Accept that the user declined. */
  APPMINT_ERROR_DENIED = 13,
  /** Ask again after retry_after: somebody has not finished. */
  APPMINT_ERROR_PENDING = 14,
  /** Try again later: the platform failed (5xx). */
  APPMINT_ERROR_SERVER = 15,
  /** Report it to the platform: its response cannot be understood. */
  APPMINT_ERROR_PROTOCOL = 16,
  /** Look after the token store: it failed. */
  APPMINT_ERROR_STORE = 17,
  /** Fix the callback that you gave: it failed. */
  APPMINT_ERROR_CALLBACK = 18,
  /** Report it: this is a bug in appmint. */
  APPMINT_ERROR_INTERNAL = 19,
  /** Try again later: this machine has no thread, file descriptor or memory left. */
  APPMINT_ERROR_RESOURCE_EXHAUSTED = 20
} appmint_status_code;

/** Reasons: the cause of an error in one word. */
typedef enum appmint_reason_code {
  /** There is no finer word. */
  APPMINT_REASON_NONE = 0,
  /** The platform says that the JWT's times are wrong: a clock is off. */
  APPMINT_REASON_CLOCK_SKEW = 1,
  /** The JWT's signature does not match: the key belongs to another app. */
  APPMINT_REASON_APP_KEY_MISMATCH = 2,
  /** The app has no public key on the platform yet. */
  APPMINT_REASON_NO_PUBLIC_KEY = 3,
  /** The platform knows no app with this id. */
  APPMINT_REASON_APP_NOT_FOUND = 4,
  /** The token is unknown, expired or revoked. */
  APPMINT_REASON_INVALID_TOKEN = 5,
  /** The client id or client secret is wrong. */
  APPMINT_REASON_INVALID_CLIENT = 6,
  /** An owner suspended the installation. */
  APPMINT_REASON_SUSPENDED = 7,
  /** The app is not installed there. */
  APPMINT_REASON_NOT_INSTALLED = 8,
  /** The installation was not granted a permission. */
  APPMINT_REASON_PERMISSION_NOT_GRANTED = 9,
  /** A repository is not part of the installation. */
  APPMINT_REASON_REPOSITORY_NOT_ACCESSIBLE = 10,
  /** The quota of requests is used up. */
  APPMINT_REASON_RATE_LIMIT = 11,
  /** The authorization code is unknown, expired or already used. */
  APPMINT_REASON_INVALID_CODE = 12,
  /** The refresh token is unknown, expired or revoked. */
  APPMINT_REASON_INVALID_REFRESH_TOKEN = 13,
  /** A refresh was sent, and its response never arrived. */
  APPMINT_REASON_ROTATION_INTERRUPTED = 14,
  /** The callback's state differs from the authorization's. */
  APPMINT_REASON_STATE_MISMATCH = 15,
  /** The redirect URI is not registered for the app. */
  APPMINT_REASON_REDIRECT_URI_MISMATCH = 16,
  /** The user declined the authorization. */
  APPMINT_REASON_ACCESS_DENIED = 17,
  /** The text is something other than a private key. */
  APPMINT_REASON_NOT_A_PRIVATE_KEY = 18,
  /** The key's text is cut off or damaged. */
  APPMINT_REASON_DAMAGED_KEY = 19,
  /** The key is encrypted, and no passphrase was given. */
  APPMINT_REASON_PASSPHRASE_NEEDED = 20,
  /** The passphrase does not open the key. */
  APPMINT_REASON_WRONG_PASSPHRASE = 21,
  /** It is a private key, but not an RSA key of 2048 to 8192 bits. */
  APPMINT_REASON_UNSUITABLE_KEY = 22,
  /** The host's name did not resolve, or nothing answered there. */
  APPMINT_REASON_UNREACHABLE = 23,
  /** The TLS handshake failed. */
  APPMINT_REASON_TLS = 24,
  /** The connection broke before the response was complete. */
  APPMINT_REASON_CONNECTION_LOST = 25,
  /** The response is larger than its limit. */
  APPMINT_REASON_BODY_TOO_LARGE = 26,
  /** The response is not the JSON that it should be. */
  APPMINT_REASON_NOT_JSON = 27,
  /** The response lacks a member, or has one of the wrong form. */
  APPMINT_REASON_MISSING_MEMBER = 28,
  /** The response's token had expired when it arrived. */
  APPMINT_REASON_EXPIRED_ON_ARRIVAL = 29,
  /** The platform answered with a redirect that is not followed. */
  APPMINT_REASON_REDIRECT = 30,
  /** No built-in platform has this name. */
  APPMINT_REASON_UNKNOWN_PLATFORM = 31,
  /** The descriptor of a platform is not valid. */
  APPMINT_REASON_INVALID_DESCRIPTOR = 32,
  /** This operation needs a credential that the app was not given. */
  APPMINT_REASON_MISSING_CREDENTIAL = 33,
  /** The URL is not on one of the platform's own hosts. */
  APPMINT_REASON_FOREIGN_HOST = 34,
  /** A webhook's signature is missing or does not match. */
  APPMINT_REASON_INVALID_SIGNATURE = 35,
  /** The store has no session of this name. */
  APPMINT_REASON_NO_SESSION = 36,
  /** The user has not authorized the device yet. */
  APPMINT_REASON_AUTHORIZATION_PENDING = 37,
  /** The device asks too often. */
  APPMINT_REASON_SLOW_DOWN = 38,
  /** The device code expired before the login was completed. */
  APPMINT_REASON_EXPIRED_DEVICE_CODE = 39,
  /** The authorization was finished before, or began more than an hour ago. */
  APPMINT_REASON_STALE_AUTHORIZATION = 40,
  /** An object in the response has a member twice. */
  APPMINT_REASON_DUPLICATE_MEMBER = 41,
  /** The assertion that the app signed was refused. */
  APPMINT_REASON_INVALID_ASSERTION = 42,
  /** The platform does not revoke tokens of this type, or the token is not a bearer token. */
  APPMINT_REASON_UNSUPPORTED_TOKEN_TYPE = 43,
  /** The server's metadata belongs to another issuer. */
  APPMINT_REASON_ISSUER_MISMATCH = 44,
  /** A record in the store is sealed with a key that the app was not given. */
  APPMINT_REASON_WRONG_STORE_KEY = 45,
  /** The host has no public address, and private ones are refused. */
  APPMINT_REASON_PRIVATE_ADDRESS = 46,
  /** The proxy wants a user name and a password, or refused those it was given. */
  APPMINT_REASON_PROXY_AUTHENTICATION_REQUIRED = 47,
  /** A person asked for the installation, which an owner of the account must approve. */
  APPMINT_REASON_INSTALLATION_REQUESTED = 48
} appmint_reason_code;

/**
 * An error: what failed, and what to do about it. It never holds a secret or the body of a
 * response.
 */
struct appmint_error;



/** A value of enum appmint_reason_code: the cause in one word. */
typedef int32_t appmint_reason;

/** The kind, which says what the caller can do. It is the status that the failed call returned. */
APPMINT_API
appmint_status appmint_error_kind(const appmint_error *error);

/**
 * The finer reason within the kind, such as "suspended". APPMINT_REASON_NONE if there is no finer
 * word.
 */
APPMINT_API
appmint_reason appmint_error_reason(const appmint_error *error);

/** The message: a clause in lower case that says what failed. */
APPMINT_API
const char *appmint_error_message(const appmint_error *error);

/** The hint: a sentence that says what to do. NULL if there is no advice. */
APPMINT_API
const char *appmint_error_hint(const appmint_error *error);

/** The HTTP status of the platform's response. 0 if there was no response. */
APPMINT_API
int appmint_error_status(const appmint_error *error);

/**
 * The platform's own error code, such as "bad_verification_code". NULL if the platform named none.
 */
APPMINT_API
const char *appmint_error_platform_code(const appmint_error *error);

/** The platform's id of the request, for its support. NULL if the platform named none. */
APPMINT_API
const char *appmint_error_request_id(const appmint_error *error);

/**
 * The page where a person authorizes the access by single sign-on. NULL if the platform does not
 * ask for that.
 */
APPMINT_API
const char *appmint_error_sso_url(const appmint_error *error);

/**
 * The permissions that were missing, each as "name=level", if the platform lists those with which
 * it accepts the call. Of several alternatives those of the one that lacks the fewest; the hint
 * has all of them.
 */
APPMINT_API
const appmint_list *appmint_error_missing_permissions(const appmint_error *error);

/**
 * How long to wait before the next attempt, at most a day, in milliseconds. -1 if the platform
 * named no time.
 */
APPMINT_API
int64_t appmint_error_retry_after_ms(const appmint_error *error);

/**
 * Whether the same call may work later without a change: 1 or 0. It may not after an error by
 * which the code or refresh token that the call sent may be spent.
 */
APPMINT_API
int appmint_error_is_retryable(const appmint_error *error);

/** The message and the hint, in one line. */
APPMINT_API
const char *appmint_error_to_string(const appmint_error *error);

/**
 * The cause that a callback of the program left with the error (appmint_callback_failed), or NULL.
 * Borrowed: it lives as long as the error and its copies.
 */
APPMINT_NODISCARD APPMINT_API
void *appmint_error_cause(const appmint_error *error);

/** A copy of an error that is borrowed. */
APPMINT_NODISCARD APPMINT_API
appmint_error *appmint_error_copy(const appmint_error *error);

/** Frees an error. */
APPMINT_API
void appmint_error_free(appmint_error *error);

/**
 * The name of a status, such as "not_found" for APPMINT_ERROR_NOT_FOUND; NULL for APPMINT_OK and
 * for other numbers. Never freed.
 */
APPMINT_API
const char *appmint_error_kind_name(appmint_status kind);

/**
 * The name of a reason, such as "suspended" for APPMINT_REASON_SUSPENDED; NULL for
 * APPMINT_REASON_NONE and for other numbers. Never freed.
 */
APPMINT_API
const char *appmint_error_reason_name(appmint_reason reason);

/* ---- Calls without waiting ---- */

/*
 * Every function that may go to the network has a form that returns at once: ..._async, with the same
 * arguments and four more. It reads and checks its arguments at once; after APPMINT_OK the call is on
 * its way and `done` runs exactly once, whatever comes. For an event loop make an appmint_queue, watch
 * its descriptor, and dispatch it when it is readable: `done` then runs in the loop. With a NULL queue
 * `done` runs on one thread of the library, one call after the other: a callback that blocks there
 * delays the others. With a NULL `done` nobody is called: wait for the call, or look whether it is
 * complete. `call` is where the handle goes, which cancels, waits and reads; it may be NULL if there
 * is a `done`. Neither starting nor cancelling a call runs its callback.
 *
 *   if (appmint_queue_new(&queue, &error) != APPMINT_OK) goto done;
 *   watch(appmint_queue_fd(queue));
 *   if (appmint_source_token_async(source, APPMINT_DEFAULT, APPMINT_DEFAULT, queue, on_token, NULL,
 *                                  &call, &error) != APPMINT_OK) goto done;
 *
 *   appmint_queue_dispatch(queue);
 *
 * Cancelling ends the waiting, and not a request that was sent. A token of an installation that arrives
 * afterwards is kept for the next call, and the tokens of a session are written into its store. Those of
 * appmint_app_refresh and appmint_app_exchange_code are nobody's then, and the refresh token or the code
 * is spent: wait for such a call, or use a session.
 *
 * A callback may call every function, also those that free the call and the queue. What it reads are
 * objects of its own: appmint_call_token returns a new token each time. Until `done` runs, `userdata`
 * must stay valid; after any other status than APPMINT_OK it does not run. In the child of a fork a
 * queue is a new one with another descriptor, and a call that the parent started has the outcome
 * APPMINT_ERROR_CANCELLED unless it had completed; no callback of the parent's runs in the child.
 */

/** A call that was started. Every function takes it on any thread, and on several at once. */
typedef struct appmint_call appmint_call;

/**
 * Receives a call that has completed, borrowed until the callback returns: read its result by the
 * function that the call's own comment names. It runs exactly once for each call that was started,
 * in appmint_queue_dispatch or appmint_queue_free of the call's queue, or on a thread of the
 * library.
 */
typedef void (*appmint_on_done)(void *userdata, const appmint_call *call);

/**
 * 1 if the call has completed, with a result or an error, else 0. It may have completed before its
 * callback runs.
 */
APPMINT_API
int appmint_call_is_complete(const appmint_call *call);

/**
 * Waits until the call has completed, with a result or an error, at most for `timeout_ms`
 * (APPMINT_DEFAULT: as long as it takes; a call ends by its own timeout). It does not wait for the
 * call's callback. A function that waits and that another thread can cancel is this: start the
 * call, wait for it, read its result.
 *
 * APPMINT_ERROR_TIMEOUT if it is still running then. It goes on.
 */
APPMINT_API
appmint_status appmint_call_wait(const appmint_call *call,
                                 int64_t timeout_ms,
                                 appmint_error **error);

/**
 * Ends the waiting: the call completes now, with APPMINT_ERROR_CANCELLED, unless it has completed.
 * Its callback runs where it would have run, not inside of this function. Blocks nobody.
 *
 * A request that was sent before is not recalled. The result of such a call is lost to its caller:
 * that of a refresh or a code exchange is the user's new tokens, while a session keeps them.
 * Minting goes on for others.
 */
APPMINT_API
void appmint_call_cancel(const appmint_call *call);

/**
 * Frees the handle, before or after the call completes, also in the call's callback. The call goes
 * on, and its callback runs.
 */
APPMINT_API
void appmint_call_free(appmint_call *call);

/** Runs the callbacks of calls that have completed, on the threads that dispatch it. */
typedef struct appmint_queue appmint_queue;

/**
 * A queue, which has a file descriptor. One is enough for an event loop.
 *
 * APPMINT_ERROR_RESOURCE_EXHAUSTED if the process has no descriptor left.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_queue_new(appmint_queue **queue, appmint_error **error);

/**
 * The descriptor to watch: it is readable (POLLIN) while callbacks wait to be run, level-
 * triggered. It is closed on exec, and belongs to the queue: neither read nor close it. -1 if
 * there is none: in a child that had no descriptor left.
 */
APPMINT_API
int appmint_queue_fd(const appmint_queue *queue);

/**
 * Runs the callbacks of the calls that have completed by now, on this thread, in the order in
 * which they completed. Returns their number. It does not wait: 0 if there is none. A callback may
 * call this function, and every other.
 */
APPMINT_API
size_t appmint_queue_dispatch(const appmint_queue *queue);

/**
 * Frees a queue. Calls that are running are cancelled, as by appmint_call_cancel, and the
 * callbacks that have not run yet run on this thread before the function returns. Take the
 * descriptor out of the event loop before.
 */
APPMINT_API
void appmint_queue_free(appmint_queue *queue);

/** The outcome of a call whose result, if it has one, is not needed: APPMINT_OK, or its error. */
APPMINT_API
appmint_status appmint_call_outcome(const appmint_call *call, appmint_error **error);

/** The app of appmint_app_new_async. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_app(const appmint_call *call, appmint_app **app, appmint_error **error);

/** A token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_token(const appmint_call *call,
                                  appmint_token **token,
                                  appmint_error **error);

/**
 * An authorization header, a platform's descriptor, or the JSON of an item; `*text` is NULL after a
 * list's last.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_text(const appmint_call *call,
                                 appmint_text **text,
                                 appmint_error **error);

/** The response to an API call. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_response(const appmint_call *call,
                                     appmint_response **response,
                                     appmint_error **error);

/** An installation; `*installation` is NULL after a list's last. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_installation(const appmint_call *call,
                                         appmint_installation **installation,
                                         appmint_error **error);

/** A repository; `*repository` is NULL after a list's last. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_repository(const appmint_call *call,
                                       appmint_repository **repository,
                                       appmint_error **error);

/** A login on another device. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_device_login(const appmint_call *call,
                                         appmint_device_login **device_login,
                                         appmint_error **error);

/** The authorization server's view of a token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_introspection(const appmint_call *call,
                                          appmint_introspection **introspection,
                                          appmint_error **error);

/** Where the platform sends webhooks. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_webhook_config(const appmint_call *call,
                                           appmint_webhook_config **webhook_config,
                                           appmint_error **error);

/** A delivery; `*webhook_delivery` is NULL after a list's last. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_webhook_delivery(const appmint_call *call,
                                             appmint_webhook_delivery **webhook_delivery,
                                             appmint_error **error);

/** The app's registration. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_call_registration(const appmint_call *call,
                                         appmint_registration **registration,
                                         appmint_error **error);

/** appmint_app_jwt without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_jwt_async(const appmint_app *app,
                                     const appmint_queue *queue,
                                     appmint_on_done done,
                                     void *userdata,
                                     appmint_call **call,
                                     appmint_error **error);

/** appmint_app_request without waiting. Its result: appmint_call_response. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_request_async(const appmint_app *app,
                                         const appmint_request *request,
                                         const appmint_queue *queue,
                                         appmint_on_done done,
                                         void *userdata,
                                         appmint_call **call,
                                         appmint_error **error);

/** appmint_discover without waiting. Its result: appmint_call_text. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_discover_async(const appmint_config *config,
                                      const char *issuer,
                                      size_t issuer_len,
                                      const appmint_queue *queue,
                                      appmint_on_done done,
                                      void *userdata,
                                      appmint_call **call,
                                      appmint_error **error);

/**
 * appmint_app_new without waiting: an encrypted private key may take seconds. Its result:
 * appmint_call_app.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_new_async(const appmint_config *config,
                                     const appmint_queue *queue,
                                     appmint_on_done done,
                                     void *userdata,
                                     appmint_call **call,
                                     appmint_error **error);

/** appmint_app_find_installation without waiting. Its result: appmint_call_installation. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_find_installation_async(const appmint_app *app,
                                                   appmint_lookup lookup,
                                                   const char *text,
                                                   size_t text_len,
                                                   const appmint_queue *queue,
                                                   appmint_on_done done,
                                                   void *userdata,
                                                   appmint_call **call,
                                                   appmint_error **error);

/** appmint_app_suspend_installation without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_suspend_installation_async(const appmint_app *app,
                                                      const char *id,
                                                      size_t id_len,
                                                      const appmint_queue *queue,
                                                      appmint_on_done done,
                                                      void *userdata,
                                                      appmint_call **call,
                                                      appmint_error **error);

/** appmint_app_unsuspend_installation without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_unsuspend_installation_async(const appmint_app *app,
                                                        const char *id,
                                                        size_t id_len,
                                                        const appmint_queue *queue,
                                                        appmint_on_done done,
                                                        void *userdata,
                                                        appmint_call **call,
                                                        appmint_error **error);

/** appmint_app_delete_installation without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_delete_installation_async(const appmint_app *app,
                                                     const char *id,
                                                     size_t id_len,
                                                     const appmint_queue *queue,
                                                     appmint_on_done done,
                                                     void *userdata,
                                                     appmint_call **call,
                                                     appmint_error **error);

/** appmint_app_finish_install without waiting. Its result: appmint_call_installation. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_finish_install_async(const appmint_app *app,
                                                const char *callback_url,
                                                size_t callback_url_len,
                                                const char *state,
                                                size_t state_len,
                                                const appmint_queue *queue,
                                                appmint_on_done done,
                                                void *userdata,
                                                appmint_call **call,
                                                appmint_error **error);

/**
 * appmint_installations_next without waiting. Its result: appmint_call_installation. An item that
 * comes after the call was cancelled is not lost: the list returns it next.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_installations_next_async(const appmint_installations *listing,
                                                const appmint_queue *queue,
                                                appmint_on_done done,
                                                void *userdata,
                                                appmint_call **call,
                                                appmint_error **error);

/** appmint_app_revoke_installation_token without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_revoke_installation_token_async(const appmint_app *app,
                                                           const char *token,
                                                           size_t token_len,
                                                           const appmint_queue *queue,
                                                           appmint_on_done done,
                                                           void *userdata,
                                                           appmint_call **call,
                                                           appmint_error **error);

/** appmint_source_token without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_token_async(const appmint_source *source,
                                          int64_t min_valid_ms,
                                          int64_t timeout_ms,
                                          const appmint_queue *queue,
                                          appmint_on_done done,
                                          void *userdata,
                                          appmint_call **call,
                                          appmint_error **error);

/** appmint_source_authorization_header without waiting. Its result: appmint_call_text. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_authorization_header_async(const appmint_source *source,
                                                         int64_t min_valid_ms,
                                                         int64_t timeout_ms,
                                                         const appmint_queue *queue,
                                                         appmint_on_done done,
                                                         void *userdata,
                                                         appmint_call **call,
                                                         appmint_error **error);

/** appmint_source_revoke without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_revoke_async(const appmint_source *source,
                                           const appmint_queue *queue,
                                           appmint_on_done done,
                                           void *userdata,
                                           appmint_call **call,
                                           appmint_error **error);

/** appmint_source_request without waiting. Its result: appmint_call_response. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_request_async(const appmint_source *source,
                                            const appmint_request *request,
                                            const appmint_queue *queue,
                                            appmint_on_done done,
                                            void *userdata,
                                            appmint_call **call,
                                            appmint_error **error);

/**
 * appmint_items_next without waiting. Its result: appmint_call_text. An item that comes after the
 * call was cancelled is not lost: the list returns it next.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_items_next_async(const appmint_items *listing,
                                        const appmint_queue *queue,
                                        appmint_on_done done,
                                        void *userdata,
                                        appmint_call **call,
                                        appmint_error **error);

/**
 * appmint_repositories_next without waiting. Its result: appmint_call_repository. An item that
 * comes after the call was cancelled is not lost: the list returns it next.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_repositories_next_async(const appmint_repositories *listing,
                                               const appmint_queue *queue,
                                               appmint_on_done done,
                                               void *userdata,
                                               appmint_call **call,
                                               appmint_error **error);

/** appmint_app_exchange_code without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_exchange_code_async(const appmint_app *app,
                                               const char *code,
                                               size_t code_len,
                                               const char *redirect_uri,
                                               size_t redirect_uri_len,
                                               const char *code_verifier,
                                               size_t code_verifier_len,
                                               const appmint_queue *queue,
                                               appmint_on_done done,
                                               void *userdata,
                                               appmint_call **call,
                                               appmint_error **error);

/** appmint_app_finish_authorization without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_finish_authorization_async(const appmint_app *app,
                                                      const appmint_authorization *authorization,
                                                      const char *callback_url,
                                                      size_t callback_url_len,
                                                      const appmint_queue *queue,
                                                      appmint_on_done done,
                                                      void *userdata,
                                                      appmint_call **call,
                                                      appmint_error **error);

/** appmint_app_refresh without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_refresh_async(const appmint_app *app,
                                         const char *refresh_token,
                                         size_t refresh_token_len,
                                         const appmint_queue *queue,
                                         appmint_on_done done,
                                         void *userdata,
                                         appmint_call **call,
                                         appmint_error **error);

/** appmint_app_exchange_token without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_exchange_token_async(const appmint_app *app,
                                                const char *subject_token,
                                                size_t subject_token_len,
                                                const char *subject_token_type,
                                                size_t subject_token_type_len,
                                                const char *const *scopes,
                                                const size_t *scopes_lens,
                                                size_t scopes_count,
                                                const char *audience,
                                                size_t audience_len,
                                                const char *resource,
                                                size_t resource_len,
                                                const appmint_queue *queue,
                                                appmint_on_done done,
                                                void *userdata,
                                                appmint_call **call,
                                                appmint_error **error);

/** appmint_app_start_device_login without waiting. Its result: appmint_call_device_login. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_start_device_login_async(const appmint_app *app,
                                                    const char *const *scopes,
                                                    const size_t *scopes_lens,
                                                    size_t scopes_count,
                                                    const appmint_queue *queue,
                                                    appmint_on_done done,
                                                    void *userdata,
                                                    appmint_call **call,
                                                    appmint_error **error);

/** appmint_login_wait without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_login_wait_async(const appmint_login *login,
                                        int64_t timeout_ms,
                                        const appmint_queue *queue,
                                        appmint_on_done done,
                                        void *userdata,
                                        appmint_call **call,
                                        appmint_error **error);

/** appmint_device_login_poll without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_device_login_poll_async(const appmint_device_login *login,
                                               const appmint_queue *queue,
                                               appmint_on_done done,
                                               void *userdata,
                                               appmint_call **call,
                                               appmint_error **error);

/** appmint_device_login_wait without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_device_login_wait_async(const appmint_device_login *login,
                                               const appmint_queue *queue,
                                               appmint_on_done done,
                                               void *userdata,
                                               appmint_call **call,
                                               appmint_error **error);

/** appmint_app_check_token without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_check_token_async(const appmint_app *app,
                                             const char *token,
                                             size_t token_len,
                                             const appmint_queue *queue,
                                             appmint_on_done done,
                                             void *userdata,
                                             appmint_call **call,
                                             appmint_error **error);

/** appmint_app_reset_token without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_reset_token_async(const appmint_app *app,
                                             const char *token,
                                             size_t token_len,
                                             const appmint_queue *queue,
                                             appmint_on_done done,
                                             void *userdata,
                                             appmint_call **call,
                                             appmint_error **error);

/** appmint_app_scope_token without waiting. Its result: appmint_call_token. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_scope_token_async(const appmint_app *app,
                                             const char *token,
                                             size_t token_len,
                                             const char *target,
                                             size_t target_len,
                                             const char *target_id,
                                             size_t target_id_len,
                                             const appmint_scope *scope,
                                             const appmint_queue *queue,
                                             appmint_on_done done,
                                             void *userdata,
                                             appmint_call **call,
                                             appmint_error **error);

/** appmint_app_delete_token without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_delete_token_async(const appmint_app *app,
                                              const char *token,
                                              size_t token_len,
                                              const appmint_queue *queue,
                                              appmint_on_done done,
                                              void *userdata,
                                              appmint_call **call,
                                              appmint_error **error);

/** appmint_app_delete_grant without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_delete_grant_async(const appmint_app *app,
                                              const char *token,
                                              size_t token_len,
                                              const appmint_queue *queue,
                                              appmint_on_done done,
                                              void *userdata,
                                              appmint_call **call,
                                              appmint_error **error);

/** appmint_app_revoke_token without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_revoke_token_async(const appmint_app *app,
                                              const char *token,
                                              size_t token_len,
                                              const char *token_type_hint,
                                              size_t token_type_hint_len,
                                              const appmint_queue *queue,
                                              appmint_on_done done,
                                              void *userdata,
                                              appmint_call **call,
                                              appmint_error **error);

/** appmint_app_introspect_token without waiting. Its result: appmint_call_introspection. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_introspect_token_async(const appmint_app *app,
                                                  const char *token,
                                                  size_t token_len,
                                                  const char *token_type_hint,
                                                  size_t token_type_hint_len,
                                                  const appmint_queue *queue,
                                                  appmint_on_done done,
                                                  void *userdata,
                                                  appmint_call **call,
                                                  appmint_error **error);

/** appmint_app_start_session without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_start_session_async(const appmint_app *app,
                                               const char *name,
                                               size_t name_len,
                                               const appmint_token *token,
                                               const char *account_id,
                                               size_t account_id_len,
                                               const appmint_queue *queue,
                                               appmint_on_done done,
                                               void *userdata,
                                               appmint_call **call,
                                               appmint_error **error);

/** appmint_app_end_session without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_end_session_async(const appmint_app *app,
                                             const char *name,
                                             size_t name_len,
                                             const appmint_queue *queue,
                                             appmint_on_done done,
                                             void *userdata,
                                             appmint_call **call,
                                             appmint_error **error);

/** appmint_app_webhook_config without waiting. Its result: appmint_call_webhook_config. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_webhook_config_async(const appmint_app *app,
                                                const appmint_queue *queue,
                                                appmint_on_done done,
                                                void *userdata,
                                                appmint_call **call,
                                                appmint_error **error);

/** appmint_app_update_webhook_config without waiting. Its result: appmint_call_webhook_config. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_update_webhook_config_async(const appmint_app *app,
                                                       const appmint_webhook_update *update,
                                                       const appmint_queue *queue,
                                                       appmint_on_done done,
                                                       void *userdata,
                                                       appmint_call **call,
                                                       appmint_error **error);

/** appmint_app_webhook_delivery without waiting. Its result: appmint_call_webhook_delivery. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_webhook_delivery_async(const appmint_app *app,
                                                  const char *id,
                                                  size_t id_len,
                                                  const appmint_queue *queue,
                                                  appmint_on_done done,
                                                  void *userdata,
                                                  appmint_call **call,
                                                  appmint_error **error);

/** appmint_app_redeliver_webhook without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_redeliver_webhook_async(const appmint_app *app,
                                                   const char *delivery_id,
                                                   size_t delivery_id_len,
                                                   const appmint_queue *queue,
                                                   appmint_on_done done,
                                                   void *userdata,
                                                   appmint_call **call,
                                                   appmint_error **error);

/**
 * appmint_webhook_deliveries_next without waiting. Its result: appmint_call_webhook_delivery. An
 * item that comes after the call was cancelled is not lost: the list returns it next.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_webhook_deliveries_next_async(const appmint_webhook_deliveries *listing,
                                                     const appmint_queue *queue,
                                                     appmint_on_done done,
                                                     void *userdata,
                                                     appmint_call **call,
                                                     appmint_error **error);

/** appmint_app_registration without waiting. Its result: appmint_call_registration. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_registration_async(const appmint_app *app,
                                              const appmint_queue *queue,
                                              appmint_on_done done,
                                              void *userdata,
                                              appmint_call **call,
                                              appmint_error **error);

/** appmint_app_convert_manifest without waiting. Its result: appmint_call_registration. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_convert_manifest_async(const appmint_app *app,
                                                  const char *code,
                                                  size_t code_len,
                                                  const appmint_queue *queue,
                                                  appmint_on_done done,
                                                  void *userdata,
                                                  appmint_call **call,
                                                  appmint_error **error);

/** appmint_app_revoke_credentials without waiting. It has no result but its outcome. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_revoke_credentials_async(const appmint_app *app,
                                                    const char *const *credentials,
                                                    const size_t *credentials_lens,
                                                    size_t credentials_count,
                                                    const appmint_queue *queue,
                                                    appmint_on_done done,
                                                    void *userdata,
                                                    appmint_call **call,
                                                    appmint_error **error);

#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

#endif /* APPMINT_H */
