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

/* Described in "Tokens". */
typedef struct appmint_token appmint_token;

/** The library's version, such as "0.1.0". APPMINT_VERSION is the header's. Never freed. */
APPMINT_API
const char *appmint_version(void);

/**
 * The version of the library's binary interface. APPMINT_ABI_VERSION is the header's; only a
 * program that loads the library by hand can see two different numbers.
 */
APPMINT_API
uint32_t appmint_abi_version(void);

/** The names of the built-in platforms. Never freed. */
APPMINT_API
const appmint_list *appmint_platforms(void);

/**
 * A regular expression (POSIX extended) that finds the secrets of the built-in platforms in a text: their
 * tokens and JWTs, for whatever scrubs logs. Never freed.
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
 * Sends all requests by a callback instead of the library's own HTTP client. The settings of the
 * network that only concern that one are refused beside it: proxy, certificates,
 * refuse_private_addresses.
 *
 * The struct is copied. `userdata`, the first argument of each callback, passes to the library.
 * `drop`, which may be NULL, is called exactly once: when neither the configuration nor an app
 * that was made with it needs `userdata`, or at once if the transport is refused.
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
 * Reads each setting that was not set from the environment variable of its name, in capitals, after this
 * prefix, when the app is made: with "APPMINT_", APPMINT_PLATFORM, APPMINT_APP_ID and so on. Long and secret
 * ones may also be in the file that a variable ending in _FILE names (APPMINT_PRIVATE_KEY_FILE). Durations
 * have a unit (30s), switches are true or false, an empty variable counts as not set, and a proxy `none` is
 * no proxy. Default: the environment is not read.
 */
APPMINT_API
void appmint_config_set_environment(appmint_config *config,
                                    const char *environment,
                                    size_t environment_len);

/** The name of a built-in platform, such as "atomgit": see appmint_platforms. */
APPMINT_API
void appmint_config_set_platform(appmint_config *config, const char *platform, size_t platform_len);

/** A platform's descriptor as JSON text, instead of a name. */
APPMINT_API
void appmint_config_set_platform_descriptor(appmint_config *config,
                                            const char *platform_descriptor,
                                            size_t platform_descriptor_len);

/** The platform's host, such as "git.corp.example", for platforms that can be hosted anywhere. */
APPMINT_API
void appmint_config_set_host(appmint_config *config, const char *host, size_t host_len);

/**
 * The base URL of the API; default the platform's. The web pages follow it where the platform's hosts
 * say how; else making the app asks for the web pages' URL.
 */
APPMINT_API
void appmint_config_set_api_url(appmint_config *config,
                                const char *api_url,
                                size_t api_url_len);

/**
 * The base URL of the web pages, where a user authorizes, and of OAuth; default the platform's. The API
 * follows it as the web pages follow the API.
 */
APPMINT_API
void appmint_config_set_web_url(appmint_config *config,
                                const char *web_url,
                                size_t web_url_len);

/** The app's id, as the platform's settings page shows it. */
APPMINT_API
void appmint_config_set_app_id(appmint_config *config, const char *app_id, size_t app_id_len);

/** The OAuth client id. */
APPMINT_API
void appmint_config_set_client_id(appmint_config *config,
                                  const char *client_id,
                                  size_t client_id_len);

/** The OAuth client secret. */
APPMINT_API
void appmint_config_set_client_secret(appmint_config *config,
                                      const char *client_secret,
                                      size_t client_secret_len);

/**
 * The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or text that was pasted from
 * either.
 */
APPMINT_API
void appmint_config_set_private_key(appmint_config *config,
                                    const void *private_key,
                                    size_t private_key_len);

/**
 * A second key during a key rotation, in any form that the first may have. The app switches to it
 * when the platform does not know the first.
 */
APPMINT_API
void appmint_config_set_fallback_private_key(appmint_config *config,
                                             const void *fallback_private_key,
                                             size_t fallback_private_key_len);

/**
 * The passphrase of an encrypted PKCS#8 key. A key whose file demands more than 2 000 000 rounds of
 * PBKDF2, or more than 128 MiB for scrypt, is refused; reading one within that may take seconds.
 */
APPMINT_API
void appmint_config_set_private_key_passphrase(appmint_config *config,
                                               const char *private_key_passphrase,
                                               size_t private_key_passphrase_len);

/** The platform's id of the key, for platforms that name keys: the `kid` header of JWTs. */
APPMINT_API
void appmint_config_set_key_id(appmint_config *config, const char *key_id, size_t key_id_len);

/** The platform's id of the second key. */
APPMINT_API
void appmint_config_set_fallback_key_id(appmint_config *config,
                                        const char *fallback_key_id,
                                        size_t fallback_key_id_len);

/**
 * Signs with a callback instead of a private key.
 *
 * The struct is copied, and its `userdata` passes to the library. `drop` is called exactly once:
 * when neither the configuration nor an app that was made with it needs `userdata`, or at once if
 * the signer is refused. It is not called if `signer` is NULL or its `size` is not one, since
 * nobody knows then where `drop` is.
 */
APPMINT_API
void appmint_config_set_signer(appmint_config *config, const appmint_signer *signer);

/** How far a JWT's `iat` lies in the past, in seconds; default 60. */
APPMINT_API
void appmint_config_set_jwt_back_date_s(appmint_config *config, int64_t jwt_back_date_s);

/** How far a JWT's `exp` lies in the future, in seconds; default 540. */
APPMINT_API
void appmint_config_set_jwt_lifetime_s(appmint_config *config, int64_t jwt_lifetime_s);

/**
 * A manual clock instead of the system's. `clock` stays yours, and goes on moving the time of the
 * apps that were made with it.
 */
APPMINT_API
void appmint_config_set_clock(appmint_config *config, const appmint_clock *clock);

/** Zeroizes and frees a configuration. Apps that were made with it do not need it. */
APPMINT_API
void appmint_config_free(appmint_config *config);

/** The deadline of a whole call, retries included, in milliseconds; default 30000. */
APPMINT_API
void appmint_config_set_timeout_ms(appmint_config *config, int64_t timeout_ms);

/** The deadline of connecting, in milliseconds; default 10000. */
APPMINT_API
void appmint_config_set_connect_timeout_ms(appmint_config *config, int64_t connect_timeout_ms);

/**
 * The URL of a proxy (http, https, socks5 or socks5h), with a password if it needs one; "" for none.
 * Default: the one that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, except for the hosts in NO_PROXY.
 * This machine is always reached without one.
 */
APPMINT_API
void appmint_config_set_proxy(appmint_config *config,
                              const char *proxy,
                              size_t proxy_len);

/**
 * Certificates to trust in addition to the system's: PEM, or the DER of one. A server's own
 * certificate may be its root. SSL_CERT_FILE and SSL_CERT_DIR name others in the place of the system's.
 */
APPMINT_API
void appmint_config_set_root_certificates(appmint_config *config,
                                          const char *root_certificates,
                                          size_t root_certificates_len);

/**
 * The certificate that is shown to a server that wants one (mTLS), with those between it and its
 * root: PEM, or the DER of one. Needs appmint_config_set_client_key().
 */
APPMINT_API
void appmint_config_set_client_certificate(appmint_config *config,
                                           const char *client_certificate,
                                           size_t client_certificate_len);

/** The private key of the client certificate: RSA or ECDSA, in PEM or DER, not encrypted. */
APPMINT_API
void appmint_config_set_client_key(appmint_config *config,
                                   const void *client_key,
                                   size_t client_key_len);

/** Text that precedes appmint's own User-Agent. */
APPMINT_API
void appmint_config_set_user_agent(appmint_config *config,
                                   const char *user_agent,
                                   size_t user_agent_len);

/**
 * Not 0: allows plain http to hosts other than this machine; default 0. Anybody on the way can
 * then read and change what is sent, tokens included.
 */
APPMINT_API
void appmint_config_set_allow_plain_http(appmint_config *config, int allow_plain_http);

/**
 * Not 0: refuses to connect to addresses that are not public: this machine, private networks,
 * link-local and reserved addresses; default 0. For a host that somebody else named. The address
 * that is connected to is checked, so no proxy is used, and none may be set.
 * APPMINT_ERROR_INVALID_ARGUMENT, APPMINT_REASON_PRIVATE_ADDRESS from the call that would connect.
 */
APPMINT_API
void appmint_config_set_refuse_private_addresses(appmint_config *config,
                                                 int refuse_private_addresses);

/** The largest body of an API response, in bytes; default 33554432 (32 MiB). */
APPMINT_API
void appmint_config_set_max_response_body(appmint_config *config, size_t max_response_body);

/**
 * How often a call is sent again after a temporary failure or a rate limit, if repeating it is
 * safe; default 2. 0 sends every request once.
 */
APPMINT_API
void appmint_config_set_retries(appmint_config *config, uint32_t retries);

/**
 * The wait before the first retry, in milliseconds, doubled before each further one; default 250.
 */
APPMINT_API
void appmint_config_set_retry_wait_ms(appmint_config *config, int64_t retry_wait_ms);

/** A clock for tests. It stands still until it is moved. */
struct appmint_clock;

/** A clock that shows `now_ms`. */
APPMINT_NODISCARD APPMINT_API
appmint_clock *appmint_clock_new(int64_t now_ms);

/** The time that it shows. */
APPMINT_API
int64_t appmint_clock_now_ms(const appmint_clock *clock);

/** Sets the time, forwards or backwards, for every app that was made with this clock. */
APPMINT_API
void appmint_clock_set_ms(const appmint_clock *clock, int64_t now_ms);

/**
 * Moves the time forwards, for every app that was made with this clock.
 *
 * APPMINT_ERROR_INVALID_ARGUMENT if `by_ms` is negative.
 */
APPMINT_API
appmint_status appmint_clock_advance_ms(const appmint_clock *clock,
                                        int64_t by_ms,
                                        appmint_error **error);

/** Frees a clock. Apps that were made with it keep the time that it shows. */
APPMINT_API
void appmint_clock_free(appmint_clock *clock);

/**
 * The descriptor of a platform, as JSON text for appmint_config_set_platform_descriptor, from the
 * metadata of its authorization server (RFC 8414, or OpenID Connect Discovery). `issuer` is the
 * server's URL exactly as the server writes it. Blocks at most for the configuration's timeout.
 *
 * `config` may be NULL. Only its network settings count: timeout, connect_timeout, proxy,
 * root_certificates, client_certificate, client_key, user_agent, allow_plain_http,
 * refuse_private_addresses, retries and retry_wait.
 *
 * APPMINT_ERROR_NOT_FOUND if there is no metadata; APPMINT_ERROR_PROTOCOL if it is unusable, or
 * another issuer's (APPMINT_REASON_ISSUER_MISMATCH).
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_discover(const appmint_config *config,
                                const char *issuer,
                                size_t issuer_len,
                                appmint_text **descriptor,
                                appmint_error **error);

/** An app on a platform. */
typedef struct appmint_app appmint_app;

/**
 * An app with this configuration. It is checked here, and the first wrong argument of its setters
 * is reported here. No network I/O.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_new(const appmint_config *config,
                               appmint_app **app,
                               appmint_error **error);

/** The platform's name. */
APPMINT_API
const char *appmint_app_platform_name(const appmint_app *app);

/**
 * The app's own JWT, reused until 60 s before it expires. No network I/O, unless the signer does
 * some.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_jwt(const appmint_app *app,
                               appmint_token **token,
                               appmint_error **error);

/**
 * SHA-256 of the public key in use, as the platform's settings page shows it; NULL without a
 * private key.
 */
APPMINT_API
const char *appmint_app_fingerprint(const appmint_app *app);

/**
 * How far the platform's clock is known to be ahead of this machine's, in milliseconds; 0 at
 * first. The app learns it when the platform rejects a JWT for its times, and corrects later JWTs
 * by it.
 */
APPMINT_API
int64_t appmint_app_clock_offset_ms(const appmint_app *app);

/**
 * Ends the app's threads and forgets its tokens, whatever sources of it exist. Calls that are
 * running complete; new ones are refused. Sessions' tokens that the store did not take yet are
 * offered to it until the app's timeout has passed.
 */
APPMINT_API
void appmint_app_close(const appmint_app *app);

/** Frees an app. Calls that are running on other threads complete. */
APPMINT_API
void appmint_app_free(appmint_app *app);

/**
 * A call of the platform's API: see appmint_app_request and appmint_source_request. It can be sent
 * any number of times.
 */
typedef struct appmint_request appmint_request;

/** A response, whatever its status. Its body is zeroized when freed. */
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

/** Sets a JSON body. */
APPMINT_API
void appmint_request_set_json(appmint_request *request, const char *json, size_t json_len);

/** Sets a body of any kind. Name its kind in a Content-Type header. */
APPMINT_API
void appmint_request_set_body(appmint_request *request, const void *body, size_t body_len);

/**
 * Authenticates the call with this token, such as a user's, instead of the app's JWT. Only for
 * appmint_app_request.
 */
APPMINT_API
void appmint_request_set_token(appmint_request *request, const char *token, size_t token_len);

/** The deadline of the whole call, in milliseconds; default the app's timeout. */
APPMINT_API
void appmint_request_set_timeout_ms(appmint_request *request, int64_t timeout_ms);

/** Zeroizes the token in a request and frees it. */
APPMINT_API
void appmint_request_free(appmint_request *request);

/**
 * An API call as the app, or with the request's own token. Every HTTP status is a response, and
 * APPMINT_OK. Blocks at most for the request's timeout.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_request(const appmint_app *app,
                                   const appmint_request *request,
                                   appmint_response **response,
                                   appmint_error **error);

/** The HTTP status. */
APPMINT_API
int appmint_response_status(const appmint_response *response);

/** The headers, names in lower case. */
APPMINT_API
const appmint_map *appmint_response_headers(const appmint_response *response);

/** The body: bytes without a NUL at their end. Not NULL even if the body is empty. */
APPMINT_API
const uint8_t *appmint_response_body(const appmint_response *response, size_t *len);

/**
 * The body as text, without a byte order mark: UTF-8, UTF-16 by its byte order mark or its declared
 * charset, or ISO-8859-1 where that is declared. Bytes that are not valid are replaced by U+FFFD. Its length
 * goes to `len` unless that is NULL.
 */
APPMINT_API
const char *appmint_response_text(const appmint_response *response,
                                  size_t *len);

/** Frees a response. */
APPMINT_API
void appmint_response_free(appmint_response *response);

/** The quota of requests, as the platform's last answer told it. */
typedef struct appmint_quota appmint_quota;

/**
 * The quota of the requests that the app makes with its JWT, or with tokens of its own: a snapshot,
 * freed by appmint_quota_free. NULL before an answer told it, or if the platform does not. No network I/O.
 */
APPMINT_NODISCARD APPMINT_API
appmint_quota *appmint_app_quota(const appmint_app *app);

/** The number of requests that are allowed in one period; 0 if the platform does not tell it. */
APPMINT_API
int64_t appmint_quota_limit(const appmint_quota *quota);

/** The number of requests that are left. */
APPMINT_API
int64_t appmint_quota_remaining(const appmint_quota *quota);

/**
 * When the quota is full again, by the platform's clock. APPMINT_NO_TIME if the platform does not tell it.
 */
APPMINT_API
int64_t appmint_quota_reset_at_ms(const appmint_quota *quota);

/**
 * The kind of requests that the quota is for, such as "core", on a platform that has several; else NULL.
 */
APPMINT_API
const char *appmint_quota_resource(const appmint_quota *quota);

/** Frees a quota. */
APPMINT_API
void appmint_quota_free(appmint_quota *quota);

/**
 * Counts of an app's work since it was made: a snapshot. Each count is a function, so that further
 * counts do not break programs that were built before.
 */
typedef struct appmint_stats appmint_stats;

/** The counts of an app's work. No network I/O. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_stats(const appmint_app *app,
                                 appmint_stats **stats,
                                 appmint_error **error);

/** Tokens minted while a caller waited. */
APPMINT_API
uint64_t appmint_stats_minted(const appmint_stats *stats);

/** Tokens minted ahead of their predecessor's expiry. */
APPMINT_API
uint64_t appmint_stats_renewed(const appmint_stats *stats);

/** Attempts to mint that failed. */
APPMINT_API
uint64_t appmint_stats_failed(const appmint_stats *stats);

/** Valid tokens returned inside their renewal margin because minting failed. */
APPMINT_API
uint64_t appmint_stats_served_stale(const appmint_stats *stats);

/** Requests that were sent again. */
APPMINT_API
uint64_t appmint_stats_retried(const appmint_stats *stats);

/** Callers that shared a running attempt to mint. */
APPMINT_API
uint64_t appmint_stats_joined(const appmint_stats *stats);

/** Tokens that the platform refused before their expiry. */
APPMINT_API
uint64_t appmint_stats_refused(const appmint_stats *stats);

/** Tokens read from the store. */
APPMINT_API
uint64_t appmint_stats_from_store(const appmint_stats *stats);

/** Calls of the store that failed. */
APPMINT_API
uint64_t appmint_stats_store_failed(const appmint_stats *stats);

/** Cache entries in memory: one for each installation and scope, session, and the app. */
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
  /** An account of any kind, as the platform writes it: its path, login, name or id. */
  APPMINT_LOOKUP_ACCOUNT = 0,
  /** An installation's id. */
  APPMINT_LOOKUP_ID = 1,
  /** An organization's name. */
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

/** The installations of the app. No network I/O until the first appmint_installations_next. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_installations(const appmint_app *app,
                                         appmint_installations **listing,
                                         appmint_error **error);

/** The next installation; `*installation` is NULL after the last. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_installations_next(const appmint_installations *listing,
                                          appmint_installation **installation,
                                          appmint_error **error);

/** Frees a list, not the installations that it returned. */
APPMINT_API
void appmint_installations_free(appmint_installations *listing);

/**
 * The installation that `text` names; `lookup` says how, such as APPMINT_LOOKUP_ACCOUNT.
 *
 * APPMINT_ERROR_NOT_FOUND if the app is not installed there; APPMINT_ERROR_UNSUPPORTED on a
 * platform without this lookup.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_find_installation(const appmint_app *app,
                                             appmint_lookup lookup,
                                             const char *text,
                                             size_t text_len,
                                             appmint_installation **installation,
                                             appmint_error **error);

/** Suspends an installation: its tokens stop working until it is unsuspended. */
APPMINT_API
appmint_status appmint_app_suspend_installation(const appmint_app *app,
                                                const char *id,
                                                size_t id_len,
                                                appmint_error **error);

/** Ends an installation's suspension. */
APPMINT_API
appmint_status appmint_app_unsuspend_installation(const appmint_app *app,
                                                  const char *id,
                                                  size_t id_len,
                                                  appmint_error **error);

/** Uninstalls the app from an account. This cannot be undone. */
APPMINT_API
appmint_status appmint_app_delete_installation(const appmint_app *app,
                                               const char *id,
                                               size_t id_len,
                                               appmint_error **error);

/**
 * The URL where a user installs the app. No network I/O.
 *
 * `app_slug` is the app's short name in URLs. `state` must be unguessable; NULL for 256 random
 * bits. A platform that takes no state leaves the authorization's empty. `redirect_uri` is where
 * the user returns to, on a platform that takes it, or NULL.
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
 * The installation that a user has just made, from the URL that the user came back with. Its state
 * must equal `state`, and the platform must confirm that the installation is this app's.
 *
 * APPMINT_ERROR_REAUTHORIZE for another state.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_finish_install(const appmint_app *app,
                                          const char *callback_url,
                                          size_t callback_url_len,
                                          const char *state,
                                          size_t state_len,
                                          appmint_installation **installation,
                                          appmint_error **error);

/** One installation of the app on an account. Only its id is certain. */
struct appmint_installation;

/** The installation's id. */
APPMINT_API
const char *appmint_installation_id(const appmint_installation *installation);

/** The account's path or login, or NULL. */
APPMINT_API
const char *appmint_installation_account(const appmint_installation *installation);

/** The account's display name, or NULL. */
APPMINT_API
const char *appmint_installation_account_name(const appmint_installation *installation);

/** The account's id, or NULL. */
APPMINT_API
const char *appmint_installation_account_id(const appmint_installation *installation);

/** The id of the account or repository that the app is installed on, or NULL. */
APPMINT_API
const char *appmint_installation_target_id(const appmint_installation *installation);

/** The app's id, or NULL. */
APPMINT_API
const char *appmint_installation_app_id(const appmint_installation *installation);

/** The app's short name in URLs, or NULL. */
APPMINT_API
const char *appmint_installation_app_slug(const appmint_installation *installation);

/** "all" or "selected", or NULL. */
APPMINT_API
const char *appmint_installation_repository_selection(const appmint_installation *installation);

/** The permissions that were granted: names and levels, sorted by name. */
APPMINT_API
const appmint_map *appmint_installation_permissions(const appmint_installation *installation);

/** The names of the webhook events that the app receives. */
APPMINT_API
const appmint_list *appmint_installation_events(const appmint_installation *installation);

/** When the app was installed. */
APPMINT_API
int64_t appmint_installation_created_at_ms(const appmint_installation *installation);

/** When the installation last changed. */
APPMINT_API
int64_t appmint_installation_updated_at_ms(const appmint_installation *installation);

/** When an owner suspended it. */
APPMINT_API
int64_t appmint_installation_suspended_at_ms(const appmint_installation *installation);

/** The whole object as the platform sent it: JSON. */
APPMINT_API
const char *appmint_installation_raw(const appmint_installation *installation, size_t *len);

/** Frees an installation. */
APPMINT_API
void appmint_installation_free(appmint_installation *installation);

/** A list of repositories: see appmint_source_repositories. */
typedef struct appmint_repositories appmint_repositories;

/** A repository that an installation reaches. Only its id and its name are certain. */
typedef struct appmint_repository appmint_repository;

/** The next repository; `*repository` is NULL after the last. */
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

/** Its name without its owner, as appmint_scope_add_repository takes it. */
APPMINT_API
const char *appmint_repository_name(const appmint_repository *repository);

/** Its name with its owner, or NULL. */
APPMINT_API
const char *appmint_repository_full_name(const appmint_repository *repository);

/** The account that owns it, or NULL. */
APPMINT_API
const char *appmint_repository_owner(const appmint_repository *repository);

/** 1 if it is private, else 0; -1 if the platform does not report it. */
APPMINT_API
int appmint_repository_is_private(const appmint_repository *repository);

/** The whole object as the platform sent it: JSON. */
APPMINT_API
const char *appmint_repository_raw(const appmint_repository *repository, size_t *len);

/** Frees a repository. */
APPMINT_API
void appmint_repository_free(appmint_repository *repository);

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

/** A source of tokens for the installation with this id. No network I/O. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_installation(const appmint_app *app,
                                        const char *id,
                                        size_t id_len,
                                        appmint_source **source,
                                        appmint_error **error);

/**
 * A source of tokens for the installation that `text` names; `lookup` says how, such as
 * APPMINT_LOOKUP_ORGANIZATION. The source looks the installation up when it first needs a token,
 * and again when the platform no longer knows it. `scope` may be NULL for everything that the
 * installation was granted; an empty one is refused. No network I/O.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without this lookup, or without narrowed tokens.
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
 * A source of the app's own tokens, on a platform that has them in addition to the JWT. No network
 * I/O.
 *
 * On a platform that takes the app's assertion (RFC 7523: a service account) they may have OAuth
 * scopes, and be for a user whom the app acts for. `scopes` is an array of texts, which may be
 * empty; `subject` is the user, or NULL.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without such tokens, or without these arguments.
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

/** Revokes an installation token. It succeeds if the token is already invalid. */
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
 * Keeps one token valid: an installation's, the app's own, or a user's. Sources of one
 * installation and scope share the token.
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
 * The installation's id; NULL for the app's own tokens, for a user's, and before a lookup has
 * found it.
 */
APPMINT_API
const char *appmint_source_installation_id(const appmint_source *source);

/**
 * A token that stays valid for at least `min_valid_ms` milliseconds (APPMINT_DEFAULT: 60000), from
 * memory or newly minted. Callers that need a new token at the same time share one.
 *
 * By default half of a life of less than two minutes is enough. APPMINT_ERROR_INVALID_ARGUMENT for a
 * life that no token of the platform has, where it is documented; elsewhere the new token is returned,
 * with an event APPMINT_EVENT_SERVED_STALE, and serves for half of its life.
 *
 * Blocks at most for `timeout_ms` (APPMINT_DEFAULT: the app's timeout), and not at all with a
 * token from memory. After the timeout minting goes on for the other callers.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_token(const appmint_source *source,
                                    int64_t min_valid_ms,
                                    int64_t timeout_ms,
                                    appmint_token **token,
                                    appmint_error **error);

/**
 * The value of an Authorization header with such a token: see appmint_source_token. It contains
 * the secret.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_authorization_header(const appmint_source *source,
                                                   int64_t min_valid_ms,
                                                   int64_t timeout_ms,
                                                   appmint_text **header,
                                                   appmint_error **error);

/** When the token in memory expires. APPMINT_NO_TIME also if there is none. */
APPMINT_API
int64_t appmint_source_expires_at_ms(const appmint_source *source);

/**
 * The quota of the source's requests, as the platform told it in its last answer to one of them: of the
 * installation, whatever its tokens are narrowed to, of the app, or of the session's user. A snapshot, freed
 * by appmint_quota_free. NULL before such an answer, or if the platform does not tell it. No network I/O.
 */
APPMINT_NODISCARD APPMINT_API
appmint_quota *appmint_source_quota(const appmint_source *source);

/**
 * Forgets the token with this text if it is still the one in memory: the answer to a 401 of a request
 * that was made with it. However many callers got it, one new token is minted for all of them. Nothing
 * happens for a text that is not the token's, or that is not UTF-8.
 */
APPMINT_API
void appmint_source_invalidate_token(const appmint_source *source,
                                     const char *token,
                                     size_t token_len);

/**
 * Forgets the token in memory, whichever it is, so that the next call mints one. A token that was
 * already returned still works. After a 401 call appmint_source_invalidate_token: with this function,
 * each of many callers would forget what the others have just minted.
 */
APPMINT_API
void appmint_source_invalidate(const appmint_source *source);

/**
 * Registers a callback for new tokens of this source, until appmint_subscription_unsubscribe, or until
 * the app and its sources are freed. No network I/O. A source with a lookup calls back once the
 * installation was found. `subscription` may be NULL for a callback that stays.
 *
 * The callback runs on the library's thread that fetched the token, for which other callers may be
 * waiting: it must be quick, must not wait for a token, and must not throw. `userdata` passes to
 * the library. `drop`, which may be NULL, is called exactly once: after the last callback, or at
 * once if this function fails.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_on_change(const appmint_source *source,
                                        appmint_on_change callback,
                                        void *userdata,
                                        appmint_drop drop,
                                        appmint_subscription **subscription,
                                        appmint_error **error);

/**
 * Takes the callback back. Once this function has returned, the callback is not running on another
 * thread and is not called any more, and its `drop` was called. Nothing happens the second time.
 *
 * Blocks while the callback runs on another thread: do not hold a lock that the callback takes. Inside of
 * a callback of appmint_source_on_change it does not wait; then `drop` tells when no call is left.
 */
APPMINT_API
void appmint_subscription_unsubscribe(const appmint_subscription *subscription);

/** Frees a subscription. The callback stays registered, unless it was taken back. */
APPMINT_API
void appmint_subscription_free(appmint_subscription *subscription);

/**
 * Forgets the token in memory and revokes it on the platform, for all who have it. No network I/O
 * if there is no valid token. A token that is being minted is not revoked. APPMINT_ERROR_UNSUPPORTED for
 * a user's session; appmint_app_delete_grant, appmint_app_delete_token and appmint_app_revoke_token end
 * its tokens.
 */
APPMINT_API
appmint_status appmint_source_revoke(const appmint_source *source,
                                     appmint_error **error);

/**
 * The repositories that the token reaches. No network I/O until the first
 * appmint_repositories_next.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_repositories(const appmint_source *source,
                                           appmint_repositories **listing,
                                           appmint_error **error);

/**
 * An API call with the source's token. Every HTTP status is a response, and APPMINT_OK. Blocks at
 * most for the request's timeout.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_source_request(const appmint_source *source,
                                      const appmint_request *request,
                                      appmint_response **response,
                                      appmint_error **error);

/** Frees a source. The app keeps the token for the next one. */
APPMINT_API
void appmint_source_free(appmint_source *source);

/** The kinds of tokens. */
typedef enum appmint_token_kind_code {
  /** The app itself: a JWT that it signed. */
  APPMINT_TOKEN_JWT = 1,
  /** The app itself: a token that the platform issued for a JWT. */
  APPMINT_TOKEN_APP = 2,
  /** An installation of the app. */
  APPMINT_TOKEN_INSTALLATION = 3,
  /** A user who authorized the app. */
  APPMINT_TOKEN_USER = 4
} appmint_token_kind_code;

/** A token: a snapshot that does not change. Zeroized when freed. */
struct appmint_token;

/** The holder that the token authenticates: a value of enum appmint_token_kind_code. */
APPMINT_API
int32_t appmint_token_kind(const appmint_token *token);

/**
 * The name of a token's kind, such as "installation" for APPMINT_TOKEN_INSTALLATION; NULL for
 * other numbers. Never freed.
 */
APPMINT_API
const char *appmint_token_kind_name(int32_t kind);

/** The secret itself. */
APPMINT_API
const char *appmint_token_reveal(const appmint_token *token, size_t *len);

/** The value of an Authorization header. It contains the secret. */
APPMINT_API
const char *appmint_token_authorization_header(const appmint_token *token, size_t *len);

/** When the token expires. */
APPMINT_API
int64_t appmint_token_expires_at_ms(const appmint_token *token);

/** The token's permissions: names and levels, sorted by name. */
APPMINT_API
const appmint_map *appmint_token_permissions(const appmint_token *token);

/** "all" or "selected": the repositories that it reaches; or NULL. */
APPMINT_API
const char *appmint_token_repository_selection(const appmint_token *token);

/** The names of the repositories that the token was narrowed to; empty if it was not. */
APPMINT_API
const appmint_list *appmint_token_repositories(const appmint_token *token);

/** The OAuth scopes that were granted. */
APPMINT_API
const appmint_list *appmint_token_scopes(const appmint_token *token);

/**
 * The login of the account whose token it is, or NULL. Only appmint_app_check_token and the
 * functions like it know it.
 */
APPMINT_API
const char *appmint_token_account(const appmint_token *token);

/**
 * The id of the user's account, or NULL: of a token of a session that was started with it, or of one
 * that appmint_app_check_token and the functions like it returned.
 */
APPMINT_API
const char *appmint_token_account_id(const appmint_token *token);

/** A JWT's claims as JSON, which is no secret; NULL for other tokens. */
APPMINT_API
const char *appmint_token_claims(const appmint_token *token);

/** The refresh token itself, a secret, or NULL. */
APPMINT_API
const char *appmint_token_reveal_refresh_token(const appmint_token *token, size_t *len);

/** When the refresh token expires. */
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
 * The URL where a user authorizes the app, with a fresh state. `request` may be NULL. No network
 * I/O.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_authorize(const appmint_app *app,
                                     const appmint_authorization_request *request,
                                     appmint_authorization **authorization,
                                     appmint_error **error);

/**
 * The code in the URL that the user came back with, if its state equals `state`. No network I/O.
 *
 * APPMINT_ERROR_REAUTHORIZE for another state; APPMINT_ERROR_DENIED if the user refused.
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
 * A user token for an authorization code. The code is sent once, and again only with the fallback
 * key if the platform refused the first as the client's. `redirect_uri` is the authorization's, or
 * NULL; so is `code_verifier`.
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
 * The user token for an authorization, from the URL or query that the user came back with. The
 * state must be the authorization's, and the platform the same. An authorization can be finished
 * once.
 *
 * APPMINT_ERROR_REAUTHORIZE for another state, or if it was finished before; APPMINT_ERROR_DENIED
 * if the user refused.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_finish_authorization(const appmint_app *app,
                                                const appmint_authorization *authorization,
                                                const char *callback_url,
                                                size_t callback_url_len,
                                                appmint_token **token,
                                                appmint_error **error);

/**
 * An authorization as encrypted text that only this app's store key opens, for a user's cookie or
 * web session. Any process with the same key can open it. No network I/O.
 *
 * APPMINT_ERROR_INVALID_ARGUMENT without a store key.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_seal_authorization(const appmint_app *app,
                                              const appmint_authorization *authorization,
                                              appmint_text **sealed,
                                              appmint_error **error);

/**
 * The authorization in a sealed text. No network I/O.
 *
 * APPMINT_ERROR_INVALID_ARGUMENT if this app's store key does not open it.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_open_authorization(const appmint_app *app,
                                              const char *sealed,
                                              size_t sealed_len,
                                              appmint_authorization **authorization,
                                              appmint_error **error);

/**
 * A new user token for a refresh token. The refresh token is sent once, and again only with the
 * fallback key if the platform refused the first as the client's. After a lost answer it may be
 * spent where the platform rotates refresh tokens: that error is not retryable. A session keeps
 * what can be kept (appmint_app_session).
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_refresh(const appmint_app *app,
                                   const char *refresh_token,
                                   size_t refresh_token_len,
                                   appmint_token **token,
                                   appmint_error **error);

/**
 * A token of the platform for a token of another server (RFC 8693), such as the OIDC id token of a
 * workload. `subject_token_type` is a URI of RFC 8693 §3, or NULL for a JWT; `audience` and `resource` name
 * the service that the new token is for, or are NULL; `scopes` is an array of texts, which may be
 * empty. The app's OAuth client authenticates if the app has a client id. Each call sends a request.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without token exchange; APPMINT_ERROR_UNAUTHORIZED with
 * APPMINT_REASON_INVALID_TOKEN for a token that the platform does not accept.
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
 * Begins a login of the user at this machine (RFC 8252): a listener on 127.0.0.1 that the user's
 * browser comes back to. `request` may be NULL. No network I/O until appmint_login_wait.
 *
 * APPMINT_ERROR_TRANSPORT if no port is free.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_start_login(const appmint_app *app,
                                       const appmint_login_request *request,
                                       appmint_login **login,
                                       appmint_error **error);

/**
 * Begins a login on another device (RFC 8628): the user types a code there. `scopes` is an array
 * of texts, which may be empty.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without it.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_start_device_login(const appmint_app *app,
                                              const char *const *scopes,
                                              const size_t *scopes_lens,
                                              size_t scopes_count,
                                              appmint_device_login **login,
                                              appmint_error **error);

/** A URL to send a user to, and the values that the program must keep until the user comes back. */
struct appmint_authorization;

/** The arguments of appmint_app_authorize, all of which may be left out. */
struct appmint_authorization_request;

/** A request without any argument. */
APPMINT_NODISCARD APPMINT_API
appmint_authorization_request *appmint_authorization_request_new(void);

/** Where the user returns to: one of the URIs that are registered for the app. */
APPMINT_API
void appmint_authorization_request_set_redirect_uri(appmint_authorization_request *request,
                                                    const char *redirect_uri,
                                                    size_t redirect_uri_len);

/** The state, which must be unguessable; default 256 random bits. */
APPMINT_API
void appmint_authorization_request_set_state(appmint_authorization_request *request,
                                             const char *state,
                                             size_t state_len);

/** Adds an OAuth scope, on a platform that takes them. */
APPMINT_API
void appmint_authorization_request_add_scope(appmint_authorization_request *request,
                                             const char *scope,
                                             size_t scope_len);

/** The account to suggest to the user, on a platform that takes it. */
APPMINT_API
void appmint_authorization_request_set_login_hint(appmint_authorization_request *request,
                                                  const char *login_hint,
                                                  size_t login_hint_len);

/**
 * The prompt that the user sees even when logged in, such as "select_account", on a platform
 * that takes it.
 */
APPMINT_API
void appmint_authorization_request_set_prompt(appmint_authorization_request *request,
                                              const char *prompt,
                                              size_t prompt_len);

/** Frees a request. */
APPMINT_API
void appmint_authorization_request_free(appmint_authorization_request *request);

/** The URL for the user's browser. */
APPMINT_API
const char *appmint_authorization_url(const appmint_authorization *authorization);

/** The state that the callback must bring back. Keep it with the user's web session. */
APPMINT_API
const char *appmint_authorization_state(const appmint_authorization *authorization);

/** Where the user returns to; NULL if the request named no URI. */
APPMINT_API
const char *appmint_authorization_redirect_uri(const appmint_authorization *authorization);

/**
 * The PKCE verifier (RFC 7636) for appmint_app_exchange_code, a secret; NULL on a platform without
 * PKCE.
 */
APPMINT_API
const char *appmint_authorization_code_verifier(const appmint_authorization *authorization,
                                                size_t *len);

/** Zeroizes and frees an authorization. */
APPMINT_API
void appmint_authorization_free(appmint_authorization *authorization);

/** A login that waits for a browser to come back. */
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

/** The account to suggest to the user, on a platform that takes it. */
APPMINT_API
void appmint_login_request_set_login_hint(appmint_login_request *request,
                                          const char *login_hint,
                                          size_t login_hint_len);

/**
 * The prompt that the user sees even when logged in, such as "select_account", on a platform
 * that takes it.
 */
APPMINT_API
void appmint_login_request_set_prompt(appmint_login_request *request,
                                      const char *prompt,
                                      size_t prompt_len);

/** Adds a port of 127.0.0.1. The listener takes the first that is free; default any free port. */
APPMINT_API
void appmint_login_request_add_port(appmint_login_request *request, uint16_t port);

/** The path that the browser comes back to; default "/callback". */
APPMINT_API
void appmint_login_request_set_path(appmint_login_request *request,
                                    const char *path,
                                    size_t path_len);

/**
 * The host of the URL that the browser comes back to, on a platform that compares it to the letter:
 * "127.0.0.1" (the default) or "localhost". The listener is on 127.0.0.1 either way.
 */
APPMINT_API
void appmint_login_request_set_host(appmint_login_request *request,
                                    const char *host,
                                    size_t host_len);

/** Frees a request. */
APPMINT_API
void appmint_login_request_free(appmint_login_request *request);

/** The URL for the user's browser. */
APPMINT_API
const char *appmint_login_url(const appmint_login *login);

/** The URL that the browser comes back to. */
APPMINT_API
const char *appmint_login_redirect_uri(const appmint_login *login);

/**
 * Opens the user's browser at the URL.
 *
 * APPMINT_ERROR_UNSUPPORTED if there is no browser; print the URL instead.
 */
APPMINT_API
appmint_status appmint_login_open_browser(const appmint_login *login, appmint_error **error);

/**
 * The user's token, once the browser has come back. The listener then closes. It refuses requests
 * that do not belong to this login, and goes on waiting. A login can be waited for once.
 *
 * Blocks at most for `timeout_ms` (APPMINT_DEFAULT: five minutes), then APPMINT_ERROR_TIMEOUT.
 * APPMINT_ERROR_CANCELLED after appmint_login_cancel; APPMINT_ERROR_DENIED if the user refused.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_login_wait(const appmint_login *login,
                                  int64_t timeout_ms,
                                  appmint_token **token,
                                  appmint_error **error);

/** Ends the wait of another thread, and closes the listener. */
APPMINT_API
void appmint_login_cancel(const appmint_login *login);

/** Frees a login. The listener closes, unless a wait did it. */
APPMINT_API
void appmint_login_free(appmint_login *login);

/** A login that waits for a user to type a code on another device. */
struct appmint_device_login;

/** The code that the user types. */
APPMINT_API
const char *appmint_device_login_user_code(const appmint_device_login *login);

/** The page where the user types it. */
APPMINT_API
const char *appmint_device_login_verification_uri(const appmint_device_login *login);

/** The same page with the code filled in, for a link or a QR code, or NULL. */
APPMINT_API
const char *appmint_device_login_verification_uri_complete(const appmint_device_login *login);

/** When the code expires. */
APPMINT_API
int64_t appmint_device_login_expires_at_ms(const appmint_device_login *login);

/**
 * The user's token, if the user has typed the code. APPMINT_ERROR_PENDING with the time to wait if
 * not; a call before that time is not sent to the platform.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_device_login_poll(const appmint_device_login *login,
                                         appmint_token **token,
                                         appmint_error **error);

/**
 * The user's token. Polls at the platform's interval, and blocks until the user has typed the
 * code, refuses (APPMINT_ERROR_DENIED), or the code expires (APPMINT_ERROR_REAUTHORIZE with
 * APPMINT_REASON_EXPIRED_DEVICE_CODE).
 *
 * APPMINT_ERROR_CANCELLED after appmint_device_login_cancel.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_device_login_wait(const appmint_device_login *login,
                                         appmint_token **token,
                                         appmint_error **error);

/** Ends the wait of another thread. The code stays valid until it expires. */
APPMINT_API
void appmint_device_login_cancel(const appmint_device_login *login);

/** Zeroizes and frees a login. */
APPMINT_API
void appmint_device_login_free(appmint_device_login *login);

/**
 * The platform's view of a user's token: its scopes, expiry and account. The refresh token is not
 * part of it: keep yours.
 *
 * APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_INVALID_TOKEN if the token is invalid, or another
 * app's.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_check_token(const appmint_app *app,
                                       const char *token,
                                       size_t token_len,
                                       appmint_token **checked,
                                       appmint_error **error);

/** A new token that replaces a user's token, which stops working. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_reset_token(const appmint_app *app,
                                       const char *token,
                                       size_t token_len,
                                       appmint_token **fresh,
                                       appmint_error **error);

/**
 * A user token that reaches a part of what `token` does, on exactly one account: `target` is its
 * name, or `target_id` its id, and the other is NULL. `scope` may be NULL for everything that
 * `token` reaches there; an empty one is refused.
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

/** Revokes a user's token. It succeeds if the token is already invalid. */
APPMINT_API
appmint_status appmint_app_delete_token(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        appmint_error **error);

/**
 * Revokes a user's authorization of the app with all its tokens, of which `token` is one that works.
 * APPMINT_ERROR_REAUTHORIZE when the platform does not know the token: then nothing was revoked, and the
 * authorization may live on.
 */
APPMINT_API
appmint_status appmint_app_delete_grant(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        appmint_error **error);

/**
 * Revokes an access or refresh token at the authorization server (RFC 7009), and the tokens that
 * the server ties to it. `token_type_hint` is "access_token" or "refresh_token", which saves the
 * server a search, or NULL. It succeeds if the server does not know the token.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without it.
 */
APPMINT_API
appmint_status appmint_app_revoke_token(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        const char *token_type_hint,
                                        size_t token_type_hint_len,
                                        appmint_error **error);

/**
 * The authorization server's view of an access or refresh token (RFC 7662). `token_type_hint` is
 * "access_token" or "refresh_token", which saves the server a search, or NULL. An expired, revoked
 * or unknown token is not an error: the introspection is not active.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without it.
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
 * The authorization server's view of a token (RFC 7662). If it is not active, nothing else is
 * known.
 */
struct appmint_introspection;

/** 1 if the token works now, else 0. */
APPMINT_API
int appmint_introspection_active(const appmint_introspection *introspection);

/** The OAuth scopes that were granted. */
APPMINT_API
const appmint_list *appmint_introspection_scopes(const appmint_introspection *introspection);

/** The client that requested the token, or NULL. */
APPMINT_API
const char *appmint_introspection_client_id(const appmint_introspection *introspection);

/** A readable name of the user who authorized it, or NULL. */
APPMINT_API
const char *appmint_introspection_username(const appmint_introspection *introspection);

/** The id of the user who authorized it (`sub`), or NULL. */
APPMINT_API
const char *appmint_introspection_subject(const appmint_introspection *introspection);

/** The token's type, such as "Bearer", or NULL. */
APPMINT_API
const char *appmint_introspection_token_type(const appmint_introspection *introspection);

/** The server that issued it (`iss`), or NULL. */
APPMINT_API
const char *appmint_introspection_issuer(const appmint_introspection *introspection);

/** The services that it is meant for (`aud`). */
APPMINT_API
const appmint_list *appmint_introspection_audience(const appmint_introspection *introspection);

/** When the token expires. */
APPMINT_API
int64_t appmint_introspection_expires_at_ms(const appmint_introspection *introspection);

/** When it was issued. */
APPMINT_API
int64_t appmint_introspection_issued_at_ms(const appmint_introspection *introspection);

/** When it becomes valid. */
APPMINT_API
int64_t appmint_introspection_not_before_ms(const appmint_introspection *introspection);

/** The whole object as the server sent it: JSON. */
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
 * A source of one user's tokens. They are in the store under a name that you choose, and are
 * renewed before they expire; processes that share the store renew once. No network I/O.
 *
 * APPMINT_ERROR_INVALID_ARGUMENT without a store or a client id. Before appmint_app_start_session
 * the source's calls return APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_NO_SESSION.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_session(const appmint_app *app,
                                   const char *name,
                                   size_t name_len,
                                   appmint_source **source,
                                   appmint_error **error);

/**
 * Stores a user's token under a name, and replaces an earlier one. A source of appmint_app_session
 * then returns and renews it. `account_id` is the user's id on the platform, or NULL: with it
 * appmint_app_apply_webhook ends the session when the user revokes the authorization.
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
 * Removes a user's tokens from memory and the store. The tokens themselves stay valid:
 * appmint_app_delete_grant revokes them, on a platform that has it.
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

/** A webhook with a valid signature: see appmint_app_verify_webhook. */
typedef struct appmint_webhook_event appmint_webhook_event;

/**
 * The event's name, such as "push", or NULL. On most platforms it comes from a header, which no
 * signature covers: route by it, but trust only the payload.
 */
APPMINT_API
const char *appmint_webhook_event_name(const appmint_webhook_event *webhook);

/**
 * The delivery's id, by which a program recognises a delivery that arrives twice, or NULL. It
 * comes from a header, too.
 */
APPMINT_API
const char *appmint_webhook_event_delivery_id(const appmint_webhook_event *webhook);

/** The id of the installation that the event is about, from the signed part, or NULL. */
APPMINT_API
const char *appmint_webhook_event_installation_id(const appmint_webhook_event *webhook);

/** The signed part as JSON: the body, or the part of it that the platform signs. */
APPMINT_API
const char *appmint_webhook_event_payload(const appmint_webhook_event *webhook, size_t *len);

/** Frees a webhook. */
APPMINT_API
void appmint_webhook_event_free(appmint_webhook_event *webhook);

/** A list of deliveries. */
typedef struct appmint_webhook_deliveries appmint_webhook_deliveries;

/**
 * A webhook whose signature is valid for one of the secrets. Pass two while one replaces the
 * other. No network I/O.
 *
 * `headers` are all headers of the request, since it depends on the platform which of them count.
 * `body` is the request's body, byte for byte: JSON that was parsed and written again has another
 * signature. `secrets` is an array of texts.
 *
 * APPMINT_ERROR_UNAUTHORIZED with APPMINT_REASON_INVALID_SIGNATURE if no secret fits;
 * APPMINT_ERROR_UNSUPPORTED on a platform that signs nothing.
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
 * Forgets the tokens that a webhook makes obsolete: its installation was suspended, deleted, or
 * given other permissions or repositories. Returns the number of tokens in memory. The store forgets
 * them in the background, for all who share it; other processes use those in their own memory until
 * they are renewed or refused.
 */
APPMINT_API
size_t appmint_app_apply_webhook(const appmint_app *app,
                                 const appmint_webhook_event *webhook);

/** The configuration of the app's webhook. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_webhook_config(const appmint_app *app,
                                          appmint_webhook_config **webhook_config,
                                          appmint_error **error);

/**
 * Changes the configuration of the app's webhook, and returns the new one. An update that changes
 * nothing is refused.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_update_webhook_config(const appmint_app *app,
                                                 const appmint_webhook_update *update,
                                                 appmint_webhook_config **webhook_config,
                                                 appmint_error **error);

/**
 * The webhooks that were sent to the app, newest first. No network I/O until the first
 * appmint_webhook_deliveries_next.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_webhook_deliveries(const appmint_app *app,
                                              appmint_webhook_deliveries **listing,
                                              appmint_error **error);

/** The next delivery; `*webhook_delivery` is NULL after the last. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_webhook_deliveries_next(const appmint_webhook_deliveries *listing,
                                               appmint_webhook_delivery **webhook_delivery,
                                               appmint_error **error);

/** Frees a list, not the deliveries that it returned. */
APPMINT_API
void appmint_webhook_deliveries_free(appmint_webhook_deliveries *listing);

/** One delivery. Its appmint_webhook_delivery_raw has the request and the receiver's response. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_webhook_delivery(const appmint_app *app,
                                            const char *id,
                                            size_t id_len,
                                            appmint_webhook_delivery **webhook_delivery,
                                            appmint_error **error);

/** Makes the platform send a webhook again. */
APPMINT_API
appmint_status appmint_app_redeliver_webhook(const appmint_app *app,
                                             const char *delivery_id,
                                             size_t delivery_id_len,
                                             appmint_error **error);

/** Where the platform sends the app's webhooks. The secret is not part of it. */
struct appmint_webhook_config;

/** A change of the webhook's configuration: see appmint_app_update_webhook_config. */
struct appmint_webhook_update;

/** The URL that webhooks are sent to, or NULL. */
APPMINT_API
const char *appmint_webhook_config_url(const appmint_webhook_config *webhook_config);

/** "json" or "form", or NULL. */
APPMINT_API
const char *appmint_webhook_config_content_type(const appmint_webhook_config *webhook_config);

/**
 * 1 if the platform does not verify the receiver's certificate, else 0; -1 if it does not report
 * it.
 */
APPMINT_API
int appmint_webhook_config_insecure_ssl(const appmint_webhook_config *webhook_config);

/** The whole object as the platform sent it: JSON. */
APPMINT_API
const char *appmint_webhook_config_raw(const appmint_webhook_config *webhook_config, size_t *len);

/** Frees a configuration. */
APPMINT_API
void appmint_webhook_config_free(appmint_webhook_config *webhook_config);

/** An update that changes nothing yet. */
APPMINT_NODISCARD APPMINT_API
appmint_webhook_update *appmint_webhook_update_new(void);

/** The URL to send webhooks to. */
APPMINT_API
void appmint_webhook_update_set_url(appmint_webhook_update *update,
                                    const char *url,
                                    size_t url_len);

/** "json" or "form". */
APPMINT_API
void appmint_webhook_update_set_content_type(appmint_webhook_update *update,
                                             const char *content_type,
                                             size_t content_type_len);

/** The secret that signs webhooks. */
APPMINT_API
void appmint_webhook_update_set_secret(appmint_webhook_update *update,
                                       const char *secret,
                                       size_t secret_len);

/**
 * Not 0: the platform does not verify the receiver's certificate, so that anybody on the way can
 * pose as it; 0: it does.
 */
APPMINT_API
void appmint_webhook_update_set_insecure_ssl(appmint_webhook_update *update, int insecure_ssl);

/** Zeroizes and frees an update. */
APPMINT_API
void appmint_webhook_update_free(appmint_webhook_update *update);

/** An attempt of the platform to send a webhook to the app. Only its id is certain. */
struct appmint_webhook_delivery;

/** The delivery's id, as appmint_app_redeliver_webhook takes it. */
APPMINT_API
const char *appmint_webhook_delivery_id(const appmint_webhook_delivery *webhook_delivery);

/** The id that the receiver sees, the same for each attempt, or NULL. */
APPMINT_API
const char *appmint_webhook_delivery_guid(const appmint_webhook_delivery *webhook_delivery);

/** The event's name, or NULL. */
APPMINT_API
const char *appmint_webhook_delivery_event(const appmint_webhook_delivery *webhook_delivery);

/** The event's action, such as "opened", or NULL. */
APPMINT_API
const char *appmint_webhook_delivery_action(const appmint_webhook_delivery *webhook_delivery);

/** The outcome in the platform's words, or NULL. */
APPMINT_API
const char *appmint_webhook_delivery_status(const appmint_webhook_delivery *webhook_delivery);

/** The HTTP status of the receiver's response; 0 if the platform does not report it. */
APPMINT_API
int appmint_webhook_delivery_status_code(const appmint_webhook_delivery *webhook_delivery);

/** When it was sent. */
APPMINT_API
int64_t appmint_webhook_delivery_delivered_at_ms(const appmint_webhook_delivery *webhook_delivery);

/** 1 if it was sent before, else 0; -1 if the platform does not report it. */
APPMINT_API
int appmint_webhook_delivery_is_redelivery(const appmint_webhook_delivery *webhook_delivery);

/** The id of the installation that it is about, or NULL. */
APPMINT_API
const char *appmint_webhook_delivery_installation_id(const appmint_webhook_delivery *webhook_delivery);

/** The id of the repository that it is about, or NULL. */
APPMINT_API
const char *appmint_webhook_delivery_repository_id(const appmint_webhook_delivery *webhook_delivery);

/**
 * The whole object as the platform sent it: JSON. A single delivery includes request and response.
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

/** The app's registration on the platform. */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_registration(const appmint_app *app,
                                        appmint_registration **registration,
                                        appmint_error **error);

/**
 * The app that a manifest flow has registered, with its key and secrets. A code works once, and
 * the platform shows the secrets only here. Needs no credential.
 */
APPMINT_NODISCARD APPMINT_API
appmint_status appmint_app_convert_manifest(const appmint_app *app,
                                            const char *code,
                                            size_t code_len,
                                            appmint_registration **registration,
                                            appmint_error **error);

/**
 * Reports leaked credentials, whoever owns them. The platform revokes them and notifies their
 * owners. Needs no credential. `credentials` is an array of texts.
 */
APPMINT_API
appmint_status appmint_app_revoke_credentials(const appmint_app *app,
                                              const char *const *credentials,
                                              const size_t *credentials_lens,
                                              size_t credentials_count,
                                              appmint_error **error);

/** An app's registration on the platform. Only its id is certain. Zeroized when freed. */
struct appmint_registration;

/** The app's id. */
APPMINT_API
const char *appmint_registration_id(const appmint_registration *registration);

/** The app's short name in URLs, or NULL. */
APPMINT_API
const char *appmint_registration_slug(const appmint_registration *registration);

/** The app's display name, or NULL. */
APPMINT_API
const char *appmint_registration_name(const appmint_registration *registration);

/** The OAuth client id, or NULL. */
APPMINT_API
const char *appmint_registration_client_id(const appmint_registration *registration);

/** The account that owns the app, or NULL. */
APPMINT_API
const char *appmint_registration_owner(const appmint_registration *registration);

/** The permissions that the app requests: names and levels, sorted by name. */
APPMINT_API
const appmint_map *appmint_registration_permissions(const appmint_registration *registration);

/** The names of the webhook events that the app receives. */
APPMINT_API
const appmint_list *appmint_registration_events(const appmint_registration *registration);

/** When the app was registered. */
APPMINT_API
int64_t appmint_registration_created_at_ms(const appmint_registration *registration);

/** When the registration last changed. */
APPMINT_API
int64_t appmint_registration_updated_at_ms(const appmint_registration *registration);

/** The OAuth client secret itself, or NULL. Only appmint_app_convert_manifest knows it. */
APPMINT_API
const char *appmint_registration_reveal_client_secret(const appmint_registration *registration,
                                                      size_t *len);

/** The webhook secret itself, or NULL. Only appmint_app_convert_manifest knows it. */
APPMINT_API
const char *appmint_registration_reveal_webhook_secret(const appmint_registration *registration,
                                                       size_t *len);

/** The app's private key itself, as PEM, or NULL. Only appmint_app_convert_manifest knows it. */
APPMINT_API
const char *appmint_registration_reveal_private_key(const appmint_registration *registration,
                                                    size_t *len);

/** The whole object as the platform sent it, without the secrets: JSON. */
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
  /** A token was minted ahead of its predecessor's expiry. */
  APPMINT_EVENT_RENEWED = 2,
  /** Minting failed. Callers got the error, or the token in memory if it was still valid. */
  APPMINT_EVENT_MINT_FAILED = 3,
  /** A valid token was returned inside its renewal margin because minting failed. */
  APPMINT_EVENT_SERVED_STALE = 4,
  /** A request will be sent again, after a wait. */
  APPMINT_EVENT_RETRIED = 5,
  /** The platform's clock differs from this machine's. */
  APPMINT_EVENT_SKEW_FOUND = 6,
  /** The platform refused a token before its expiry. Another one is minted. */
  APPMINT_EVENT_REFUSED = 7,
  /** A token that another process had minted was read from the store. */
  APPMINT_EVENT_TAKEN_FROM_STORE = 8,
  /** The store failed. Installation tokens are minted without it. */
  APPMINT_EVENT_STORE_FAILED = 9
} appmint_event_kind_code;

/**
 * An event in an app's work. It contains no secret. Borrowed until the callback that receives it
 * returns.
 */
typedef struct appmint_event appmint_event;

/** Receives events: see appmint_config_set_on_event. */
typedef void (*appmint_on_event)(void *userdata, const appmint_event *event);

/**
 * Registers a callback for events; default none.
 *
 * The callback runs on the thread that did the work, usually one of the library's, and on several
 * at once: it must be quick, must not wait for a token, and must not throw. `userdata` passes to
 * the library. `drop`, which may be NULL, is called exactly once: when neither the configuration
 * nor an app that was made with it needs `userdata`, or at once if the callback is refused.
 */
APPMINT_API
void appmint_config_set_on_event(appmint_config *config,
                                 appmint_on_event callback,
                                 void *userdata,
                                 appmint_drop drop);

/**
 * The kind of the event: a value of enum appmint_event_kind_code. Later versions may add values.
 */
APPMINT_API
int32_t appmint_event_kind(const appmint_event *event);

/**
 * The name of an event's kind, such as "renewed" for APPMINT_EVENT_RENEWED; NULL for other
 * numbers. Never freed.
 */
APPMINT_API
const char *appmint_event_kind_name(int32_t kind);

/** The id of the installation that the event is about, or NULL. */
APPMINT_API
const char *appmint_event_installation_id(const appmint_event *event);

/**
 * The duration of the call, or the wait before it is sent again, in milliseconds; -1 if the event
 * has none.
 */
APPMINT_API
int64_t appmint_event_duration_ms(const appmint_event *event);

/**
 * How far the platform's clock is ahead of this machine's, in milliseconds; APPMINT_NO_TIME if the
 * event is not about clocks.
 */
APPMINT_API
int64_t appmint_event_clock_offset_ms(const appmint_event *event);

/**
 * The quota of requests as it was last told: the app's after minting, and that of a request that is sent
 * again. NULL if the platform told none.
 */
APPMINT_API
const appmint_quota *appmint_event_quota(const appmint_event *event);

/** The cause, or NULL. appmint_error_copy keeps it. */
APPMINT_API
const appmint_error *appmint_event_error(const appmint_event *event);

/** 1 if an operator should look into it, else 0. */
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
 * A store that the program implements, which keeps tokens between processes: see
 * appmint_config_set_own_store.
 *
 * It keeps bytes by name. The bytes are encrypted, unless the app is set to leave them
 * unencrypted. Each function returns APPMINT_STORE_YES, APPMINT_STORE_NO, or any other number if
 * it failed, for a reason that appmint_callback_failed says: an installation token is then minted
 * without the store, and a session's call fails. So
 * does a function that takes longer than five seconds, or half of the call's time. The functions run
 * on the library's threads, on several at once. Each may block for a moment, must not throw, and may
 * use its arguments until it returns. Names and owners end with a NUL.
 *
 * Set `size` to sizeof(appmint_store_callbacks). By it the library distinguishes programs that
 * were built with other versions of this header: a member that an older program lacks is NULL,
 * and a newer one's that the library does not know must be zero.
 */
typedef struct {
  /** sizeof(appmint_store_callbacks) */
  size_t size;
  /**
   * Finds the value of this name, and passes it to appmint_bytes_put; APPMINT_STORE_NO if there
   * is none.
   */
  int (*get)(void *userdata, const char *name, appmint_bytes *value);
  /**
   * Replaces the value `expected` (NULL: no value) atomically; APPMINT_STORE_NO if there is
   * another value. The store may drop the value after `keep_until_ms`, a time of this machine's
   * clock even if the app has another one, or APPMINT_NO_TIME.
   */
  int (*put)(void *userdata,
             const char *name,
             const uint8_t *value,
             size_t value_len,
             const uint8_t *expected,
             size_t expected_len,
             int64_t keep_until_ms);
  /** Removes the value if it is `expected`, atomically. */
  int (*remove)(void *userdata, const char *name, const uint8_t *expected, size_t expected_len);
  /**
   * Locks this name for an owner; APPMINT_STORE_NO while another owner has the lock. The lock
   * ends after the lease, even if the owner has died. An owner that has it already begins the
   * lease anew. Leases are best measured by a clock that nobody sets.
   */
  int (*lock)(void *userdata, const char *name, const char *owner, uint64_t lease_ms);
  /** Ends the lock, if the owner has it. */
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
 * Where tokens are kept between processes: "sqlite:FILE", "redis://..." or "rediss://..." (TLS),
 * with "?prefix=" for the names (default "appmint:") and "?wait_replicas=N" for writes that count
 * only once N replicas have them (default 0); "memory:" keeps them in this process. Needs a key
 * (appmint_config_set_store_key), or appmint_config_set_store_unencrypted.
 */
APPMINT_API
void appmint_config_set_store(appmint_config *config, const char *store, size_t store_len);

/** The key that encrypts the store: 32 bytes in hexadecimal or base64. */
APPMINT_API
void appmint_config_set_store_key(appmint_config *config,
                                  const char *store_key,
                                  size_t store_key_len);

/** The previous key during a key rotation. It only decrypts. */
APPMINT_API
void appmint_config_set_previous_store_key(appmint_config *config,
                                           const char *previous_store_key,
                                           size_t previous_store_key_len);

/** Not 0: the store keeps tokens unencrypted, for anybody who can read it; default 0. */
APPMINT_API
void appmint_config_set_store_unencrypted(appmint_config *config, int store_unencrypted);

/**
 * A store that the program implements, instead of one of the library's.
 *
 * The struct is copied. `userdata`, the first argument of each callback, passes to the library.
 * `drop`, which may be NULL, is called exactly once: when neither the configuration nor an app
 * that was made with it needs `userdata`, or at once if the store is refused.
 */
APPMINT_API
void appmint_config_set_own_store(appmint_config *config,
                                  const appmint_store_callbacks *callbacks,
                                  void *userdata,
                                  appmint_drop drop);

/**
 * How many tokens memory holds; default 1000000. Beyond it, tokens that no source refers to are
 * dropped.
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
  /** Fix the call: a missing, malformed or contradictory argument. */
  APPMINT_ERROR_INVALID_ARGUMENT = 1,
  /** The platform does not offer this operation or argument. */
  APPMINT_ERROR_UNSUPPORTED = 2,
  /** Fix the private key. */
  APPMINT_ERROR_KEY = 3,
  /** Retry: no HTTP answer (DNS, connect, TLS, connection lost). */
  APPMINT_ERROR_TRANSPORT = 4,
  /** Retry or wait longer: the deadline passed. */
  APPMINT_ERROR_TIMEOUT = 5,
  /** The caller cancelled the call. */
  APPMINT_ERROR_CANCELLED = 6,
  /** Fix the credentials: JWT rejected, key of another app, client secret wrong. */
  APPMINT_ERROR_UNAUTHORIZED = 7,
  /** Ask an owner: suspended, permission not granted, repository outside the installation. */
  APPMINT_ERROR_FORBIDDEN = 8,
  /** Install the app: no such installation. */
  APPMINT_ERROR_NOT_FOUND = 9,
  /** Wait retry_after, then retry. */
  APPMINT_ERROR_RATE_LIMITED = 10,
  /** Fix the request: the platform refused it and said why. */
  APPMINT_ERROR_REJECTED = 11,
  /** Send the user through authorization again: the code or refresh token is invalid. */
  APPMINT_ERROR_REAUTHORIZE = 12,
  /** Accept that the user declined. */
  APPMINT_ERROR_DENIED = 13,
  /** Poll again after retry_after. */
  APPMINT_ERROR_PENDING = 14,
  /** Retry later: the platform failed (5xx). */
  APPMINT_ERROR_SERVER = 15,
  /** Report it: the answer makes no sense. */
  APPMINT_ERROR_PROTOCOL = 16,
  /** Check the token store: it failed. */
  APPMINT_ERROR_STORE = 17,
  /** Check the callback that you gave: it failed. */
  APPMINT_ERROR_CALLBACK = 18,
  /** Report a bug in appmint: a caught panic. */
  APPMINT_ERROR_INTERNAL = 19,
  /** Retry later: this machine has no thread, file descriptor or memory left. */
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
  /** A refresh was sent, and its answer never arrived. */
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
  /** A private key, but not an RSA key of 2048 to 8192 bits. */
  APPMINT_REASON_UNSUITABLE_KEY = 22,
  /** The host's name did not resolve, or nothing answered there. */
  APPMINT_REASON_UNREACHABLE = 23,
  /** The TLS handshake failed. */
  APPMINT_REASON_TLS = 24,
  /** The connection broke before the answer was complete. */
  APPMINT_REASON_CONNECTION_LOST = 25,
  /** The reply is larger than its limit. */
  APPMINT_REASON_BODY_TOO_LARGE = 26,
  /** The reply is not the JSON it should be. */
  APPMINT_REASON_NOT_JSON = 27,
  /** The reply lacks a member, or has one of the wrong form. */
  APPMINT_REASON_MISSING_MEMBER = 28,
  /** The reply's token had expired when it arrived. */
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
  /** The person has not authorized the device yet. */
  APPMINT_REASON_AUTHORIZATION_PENDING = 37,
  /** The device asks too often. */
  APPMINT_REASON_SLOW_DOWN = 38,
  /** The device code expired before the login was completed. */
  APPMINT_REASON_EXPIRED_DEVICE_CODE = 39,
  /** The authorization was finished before, or began more than an hour ago. */
  APPMINT_REASON_STALE_AUTHORIZATION = 40,
  /** An object in the reply has a member twice. */
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

/** Why a call failed. It contains no secret. */
struct appmint_error;



/** A value of enum appmint_reason_code: the cause in one word. */
typedef int32_t appmint_reason;

/** The status that the failed call returned. */
APPMINT_API
appmint_status appmint_error_kind(const appmint_error *error);

/** The cause in one word, or APPMINT_REASON_NONE. */
APPMINT_API
appmint_reason appmint_error_reason(const appmint_error *error);

/** The message: a clause in lower case that says what failed. */
APPMINT_API
const char *appmint_error_message(const appmint_error *error);

/** The hint: a sentence that says what to do, or NULL. */
APPMINT_API
const char *appmint_error_hint(const appmint_error *error);

/** The HTTP status of the platform's response; 0 if there was none. */
APPMINT_API
int appmint_error_status(const appmint_error *error);

/** The platform's own error code, or NULL. */
APPMINT_API
const char *appmint_error_platform_code(const appmint_error *error);

/** The platform's id of the request, for its support, or NULL. */
APPMINT_API
const char *appmint_error_request_id(const appmint_error *error);

/**
 * The page where a person authorizes the access by single sign-on, or NULL if the platform does not ask
 * for that.
 */
APPMINT_API
const char *appmint_error_sso_url(const appmint_error *error);

/**
 * The permissions that were missing, each as "name=level", if the platform lists those with which it
 * accepts the call. Of several alternatives the one that lacks the fewest; the hint has all of them.
 */
APPMINT_API
const appmint_list *appmint_error_missing_permissions(const appmint_error *error);

/** The time to wait before the next attempt, in milliseconds; -1 if there is none. */
APPMINT_API
int64_t appmint_error_retry_after_ms(const appmint_error *error);

/**
 * 1 if the same call may work later without a change, else 0. 0 after an error by which the code or
 * refresh token that the call sent may be spent.
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

/** An authorization header, or a platform's descriptor. */
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
 * appmint_installations_next without waiting. Its result: appmint_call_installation.
 * An item that comes after the call was cancelled is not lost: the list returns it next.
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
 * appmint_repositories_next without waiting. Its result: appmint_call_repository.
 * An item that comes after the call was cancelled is not lost: the list returns it next.
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
 * appmint_webhook_deliveries_next without waiting. Its result: appmint_call_webhook_delivery.
 * An item that comes after the call was cancelled is not lost: the list returns it next.
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
