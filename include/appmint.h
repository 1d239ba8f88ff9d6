/*
 * appmint: authenticate as a platform app.
 *
 * A grant, put to a platform, yields a token. A source keeps one valid.
 *
 *   appmint_config *config = appmint_config_new();
 *   appmint_config_set_platform(config, "atomgit", APPMINT_NTS, NULL);
 *   appmint_config_set_app_id(config, "75", APPMINT_NTS, NULL);
 *   appmint_config_set_private_key(config, pem, pem_len, NULL);
 *   status = appmint_app_new(config, &app, &error);
 *   status = appmint_app_installation(app, "14", APPMINT_NTS, &source, &error);
 *   status = appmint_source_token(source, -1, -1, &token, &error);
 *   puts(appmint_token_authorization_header(token, NULL));
 *
 * Conventions, for all functions:
 *
 * - Errors. A function that can fail returns APPMINT_OK or what the caller can do about the error.
 *   Its last argument is a place for an appmint_error that tells more, or NULL; it is written only
 *   on failure, and you own what it then holds: appmint_error_free. All other results are written
 *   only on success.
 * - Ownership. What comes through a `T **` is yours, and what a `..._new` or `..._copy` returns: free
 *   it with the function named like it. Only the `..._free` functions take something over, and what
 *   is given a `drop` with its `userdata`. What comes as a `const T *` or `const char *` is borrowed:
 *   it lives as long as the object that it was asked of, and what a callback is handed until it
 *   returns.
 * - NULL. Every `..._free` takes NULL. A function with a status refuses a NULL that it cannot use
 *   (APPMINT_ERROR_INVALID_ARGUMENT); one without answers NULL, 0, or what its comment says.
 * - Text in is UTF-8 and has a length; APPMINT_NTS says that a NUL ends it. It is copied. Text in an
 *   array has no length: a NUL ends it. An array of nothing may be NULL.
 * - Text out is UTF-8 with a NUL at its end and none inside. Where a `len` can be given it may be
 *   NULL; for text that is absent it becomes 0.
 * - Times are milliseconds since 1970-01-01T00:00:00Z.
 * - Threads. Every object may be used on any thread, and on several at once, but for these: an
 *   appmint_config, an appmint_request, an appmint_authorization_request, an appmint_login_request,
 *   an appmint_scope and an appmint_webhook_update must not be changed, and nothing must be freed,
 *   while another thread uses it. Callbacks are called on threads of appmint's, on several at once.
 * - Forks. The child of a process that has an app may go on using it, and what comes of it.
 * - Lists are fetched as they are asked for. A `..._next` hands over one item and waits for the
 *   platform where the next page is needed; threads that share a list get different items.
 * - Nothing is global: there is nothing to initialise, and no last error.
 *
 * Generated from ffi-c/src: do not edit.
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

/** As a length: the text ends with a NUL. */
#define APPMINT_NTS ((size_t)-1)

/** As a time: there is none. */
#define APPMINT_NO_TIME INT64_MIN

/** Values of appmint_status. */
/** It worked. */
#define APPMINT_OK 0
/** Fix the call: a missing, malformed or contradictory argument. */
#define APPMINT_ERROR_INVALID_ARGUMENT 1
/** The platform does not offer this operation or argument. */
#define APPMINT_ERROR_UNSUPPORTED 2
/** Fix the private key. */
#define APPMINT_ERROR_KEY 3
/** Retry: no HTTP answer (DNS, connect, TLS, connection lost). */
#define APPMINT_ERROR_TRANSPORT 4
/** Retry or wait longer: the deadline passed. */
#define APPMINT_ERROR_TIMEOUT 5
/** The caller cancelled the call. */
#define APPMINT_ERROR_CANCELLED 6
/** Fix the credentials: JWT rejected, key of another app, client secret wrong. */
#define APPMINT_ERROR_UNAUTHORIZED 7
/** Ask an owner: suspended, permission not granted, repository outside the installation. */
#define APPMINT_ERROR_FORBIDDEN 8
/** Install the app: no such installation. */
#define APPMINT_ERROR_NOT_FOUND 9
/** Wait retry_after, then retry. */
#define APPMINT_ERROR_RATE_LIMITED 10
/** Fix the request: the platform refused it and said why. */
#define APPMINT_ERROR_REJECTED 11
/** Send the user through authorization again: dead code or refresh token. */
#define APPMINT_ERROR_REAUTHORIZE 12
/** Accept that the user said no. */
#define APPMINT_ERROR_DENIED 13
/** Poll again after retry_after. */
#define APPMINT_ERROR_PENDING 14
/** Retry later: the platform failed (5xx). */
#define APPMINT_ERROR_SERVER 15
/** Report it: an answer that makes no sense. */
#define APPMINT_ERROR_PROTOCOL 16
/** Look after the token store. */
#define APPMINT_ERROR_STORE 17
/** Look at the callback you gave: it failed. */
#define APPMINT_ERROR_CALLBACK 18
/** Report a bug in appmint: a caught panic. */
#define APPMINT_ERROR_INTERNAL 19

/** Values of appmint_reason. */
/** There is no finer word. */
#define APPMINT_REASON_NONE 0
/** The platform says that the JWT's times are wrong: a clock is off. */
#define APPMINT_REASON_CLOCK_SKEW 1
/** The JWT's signature does not fit: this key belongs to another app. */
#define APPMINT_REASON_APP_KEY_MISMATCH 2
/** The app has no public key on the platform yet. */
#define APPMINT_REASON_NO_PUBLIC_KEY 3
/** The platform knows no app with this id. */
#define APPMINT_REASON_APP_NOT_FOUND 4
/** The token is unknown, expired or revoked. */
#define APPMINT_REASON_INVALID_TOKEN 5
/** The client id or client secret is wrong. */
#define APPMINT_REASON_INVALID_CLIENT 6
/** An owner suspended the installation. */
#define APPMINT_REASON_SUSPENDED 7
/** The app is not installed there. */
#define APPMINT_REASON_NOT_INSTALLED 8
/** The installation was not granted a permission. */
#define APPMINT_REASON_PERMISSION_NOT_GRANTED 9
/** A repository is not part of the installation. */
#define APPMINT_REASON_REPOSITORY_NOT_ACCESSIBLE 10
/** The quota of requests is used up. */
#define APPMINT_REASON_RATE_LIMIT 11
/** The authorization code is unknown, expired or already used. */
#define APPMINT_REASON_INVALID_CODE 12
/** The refresh token is unknown, expired or revoked. */
#define APPMINT_REASON_INVALID_REFRESH_TOKEN 13
/** A refresh was sent, but its answer never arrived. */
#define APPMINT_REASON_ROTATION_INTERRUPTED 14
/** The callback's state is not the one of this authorization. */
#define APPMINT_REASON_STATE_MISMATCH 15
/** The redirect URI is not registered for the app. */
#define APPMINT_REASON_REDIRECT_URI_MISMATCH 16
/** The user refused the authorization. */
#define APPMINT_REASON_ACCESS_DENIED 17
/** The key's text is not a private key, but something else. */
#define APPMINT_REASON_NOT_A_PRIVATE_KEY 18
/** The key's text is cut off or damaged. */
#define APPMINT_REASON_DAMAGED_KEY 19
/** The key is encrypted, and no passphrase was given. */
#define APPMINT_REASON_PASSPHRASE_NEEDED 20
/** The passphrase does not open the key. */
#define APPMINT_REASON_WRONG_PASSPHRASE 21
/** A private key, but not an RSA key of 2048 to 8192 bits. */
#define APPMINT_REASON_UNSUITABLE_KEY 22
/** The host's name did not resolve, or nothing answered there. */
#define APPMINT_REASON_UNREACHABLE 23
/** The TLS handshake failed. */
#define APPMINT_REASON_TLS 24
/** The connection broke before the answer was complete. */
#define APPMINT_REASON_CONNECTION_LOST 25
/** The reply is larger than its limit. */
#define APPMINT_REASON_BODY_TOO_LARGE 26
/** The reply is not the JSON it should be. */
#define APPMINT_REASON_NOT_JSON 27
/** The reply lacks a member, or has one of the wrong form. */
#define APPMINT_REASON_MISSING_MEMBER 28
/** The reply's token had expired when it arrived. */
#define APPMINT_REASON_EXPIRED_ON_ARRIVAL 29
/** The platform answered with a redirect that is not followed. */
#define APPMINT_REASON_REDIRECT 30
/** No built-in platform has this name. */
#define APPMINT_REASON_UNKNOWN_PLATFORM 31
/** The descriptor of a platform is not valid. */
#define APPMINT_REASON_INVALID_DESCRIPTOR 32
/** This operation needs a credential that the app was not given. */
#define APPMINT_REASON_MISSING_CREDENTIAL 33
/** The URL is not on one of the platform's own hosts. */
#define APPMINT_REASON_FOREIGN_HOST 34
/** A webhook's signature is missing or does not fit. */
#define APPMINT_REASON_INVALID_SIGNATURE 35
/** Nothing is stored under the session's name. */
#define APPMINT_REASON_NO_SESSION 36
/** The person has not authorized the device yet. */
#define APPMINT_REASON_AUTHORIZATION_PENDING 37
/** The device asks too often. */
#define APPMINT_REASON_SLOW_DOWN 38
/** Nobody typed the device's code before it expired. */
#define APPMINT_REASON_EXPIRED_DEVICE_CODE 39
/** The authorization was finished before, or began too long ago. */
#define APPMINT_REASON_STALE_AUTHORIZATION 40
/** The reply says a member twice. */
#define APPMINT_REASON_DUPLICATE_MEMBER 41
/** The assertion that the app signed was not taken. */
#define APPMINT_REASON_INVALID_ASSERTION 42
/** Tokens of this type are not handled: by the platform when one is to be ended, or here when it is no bearer token. */
#define APPMINT_REASON_UNSUPPORTED_TOKEN_TYPE 43
/** A server's metadata is that of another issuer. */
#define APPMINT_REASON_ISSUER_MISMATCH 44


/**
 * What a function of an appmint_store_callbacks returns when it did what it was asked for.
 */
#define APPMINT_STORE_YES 0

/**
 * What it returns when the answer is no: there is no such value, another one is there, or another
 * one has the lock.
 */
#define APPMINT_STORE_NO 1

/**
 * An app on a platform.
 */
typedef struct appmint_app appmint_app;

/**
 * A place to send a user to, and what must be kept until the user comes back.
 */
typedef struct appmint_authorization appmint_authorization;

/**
 * What an authorization asks for; see appmint_app_authorize.
 */
typedef struct appmint_authorization_request appmint_authorization_request;

/**
 * Where a store's `get` puts what it found: see appmint_bytes_put.
 */
typedef struct appmint_bytes appmint_bytes;

/**
 * A clock that stands still until it is moved.
 */
typedef struct appmint_clock appmint_clock;

/**
 * What a program says about its app. Nothing of it is looked at before appmint_app_new.
 */
typedef struct appmint_config appmint_config;

/**
 * A login that waits for a person to type a code at another place.
 */
typedef struct appmint_device_login appmint_device_login;

/**
 * Why a call failed. It holds no secret.
 */
typedef struct appmint_error appmint_error;

/**
 * Something that happened; it holds no secret. Lives until the callback that is told it returns.
 */
typedef struct appmint_event appmint_event;

/**
 * What to change of a webhook; see appmint_app_update_webhook_config.
 */
typedef struct appmint_webhook_update appmint_webhook_update;

/**
 * Where the platform sends the app's events. The secret is never told.
 */
typedef struct appmint_webhook_config appmint_webhook_config;

/**
 * The events that were sent to the app, newest first, fetched page by page as they are asked for.
 */
typedef struct appmint_webhook_deliveries appmint_webhook_deliveries;

/**
 * An event that was sent to the app, or was tried to be. Only its id is certain.
 */
typedef struct appmint_webhook_delivery appmint_webhook_delivery;

/**
 * One installation of the app on an account. Only its id is certain.
 */
typedef struct appmint_installation appmint_installation;

/**
 * The installations of an app, fetched page by page as they are asked for.
 */
typedef struct appmint_installations appmint_installations;

/**
 * What an authorization server knows of a token (RFC 7662). Of one that does not work nothing else
 * is told.
 */
typedef struct appmint_introspection appmint_introspection;

/**
 * A list of texts, borrowed from the object that it was read from.
 */
typedef struct appmint_list appmint_list;

/**
 * A login that waits for a browser to come back.
 */
typedef struct appmint_login appmint_login;

/**
 * What a login asks for; see appmint_app_start_login.
 */
typedef struct appmint_login_request appmint_login_request;

/**
 * Names and their values in order, borrowed from the object that they were read from.
 */
typedef struct appmint_map appmint_map;

/**
 * An app's registration. Only its id is certain; its secrets are told once, when a manifest
 * becomes an app. Zeroized when freed.
 */
typedef struct appmint_registration appmint_registration;

/**
 * The repositories that a token reaches, fetched page by page as they are asked for.
 */
typedef struct appmint_repositories appmint_repositories;

/**
 * A repository that an installation reaches. Only its id and its name are certain.
 */
typedef struct appmint_repository appmint_repository;

/**
 * A call of the platform's API: see appmint_app_request and appmint_source_request.
 */
typedef struct appmint_request appmint_request;

/**
 * An answer, whatever its status. Its body is zeroized when freed.
 */
typedef struct appmint_response appmint_response;

/**
 * A part of what an installation was granted; see appmint_app_narrowed_installation.
 */
typedef struct appmint_scope appmint_scope;

/**
 * Keeps one token of an installation, or of the app itself, valid. Sources of one installation
 * share it.
 */
typedef struct appmint_source appmint_source;

/**
 * How often things happened since an app was made: a snapshot.
 *
 * Each count has its function, so one that is added later changes nothing for programs that were
 * built before.
 */
typedef struct appmint_stats appmint_stats;

/**
 * A text of your own, which may be a secret, such as an authorization code. Zeroized when freed.
 */
typedef struct appmint_text appmint_text;

/**
 * A token: a snapshot that does not change. Zeroized when freed.
 */
typedef struct appmint_token appmint_token;

/**
 * An event that a platform sent, with a signature that was proved; see appmint_app_verify_webhook.
 */
typedef struct appmint_webhook_event appmint_webhook_event;

/**
 * APPMINT_OK, or one of APPMINT_ERROR_...: what the caller can do about an error.
 */
typedef int32_t appmint_status;

/**
 * APPMINT_REASON_NONE, or one of APPMINT_REASON_...: a finer word beside the status.
 */
typedef int32_t appmint_reason;

/**
 * Signs instead of a private key: a KMS, an HSM, or anything else that keeps the key to itself.
 *
 * Set `size` to sizeof(appmint_signer): programs that were built with another version of this
 * header are told apart by it.
 */
typedef struct {
  /**
   * sizeof(appmint_signer)
   */
  size_t size;
  /**
   * Handed to both functions.
   */
  void *userdata;
  /**
   * Makes the RS256 signature (RSASSA-PKCS1-v1_5 with SHA-256) over `message`.
   *
   * It writes to `signature`, where there is room for `*signature_len` bytes, sets
   * `*signature_len` to how many it wrote, and returns 0; anything else means that it failed,
   * and the call that needed the signature ends with APPMINT_ERROR_CALLBACK. It may block. It
   * is called on threads of appmint's, on several at once where several calls need it, and must
   * not let a C++ exception out.
   */
  int (*sign)(void *userdata,
              const uint8_t *message,
              size_t message_len,
              uint8_t *signature,
              size_t *signature_len);
  /**
   * Called exactly once, on any thread, when nothing will call `sign` any more. May be NULL.
   */
  void (*drop)(void *userdata);
} appmint_signer;

/**
 * A store of the program's own, where tokens live between processes; see
 * appmint_config_set_own_store.
 *
 * It keeps bytes by name; what is in them is sealed, unless the app was told otherwise. Each
 * function returns APPMINT_STORE_YES, APPMINT_STORE_NO, or anything else when it failed: an
 * installation token is then minted without the store. They are called on threads of appmint's,
 * all of them on several at once; each may block for a moment, must not let a C++ exception out,
 * and may use what it is handed until it returns. Names and owners end with a NUL.
 *
 * Set `size` to sizeof(appmint_store_callbacks): programs that were built with another version of
 * this header are told apart by it.
 */
typedef struct {
  /**
   * sizeof(appmint_store_callbacks)
   */
  size_t size;
  /**
   * Hands the value of this name over with appmint_bytes_put; APPMINT_STORE_NO if there is none.
   */
  int (*get)(void *userdata, const char *name, appmint_bytes *value);
  /**
   * Puts a value in the place of `expected` (NULL: of nothing), in one step; APPMINT_STORE_NO if
   * something else is there by now. After `keep_until_ms`, which may be APPMINT_NO_TIME, the
   * value may be dropped.
   */
  int (*put)(void *userdata,
             const char *name,
             const uint8_t *value,
             size_t value_len,
             const uint8_t *expected,
             size_t expected_len,
             int64_t keep_until_ms);
  /**
   * Takes a value away, in one step, if it is still `expected`.
   */
  int (*remove)(void *userdata, const char *name, const uint8_t *expected, size_t expected_len);
  /**
   * Takes the lock of this name for an owner; APPMINT_STORE_NO while another one has it. It is
   * free again after the lease, whatever became of the owner.
   */
  int (*lock)(void *userdata, const char *name, const char *owner, uint64_t lease_ms);
  /**
   * Gives the lock back, if it is still the owner's.
   */
  int (*unlock)(void *userdata, const char *name, const char *owner);
} appmint_store_callbacks;

/**
 * Called exactly once, on any thread, when nothing will be called with this `userdata` any more.
 */
typedef void (*appmint_drop)(void *userdata);

/**
 * Is told what happens; see appmint_config_set_on_event.
 */
typedef void (*appmint_on_event)(void *userdata, const appmint_event *event);

/**
 * One of APPMINT_LOOKUP_...: what appmint_app_find_installation_by is given.
 */
typedef int32_t appmint_lookup;

/**
 * A header as it came. Both texts end with a NUL.
 */
typedef struct {
  /**
   * In any case: "X-Hub-Signature-256" is "x-hub-signature-256".
   */
  const char *name;
  /**
   * Without the white space around it.
   */
  const char *value;
} appmint_header;

/**
 * Is told each new token, and the one `before` whose place it takes, NULL for the first. Both are
 * borrowed until it returns: appmint_token_copy keeps them. See appmint_source_on_change.
 */
typedef void (*appmint_on_change)(void *userdata,
                                  const appmint_token *before,
                                  const appmint_token *token);

/**
 * An account of any kind, as the platform writes it: its path, login, name or id.
 */
#define APPMINT_LOOKUP_ACCOUNT 0

/**
 * An installation's id.
 */
#define APPMINT_LOOKUP_ID 1

/**
 * An organization's name.
 */
#define APPMINT_LOOKUP_ORGANIZATION 2

/**
 * A user's login.
 */
#define APPMINT_LOOKUP_USER 3

/**
 * A repository, as "owner/name".
 */
#define APPMINT_LOOKUP_REPOSITORY 4

/**
 * An enterprise's short name.
 */
#define APPMINT_LOOKUP_ENTERPRISE 5

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/**
 * The library's version, such as "0.1.0"; APPMINT_VERSION is the header's. Lives for ever.
 */
const char *appmint_version(void);

/**
 * The version of the library's binary interface; APPMINT_ABI_VERSION is the header's. They are
 * the same where the program runs at all, unless it loaded the library by hand.
 */
uint32_t appmint_abi_version(void);

/**
 * The names of the built-in platforms. Lives for ever.
 */
const appmint_list *appmint_platforms(void);

/**
 * The status that the failed call returned. APPMINT_OK for NULL.
 */
appmint_status appmint_error_kind(const appmint_error *error);

/**
 * The finer word, or APPMINT_REASON_NONE.
 */
appmint_reason appmint_error_reason(const appmint_error *error);

/**
 * What happened, as a clause in lower case. Borrowed until `error` is freed.
 */
const char *appmint_error_message(const appmint_error *error);

/**
 * What to do about it, as a sentence, or NULL. Borrowed until `error` is freed.
 */
const char *appmint_error_hint(const appmint_error *error);

/**
 * The HTTP status of the platform's answer; 0 if there was none.
 */
int appmint_error_status(const appmint_error *error);

/**
 * The platform's own error code, or NULL. Borrowed until `error` is freed.
 */
const char *appmint_error_platform_code(const appmint_error *error);

/**
 * The platform's id of the request, to give to its support, or NULL. Borrowed until `error` is
 * freed.
 */
const char *appmint_error_request_id(const appmint_error *error);

/**
 * How long to wait before trying again; -1 if the platform did not say.
 */
int64_t appmint_error_retry_after_ms(const appmint_error *error);

/**
 * 1 if the same call may work later without a change, else 0.
 */
int appmint_error_is_retryable(const appmint_error *error);

/**
 * The message and, where there is one, the hint. Borrowed until `error` is freed.
 */
const char *appmint_error_to_string(const appmint_error *error);

/**
 * A copy of an error that is borrowed. You own it: appmint_error_free. NULL for NULL.
 */
appmint_error *appmint_error_copy(const appmint_error *error);

/**
 * Frees an error. NULL is fine.
 */
void appmint_error_free(appmint_error *error);

/**
 * The name of a status, such as "not_found" for APPMINT_ERROR_NOT_FOUND; NULL for APPMINT_OK and
 * for what is no status. Lives for ever.
 */
const char *appmint_error_kind_name(appmint_status kind);

/**
 * The name of a reason, such as "suspended" for APPMINT_REASON_SUSPENDED; NULL for
 * APPMINT_REASON_NONE and for what is no reason. Lives for ever.
 */
const char *appmint_error_reason_name(appmint_reason reason);

/**
 * The text itself. Its length goes to `len` unless that is NULL.
 *
 * Borrowed until `text` is freed. NULL for NULL.
 */
const char *appmint_text_reveal(const appmint_text *text, size_t *len);

/**
 * Zeroizes and frees a text. NULL is fine.
 */
void appmint_text_free(appmint_text *text);

/**
 * How many texts there are. 0 for NULL.
 */
size_t appmint_list_len(const appmint_list *list);

/**
 * The text at `index`, counted from 0. Borrowed like the list. NULL beyond the end.
 */
const char *appmint_list_at(const appmint_list *list, size_t index);

/**
 * How many entries there are. 0 for NULL.
 */
size_t appmint_map_len(const appmint_map *map);

/**
 * The name of the entry at `index`, counted from 0. Borrowed like the map. NULL beyond the end.
 */
const char *appmint_map_name_at(const appmint_map *map, size_t index);

/**
 * The value of the entry at `index`, counted from 0. Borrowed like the map. NULL beyond the end.
 */
const char *appmint_map_value_at(const appmint_map *map, size_t index);

/**
 * The value of the first entry with this very name, or NULL. Borrowed like the map.
 */
const char *appmint_map_find(const appmint_map *map, const char *name, size_t name_len);

/**
 * A clock that shows `now_ms`. You own it: appmint_clock_free.
 */
appmint_clock *appmint_clock_new(int64_t now_ms);

/**
 * The time it shows. APPMINT_NO_TIME for NULL.
 */
int64_t appmint_clock_now_ms(const appmint_clock *clock);

/**
 * Moves it to a time, forwards or back, for every app that was made with it.
 */
void appmint_clock_set_ms(const appmint_clock *clock, int64_t now_ms);

/**
 * Moves it forwards, for every app that was made with it.
 */
void appmint_clock_advance_ms(const appmint_clock *clock, uint64_t by_ms);

/**
 * Frees a clock. NULL is fine; apps that were made with it go on with the time it shows.
 */
void appmint_clock_free(appmint_clock *clock);

/**
 * An empty configuration: every setting has its default. You own it: appmint_config_free.
 */
appmint_config *appmint_config_new(void);

/**
 * Zeroizes and frees a configuration. NULL is fine; apps made of it do not need it.
 */
void appmint_config_free(appmint_config *config);

/**
 * The name of a built-in platform, such as "atomgit"; see appmint_platforms.
 */
appmint_status appmint_config_set_platform(appmint_config *config,
                                           const char *platform,
                                           size_t platform_len,
                                           appmint_error **error);

/**
 * A platform's descriptor as JSON text, instead of a name.
 */
appmint_status appmint_config_set_platform_descriptor(appmint_config *config,
                                                      const char *platform_descriptor,
                                                      size_t platform_descriptor_len,
                                                      appmint_error **error);

/**
 * The host that the platform is at, where it can be at several: "git.corp.example".
 */
appmint_status appmint_config_set_host(appmint_config *config,
                                       const char *host,
                                       size_t host_len,
                                       appmint_error **error);

/**
 * The base of the API, instead of the platform's own.
 */
appmint_status appmint_config_set_api_url(appmint_config *config,
                                          const char *api_url,
                                          size_t api_url_len,
                                          appmint_error **error);

/**
 * The base of the web pages, where a user authorizes, instead of the platform's own.
 */
appmint_status appmint_config_set_web_url(appmint_config *config,
                                          const char *web_url,
                                          size_t web_url_len,
                                          appmint_error **error);

/**
 * The app's id, as the platform's settings page shows it.
 */
appmint_status appmint_config_set_app_id(appmint_config *config,
                                         const char *app_id,
                                         size_t app_id_len,
                                         appmint_error **error);

/**
 * The OAuth client id.
 */
appmint_status appmint_config_set_client_id(appmint_config *config,
                                            const char *client_id,
                                            size_t client_id_len,
                                            appmint_error **error);

/**
 * The OAuth client secret. Copied, and zeroized when it is not needed any more.
 */
appmint_status appmint_config_set_client_secret(appmint_config *config,
                                                const char *client_secret,
                                                size_t client_secret_len,
                                                appmint_error **error);

/**
 * The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or as it was pasted. Copied, and
 * zeroized when it is not needed any more.
 */
appmint_status appmint_config_set_private_key(appmint_config *config,
                                              const void *private_key,
                                              size_t private_key_len,
                                              appmint_error **error);

/**
 * A second key, for the time of a rotation: turned to when the platform does not know the first.
 * In any form that the first may have. Copied, and zeroized when it is not needed any more.
 */
appmint_status appmint_config_set_fallback_private_key(appmint_config *config,
                                                    const void *fallback_private_key,
                                                    size_t fallback_private_key_len,
                                                    appmint_error **error);

/**
 * The passphrase of an encrypted PKCS#8 key. Copied, and zeroized when it is not needed any more.
 */
appmint_status appmint_config_set_private_key_passphrase(appmint_config *config,
                                                         const char *private_key_passphrase,
                                                         size_t private_key_passphrase_len,
                                                         appmint_error **error);

/**
 * What the platform calls the key, where it names keys: the `kid` of what the app signs.
 */
appmint_status appmint_config_set_key_id(appmint_config *config,
                                         const char *key_id,
                                         size_t key_id_len,
                                         appmint_error **error);

/**
 * The same of the second key.
 */
appmint_status appmint_config_set_fallback_key_id(appmint_config *config,
                                               const char *fallback_key_id,
                                               size_t fallback_key_id_len,
                                               appmint_error **error);

/**
 * Signs through a callback, instead of a private key.
 *
 * What `signer` points to is copied; its `userdata` is taken over. Its `drop` is called exactly
 * once, when neither the configuration nor an app made of it needs it any more, and at once when
 * this function fails. Only when `signer` is NULL or its `size` is too small is it not called.
 */
appmint_status appmint_config_set_signer(appmint_config *config,
                                         const appmint_signer *signer,
                                         appmint_error **error);

/**
 * How far a JWT's `iat` lies back, in seconds; default 60.
 */
appmint_status appmint_config_set_jwt_back_date_s(appmint_config *config,
                                                  uint64_t jwt_back_date_s,
                                                  appmint_error **error);

/**
 * How far a JWT's `exp` lies ahead, in seconds; default 540.
 */
appmint_status appmint_config_set_jwt_lifetime_s(appmint_config *config,
                                                 uint64_t jwt_lifetime_s,
                                                 appmint_error **error);

/**
 * The deadline of a whole call, in milliseconds; default 30000. A call that blocks does so for this
 * long at most.
 */
appmint_status appmint_config_set_timeout_ms(appmint_config *config,
                                             uint64_t timeout_ms,
                                             appmint_error **error);

/**
 * The deadline of connecting, in milliseconds; default 10000.
 */
appmint_status appmint_config_set_connect_timeout_ms(appmint_config *config,
                                                     uint64_t connect_timeout_ms,
                                                     appmint_error **error);

/**
 * The URL of a proxy, instead of what the environment says; "" for none. It may hold a password.
 */
appmint_status appmint_config_set_proxy(appmint_config *config,
                                        const char *proxy,
                                        size_t proxy_len,
                                        appmint_error **error);

/**
 * PEM of certificates to trust beside the system's.
 */
appmint_status appmint_config_set_root_certificates(appmint_config *config,
                                                    const char *root_certificates,
                                                    size_t root_certificates_len,
                                                    appmint_error **error);

/**
 * Put before appmint's own User-Agent.
 */
appmint_status appmint_config_set_user_agent(appmint_config *config,
                                             const char *user_agent,
                                             size_t user_agent_len,
                                             appmint_error **error);

/**
 * Not 0: also speaks plain http to other hosts than this machine; default 0. Everybody on the way can
 * then read and change what is sent, tokens included.
 */
appmint_status appmint_config_set_allow_plain_http(appmint_config *config,
                                                   int allow_plain_http,
                                                   appmint_error **error);

/**
 * The largest body of an API reply in bytes; default 33554432 (32 MiB).
 */
appmint_status appmint_config_set_max_response_body(appmint_config *config,
                                                    size_t max_response_body,
                                                    appmint_error **error);

/**
 * How often a call is tried again after a failure that may pass, or a limit, where that is safe;
 * default 2, 0 to send everything once.
 */
appmint_status appmint_config_set_retries(appmint_config *config,
                                          uint32_t retries,
                                          appmint_error **error);

/**
 * The wait before a call is first tried again, in milliseconds, doubled for each further time;
 * default 250.
 */
appmint_status appmint_config_set_retry_wait_ms(appmint_config *config,
                                                uint64_t retry_wait_ms,
                                                appmint_error **error);

/**
 * Tells the time instead of the machine's clock. `clock` stays yours, and goes on moving the time of
 * the apps that were made with it.
 */
appmint_status appmint_config_set_clock(appmint_config *config,
                                        const appmint_clock *clock,
                                        appmint_error **error);

/**
 * Hands over what a store's `get` found, which is copied; once more, and it takes the place of what
 * was handed over before. To be called in `get` only.
 */
appmint_status appmint_bytes_put(appmint_bytes *value,
                                 const void *bytes,
                                 size_t bytes_len,
                                 appmint_error **error);

/**
 * Where tokens live between processes: "sqlite:FILE", "redis://..." or "rediss://..." (TLS), with
 * "?prefix=" for the names (default "appmint:"). There may be a password in it: it is copied, and
 * zeroized when it is not needed any more. Needs a key (appmint_config_set_store_key), or
 * appmint_config_set_store_unencrypted.
 */
appmint_status appmint_config_set_store(appmint_config *config,
                                        const char *store,
                                        size_t store_len,
                                        appmint_error **error);

/**
 * A store of the program's own, instead of one that appmint knows.
 *
 * What `callbacks` points to is copied. `userdata`, which each of them is handed, is taken over:
 * `drop`, which may be NULL, is called with it exactly once, when neither the configuration nor an app
 * made of it needs it any more, and at once when this function fails.
 */
appmint_status appmint_config_set_own_store(appmint_config *config,
                                            const appmint_store_callbacks *callbacks,
                                            void *userdata,
                                            appmint_drop drop,
                                            appmint_error **error);

/**
 * Seals what is stored: 32 bytes in hexadecimal or base64. Copied, and zeroized when it is not needed
 * any more.
 */
appmint_status appmint_config_set_store_key(appmint_config *config,
                                            const char *store_key,
                                            size_t store_key_len,
                                            appmint_error **error);

/**
 * A second key, for the time of a rotation: it opens what it has sealed. Copied, and zeroized when it
 * is not needed any more.
 */
appmint_status appmint_config_set_previous_store_key(appmint_config *config,
                                                  const char *previous_store_key,
                                                  size_t previous_store_key_len,
                                                  appmint_error **error);

/**
 * Not 0: lets the store hold tokens as they are, for whoever reads it; default 0.
 */
appmint_status appmint_config_set_store_unencrypted(appmint_config *config,
                                                    int store_unencrypted,
                                                    appmint_error **error);

/**
 * How many tokens are held in memory; default 1000000. Beyond it those go that no source refers to.
 */
appmint_status appmint_config_set_capacity(appmint_config *config,
                                           size_t capacity,
                                           appmint_error **error);

/**
 * Calls back with each event, which holds no secret; default nobody.
 *
 * `callback` is called on the thread that did what happened, most often one of appmint's, and on
 * several at once: it must be quick, must not wait for a token, and must not let a C++ exception out.
 * `userdata` is taken over: `drop`, which may be NULL, is called with it exactly once, when neither
 * the configuration nor an app made of it needs it any more, and at once when this function fails.
 */
appmint_status appmint_config_set_on_event(appmint_config *config,
                                           appmint_on_event callback,
                                           void *userdata,
                                           appmint_drop drop,
                                           appmint_error **error);

/**
 * What happened: "minted", "renewed", "mint_failed", "served_stale", "retried", "skew_found",
 * "refused", "taken_from_store" or "store_failed"; later versions may add to these. Borrowed like
 * the event.
 */
const char *appmint_event_kind(const appmint_event *event);

/**
 * The installation that it is about, or NULL. Borrowed like the event.
 */
const char *appmint_event_installation_id(const appmint_event *event);

/**
 * How long the call took, or the wait until it is sent again; -1 where nothing took any time.
 */
int64_t appmint_event_duration_ms(const appmint_event *event);

/**
 * How far the platform's clock is ahead of ours; APPMINT_NO_TIME where it is not about clocks.
 */
int64_t appmint_event_clock_offset_ms(const appmint_event *event);

/**
 * Why, or NULL. Borrowed like the event: appmint_error_copy keeps it.
 */
const appmint_error *appmint_event_error(const appmint_event *event);

/**
 * 1 if somebody should look at it, else 0.
 */
int appmint_event_is_warning(const appmint_event *event);

/**
 * The event in a line, as a log wants it. Borrowed like the event.
 */
const char *appmint_event_text(const appmint_event *event);

/**
 * Tokens minted because somebody waited.
 */
uint64_t appmint_stats_minted(const appmint_stats *stats);

/**
 * Tokens minted ahead of time.
 */
uint64_t appmint_stats_renewed(const appmint_stats *stats);

/**
 * Mintings that failed.
 */
uint64_t appmint_stats_failed(const appmint_stats *stats);

/**
 * Live tokens handed out beyond their margin because no new one came.
 */
uint64_t appmint_stats_served_stale(const appmint_stats *stats);

/**
 * Requests sent again.
 */
uint64_t appmint_stats_retried(const appmint_stats *stats);

/**
 * Callers who joined a minting that was on its way.
 */
uint64_t appmint_stats_joined(const appmint_stats *stats);

/**
 * Tokens that the platform refused before their time.
 */
uint64_t appmint_stats_refused(const appmint_stats *stats);

/**
 * Tokens taken from the store.
 */
uint64_t appmint_stats_from_store(const appmint_stats *stats);

/**
 * What the store did not do.
 */
uint64_t appmint_stats_store_failed(const appmint_stats *stats);

/**
 * Keys (an installation and a scope) that have a place in memory.
 */
uint64_t appmint_stats_sources(const appmint_stats *stats);

/**
 * Frees a snapshot. NULL is fine.
 */
void appmint_stats_free(appmint_stats *stats);

/**
 * The descriptor, as JSON text for appmint_config_set_platform_descriptor, of the platform that an
 * authorization server says it is (RFC 8414, or OpenID Connect Discovery). `issuer` is its URL as
 * the server writes it. You own `*descriptor`: appmint_text_free.
 *
 * `config` stays yours, and may be NULL. Of its settings those count that say how to reach the
 * network: timeout, connect_timeout, proxy, root_certificates, user_agent, allow_plain_http,
 * retries, retry_wait.
 *
 * APPMINT_ERROR_NOT_FOUND where there is no metadata; APPMINT_ERROR_PROTOCOL for metadata of
 * another issuer (APPMINT_REASON_ISSUER_MISMATCH), or that cannot be used. Blocks at most for the
 * configuration's timeout.
 */
appmint_status appmint_discover(const appmint_config *config,
                                const char *issuer,
                                size_t issuer_len,
                                appmint_text **descriptor,
                                appmint_error **error);

/**
 * A scope that narrows nothing yet: everything that was granted. You own it: appmint_scope_free.
 */
appmint_scope *appmint_scope_new(void);

/**
 * Adds a repository by name, without its owner. The first one narrows to it.
 */
appmint_status appmint_scope_add_repository(appmint_scope *scope,
                                            const char *repository,
                                            size_t repository_len,
                                            appmint_error **error);

/**
 * Adds a repository by id. The first one narrows to it.
 */
appmint_status appmint_scope_add_repository_id(appmint_scope *scope,
                                               const char *repository_id,
                                               size_t repository_id_len,
                                               appmint_error **error);

/**
 * Sets a permission to a level, such as "contents" to "read". The first one narrows to it.
 */
appmint_status appmint_scope_set_permission(appmint_scope *scope,
                                            const char *permission,
                                            size_t permission_len,
                                            const char *level,
                                            size_t level_len,
                                            appmint_error **error);

/**
 * Frees a scope. NULL is fine; sources that were made with it do not need it.
 */
void appmint_scope_free(appmint_scope *scope);

/**
 * An app with this configuration, which is checked here; nothing goes out. `config` stays yours.
 * You own `*app`: appmint_app_free.
 */
appmint_status appmint_app_new(const appmint_config *config,
                               appmint_app **app,
                               appmint_error **error);

/**
 * The app's own JWT, reused until 60 s before it expires. You own `*token`: appmint_token_free.
 *
 * Blocks at most for the app's timeout, while the signer signs.
 */
appmint_status appmint_app_jwt(const appmint_app *app,
                               appmint_token **token,
                               appmint_error **error);

/**
 * SHA-256 of the public key in use, as the platform's settings page shows it; NULL without a private
 * key. Borrowed until `app` is freed.
 */
const char *appmint_app_fingerprint(const appmint_app *app);

/**
 * The platform's name. Borrowed until `app` is freed.
 */
const char *appmint_app_platform_name(const appmint_app *app);

/**
 * How far the platform's clock is ahead of ours in milliseconds, as far as is known; 0 at first.
 * Learned when the platform blames a JWT's times, and applied from then on.
 */
int64_t appmint_app_clock_offset_ms(const appmint_app *app);

/**
 * The installations of the app, fetched page by page as they are asked for; nothing goes out yet.
 * You own `*listing`: appmint_installations_free. It goes on working when `app` is freed.
 */
appmint_status appmint_app_installations(const appmint_app *app,
                                         appmint_installations **listing,
                                         appmint_error **error);

/**
 * The installation on an account of any kind, as the platform writes it: its path, login, name or
 * id. You own `*installation`: appmint_installation_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_find_installation(const appmint_app *app,
                                             const char *account,
                                             size_t account_len,
                                             appmint_installation **installation,
                                             appmint_error **error);

/**
 * The installation that is looked up by `text`, which is what `kind` says: an organization's name
 * for APPMINT_LOOKUP_ORGANIZATION. You own `*installation`: appmint_installation_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_find_installation_by(const appmint_app *app,
                                                appmint_lookup kind,
                                                const char *text,
                                                size_t text_len,
                                                appmint_installation **installation,
                                                appmint_error **error);

/**
 * A source of tokens for one installation; nothing goes out yet. You own `*source`:
 * appmint_source_free. It goes on working when `app` is freed.
 */
appmint_status appmint_app_installation(const appmint_app *app,
                                        const char *id,
                                        size_t id_len,
                                        appmint_source **source,
                                        appmint_error **error);

/**
 * A source of tokens for a part of what an installation was granted; nothing goes out yet. `scope`
 * stays yours, and must name something. You own `*source`: appmint_source_free. It goes on working
 * when `app` is freed.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without narrowed tokens.
 */
appmint_status appmint_app_narrowed_installation(const appmint_app *app,
                                                 const char *id,
                                                 size_t id_len,
                                                 const appmint_scope *scope,
                                                 appmint_source **source,
                                                 appmint_error **error);

/**
 * A source of tokens for the installation that is looked up by `text`, which is what `kind` says:
 * once, when a token is first needed, and again when the platform no longer knows what was found.
 * Nothing goes out yet. `scope` stays yours, and may be NULL for all that the installation was
 * granted; if not, it must name something. You own `*source`: appmint_source_free. It goes on
 * working when `app` is freed.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without narrowed tokens, or without this lookup.
 */
appmint_status appmint_app_installation_on(const appmint_app *app,
                                           appmint_lookup kind,
                                           const char *text,
                                           size_t text_len,
                                           const appmint_scope *scope,
                                           appmint_source **source,
                                           appmint_error **error);

/**
 * A source of the app's own tokens, where the platform has them beside the JWT; nothing goes out
 * yet. You own `*source`: appmint_source_free. It goes on working when `app` is freed.
 *
 * On a platform that takes the app's assertion (RFC 7523: a service account) they may be asked for
 * with OAuth scopes, and for a user whom the app acts for. `scopes` are `scopes_len` texts, each
 * with a NUL at its end; they stay yours. `subject` is the user, or NULL.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without them, or without what is asked for.
 */
appmint_status appmint_app_app_tokens(const appmint_app *app,
                                      const char *const *scopes,
                                      size_t scopes_len,
                                      const char *subject,
                                      size_t subject_len,
                                      appmint_source **source,
                                      appmint_error **error);

/**
 * The URL where a user authorizes the app, with a fresh state; nothing goes out. `request` stays
 * yours, and may be NULL to ask for nothing in particular. You own `*authorization`:
 * appmint_authorization_free.
 */
appmint_status appmint_app_authorize(const appmint_app *app,
                                     const appmint_authorization_request *request,
                                     appmint_authorization **authorization,
                                     appmint_error **error);

/**
 * The code out of the URL that the user came back with, once its state has proved equal to
 * `state`. You own `*code`: appmint_text_free.
 *
 * APPMINT_ERROR_REAUTHORIZE for another state, APPMINT_ERROR_DENIED when the user said no.
 */
appmint_status appmint_app_authorization_code(const appmint_app *app,
                                              const char *callback_url,
                                              size_t callback_url_len,
                                              const char *state,
                                              size_t state_len,
                                              appmint_text **code,
                                              appmint_error **error);

/**
 * A user token for an authorization code, which is sent once, whatever happens; again only with
 * the second key, where the first was refused as the client's. `redirect_uri` is the one that the authorization had, or NULL; `code_verifier` the one of the authorization, or
 * NULL. You own `*token`: appmint_token_free.
 *
 * Blocks at most for the app's timeout.
 */
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
 * A new user token for a refresh token, which is sent once, whatever happens; again only with the
 * second key, where the first was refused as the client's. You own `*token`: appmint_token_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_refresh(const appmint_app *app,
                                   const char *refresh_token,
                                   size_t refresh_token_len,
                                   appmint_token **token,
                                   appmint_error **error);

/**
 * A webhook, once its signature has proved right with any of the secrets: two, while one replaces
 * the other. Nothing goes out.
 *
 * `headers` are the `headers_len` headers that came, all of them: which of them matter depends on
 * the platform. `body` is the bytes as they came: a body that was parsed and written again has
 * another signature. `secrets` are `secrets_len` texts, each with a NUL at its end. All of these
 * stay yours. You own `*webhook`: appmint_webhook_event_free.
 *
 * APPMINT_ERROR_UNAUTHORIZED with APPMINT_REASON_INVALID_SIGNATURE when no secret fits,
 * APPMINT_ERROR_UNSUPPORTED where the platform signs nothing.
 */
appmint_status appmint_app_verify_webhook(const appmint_app *app,
                                          const appmint_header *headers,
                                          size_t headers_len,
                                          const void *body,
                                          size_t body_len,
                                          const char *const *secrets,
                                          size_t secrets_len,
                                          appmint_webhook_event **webhook,
                                          appmint_error **error);

/**
 * Forgets the tokens that a webhook says are worth asking for anew: its installation was suspended,
 * deleted, or given other permissions or repositories. Answers how many; 0 for NULL. Nothing goes
 * out.
 */
size_t appmint_app_apply_webhook(const appmint_app *app, const appmint_webhook_event *webhook);

/**
 * How often things happened since the app was made. You own `*stats`: appmint_stats_free.
 */
appmint_status appmint_app_stats(const appmint_app *app,
                                 appmint_stats **stats,
                                 appmint_error **error);

/**
 * Ends the app's threads and forgets its tokens, before it is freed and whatever sources there are
 * of it. Calls that are on their way come to their end; new ones are refused.
 */
void appmint_app_close(const appmint_app *app);

/**
 * An API call as the app, or with the request's own token; any HTTP status is an answer, and
 * APPMINT_OK. `request` stays yours. You own `*response`: appmint_response_free.
 *
 * Blocks at most for the request's timeout, or the app's.
 */
appmint_status appmint_app_request(const appmint_app *app,
                                   const appmint_request *request,
                                   appmint_response **response,
                                   appmint_error **error);

/**
 * Frees an app. NULL is fine. Sources of it go on working; calls on their way on other threads
 * come to their end.
 */
void appmint_app_free(appmint_app *app);

/**
 * The app as the platform has it registered. You own `*registration`: appmint_registration_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_registration(const appmint_app *app,
                                        appmint_registration **registration,
                                        appmint_error **error);

/**
 * The app that a manifest's code stands for, with its key and secrets, which are told once: a code
 * works once. Needs no credential. You own `*registration`: appmint_registration_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_convert_manifest(const appmint_app *app,
                                            const char *code,
                                            size_t code_len,
                                            appmint_registration **registration,
                                            appmint_error **error);

/**
 * Suspends an installation: its tokens stop working until it is unsuspended.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_suspend_installation(const appmint_app *app,
                                                const char *id,
                                                size_t id_len,
                                                appmint_error **error);

/**
 * Lets a suspended installation work again.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_unsuspend_installation(const appmint_app *app,
                                                  const char *id,
                                                  size_t id_len,
                                                  appmint_error **error);

/**
 * Uninstalls the app from where this installation is. There is no way back.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_delete_installation(const appmint_app *app,
                                               const char *id,
                                               size_t id_len,
                                               appmint_error **error);

/**
 * Where the platform sends the app's events. You own `*webhook_config`: appmint_webhook_config_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_webhook_config(const appmint_app *app,
                                       appmint_webhook_config **webhook_config,
                                       appmint_error **error);

/**
 * Changes where and how the platform sends the app's events. `change` stays yours, and must change
 * something. You own `*webhook_config`: appmint_webhook_config_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_update_webhook_config(const appmint_app *app,
                                              const appmint_webhook_update *change,
                                              appmint_webhook_config **webhook_config,
                                              appmint_error **error);

/**
 * The events that were sent to the app, newest first, fetched page by page as they are asked for;
 * nothing goes out yet. You own `*listing`: appmint_webhook_deliveries_free. It goes on working when
 * `app` is freed.
 */
appmint_status appmint_app_webhook_deliveries(const appmint_app *app,
                                           appmint_webhook_deliveries **listing,
                                           appmint_error **error);

/**
 * One of them, with what was sent and what the receiver answered in its appmint_webhook_delivery_raw.
 * You own `*webhook_delivery`: appmint_webhook_delivery_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_webhook_delivery(const appmint_app *app,
                                         const char *id,
                                         size_t id_len,
                                         appmint_webhook_delivery **webhook_delivery,
                                         appmint_error **error);

/**
 * Has an event sent once more.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_redeliver_webhook(const appmint_app *app,
                                          const char *delivery_id,
                                          size_t delivery_id_len,
                                          appmint_error **error);

/**
 * A user's token as the platform knows it: its scopes, its expiry and whose it is. Its refresh
 * token is not told: keep the one you have. You own `*checked`: appmint_token_free.
 *
 * APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_INVALID_TOKEN when it is not valid any more, or
 * another app's. Blocks at most for the app's timeout.
 */
appmint_status appmint_app_check_token(const appmint_app *app,
                                       const char *token,
                                       size_t token_len,
                                       appmint_token **checked,
                                       appmint_error **error);

/**
 * A new token in the place of a user's token, which stops working. You own `*fresh`:
 * appmint_token_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_reset_token(const appmint_app *app,
                                       const char *token,
                                       size_t token_len,
                                       appmint_token **fresh,
                                       appmint_error **error);

/**
 * A user token that reaches a part of what `token` does, on exactly one account: `target` is its
 * name, or `target_id` its id; the other one is NULL. `scope` stays yours, and may be NULL for all
 * that `token` reaches there; if not, it must name something. You own `*scoped`:
 * appmint_token_free.
 *
 * Blocks at most for the app's timeout.
 */
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
 * Ends a user's token. One that is not valid any more counts as ended.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_delete_token(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        appmint_error **error);

/**
 * Ends a user's authorization of the app with all its tokens, given one of them.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_delete_grant(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        appmint_error **error);

/**
 * Ends an access or a refresh token at the authorization server (RFC 7009), with what the server
 * ties to it. `token_type_hint` is "access_token" or "refresh_token" and saves the server a search,
 * or NULL. One that the server does not know counts as ended.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without it. Blocks at most for the app's timeout.
 */
appmint_status appmint_app_revoke_token(const appmint_app *app,
                                        const char *token,
                                        size_t token_len,
                                        const char *token_type_hint,
                                        size_t token_type_hint_len,
                                        appmint_error **error);

/**
 * What the authorization server knows of an access or a refresh token (RFC 7662). `token_type_hint`
 * is "access_token" or "refresh_token" and saves the server a search, or NULL. A token that is over,
 * or somebody else's, is not an error: it is not active. You own `*introspection`:
 * appmint_introspection_free.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without it. Blocks at most for the app's timeout.
 */
appmint_status appmint_app_introspect_token(const appmint_app *app,
                                            const char *token,
                                            size_t token_len,
                                            const char *token_type_hint,
                                            size_t token_type_hint_len,
                                            appmint_introspection **introspection,
                                            appmint_error **error);

/**
 * Reports credentials that have leaked, whosever they are; the platform ends them and tells their
 * owners. Needs no credential. `credentials` are `credentials_len` texts, each with a NUL at its
 * end; they stay yours.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_revoke_credentials(const appmint_app *app,
                                              const char *const *credentials,
                                              size_t credentials_len,
                                              appmint_error **error);

/**
 * Ends an installation token. One that is not valid any more counts as ended.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_revoke_installation_token(const appmint_app *app,
                                                     const char *token,
                                                     size_t token_len,
                                                     appmint_error **error);

/**
 * The URL where a person installs the app; nothing goes out. `app_slug` is the app's short name,
 * as its page's URL has it. `state` is one of your own, which must be unguessable, or NULL for 256
 * random bits where the platform takes a state; where it does not, the authorization's is empty.
 * `redirect_uri` is where the person returns to, where the platform takes it, or NULL. You own
 * `*authorization`: appmint_authorization_free.
 */
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
 * The installation that a person came back from making, once the state in the URL has proved equal
 * to `state` and the platform has confirmed that it is this app's. You own `*installation`:
 * appmint_installation_free.
 *
 * APPMINT_ERROR_REAUTHORIZE for another state. Blocks at most for the app's timeout.
 */
appmint_status appmint_app_finish_install(const appmint_app *app,
                                          const char *callback_url,
                                          size_t callback_url_len,
                                          const char *state,
                                          size_t state_len,
                                          appmint_installation **installation,
                                          appmint_error **error);

/**
 * The user token that an authorization brought, given the URL or query that the user came back
 * with: its state must be the same, the platform must be, and it works once. `authorization` stays
 * yours. You own `*token`: appmint_token_free.
 *
 * APPMINT_ERROR_REAUTHORIZE for another state, and for one that was finished before;
 * APPMINT_ERROR_DENIED when the user said no. Blocks at most for the app's timeout.
 */
appmint_status appmint_app_finish_authorization(const appmint_app *app,
                                                const appmint_authorization *authorization,
                                                const char *callback_url,
                                                size_t callback_url_len,
                                                appmint_token **token,
                                                appmint_error **error);

/**
 * An authorization as text that only this app's store key opens, to be kept in a user's cookie or
 * session until the user comes back, to whichever process; nothing goes out. You own `*sealed`:
 * appmint_text_free.
 *
 * APPMINT_ERROR_INVALID_ARGUMENT without a store key.
 */
appmint_status appmint_app_seal_authorization(const appmint_app *app,
                                              const appmint_authorization *authorization,
                                              appmint_text **sealed,
                                              appmint_error **error);

/**
 * The authorization that was sealed; nothing goes out. You own `*authorization`:
 * appmint_authorization_free.
 *
 * APPMINT_ERROR_INVALID_ARGUMENT for text that this app's store key does not open.
 */
appmint_status appmint_app_open_authorization(const appmint_app *app,
                                              const char *sealed,
                                              size_t sealed_len,
                                              appmint_authorization **authorization,
                                              appmint_error **error);

/**
 * Begins a login of the person at this machine: a listener on 127.0.0.1 that their browser comes
 * back to (RFC 8252). Nothing goes out yet. `request` stays yours, and may be NULL to ask for
 * nothing in particular. You own `*login`: appmint_login_free. It goes on working when `app` is
 * freed.
 *
 * APPMINT_ERROR_TRANSPORT when no port is free.
 */
appmint_status appmint_app_start_login(const appmint_app *app,
                                       const appmint_login_request *request,
                                       appmint_login **login,
                                       appmint_error **error);

/**
 * Begins a login on another device (RFC 8628): it shows a code to type there. `scopes` are
 * `scopes_len` texts, each with a NUL at its end; they stay yours. You own `*login`:
 * appmint_device_login_free. It goes on working when `app` is freed.
 *
 * APPMINT_ERROR_UNSUPPORTED on a platform without it. Blocks at most for the app's timeout.
 */
appmint_status appmint_app_start_device_login(const appmint_app *app,
                                              const char *const *scopes,
                                              size_t scopes_len,
                                              appmint_device_login **login,
                                              appmint_error **error);

/**
 * A source of one user's tokens, which live in the store under a name of your choice and are
 * renewed ahead of their end; nothing goes out yet. Processes that share the store renew once. You
 * own `*source`: appmint_source_free. It goes on working when `app` is freed.
 *
 * APPMINT_ERROR_INVALID_ARGUMENT without a store or a client id. What the source is asked for
 * before appmint_app_start_session is APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_NO_SESSION.
 */
appmint_status appmint_app_session(const appmint_app *app,
                                   const char *name,
                                   size_t name_len,
                                   appmint_source **source,
                                   appmint_error **error);

/**
 * Writes a user's token down under a name, in the place of what was there: from now on
 * appmint_app_session gives it and renews it. `token` stays yours.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_start_session(const appmint_app *app,
                                         const char *name,
                                         size_t name_len,
                                         const appmint_token *token,
                                         appmint_error **error);

/**
 * Forgets a user's session, here and in the store. The tokens themselves go on working:
 * appmint_app_delete_grant ends them, where the platform has it.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_app_end_session(const appmint_app *app,
                                       const char *name,
                                       size_t name_len,
                                       appmint_error **error);

/**
 * The installation's id; NULL for the app's own tokens, and for what was not looked up yet. Borrowed
 * until `source` is freed.
 */
const char *appmint_source_installation_id(const appmint_source *source);

/**
 * A token that lives at least `min_valid_ms` longer (negative for the default, 60 s): from memory,
 * or newly minted, by one caller for all who ask meanwhile. You own `*token`: appmint_token_free.
 *
 * Blocks at most for `timeout_ms` (negative for the app's timeout); a token from memory does not.
 * When this caller stops waiting, the minting goes on for the others.
 */
appmint_status appmint_source_token(const appmint_source *source,
                                    int64_t min_valid_ms,
                                    int64_t timeout_ms,
                                    appmint_token **token,
                                    appmint_error **error);

/**
 * The value for an Authorization header, with such a token: see appmint_source_token. It holds the
 * secret. You own `*authorization`: appmint_text_free.
 */
appmint_status appmint_source_authorization_header(const appmint_source *source,
                                            int64_t min_valid_ms,
                                            int64_t timeout_ms,
                                            appmint_text **authorization,
                                            appmint_error **error);

/**
 * When the token in memory stops working; APPMINT_NO_TIME without one, or if the platform did not
 * say.
 */
int64_t appmint_source_expires_at_ms(const appmint_source *source);

/**
 * Forgets the token: the next call mints. A token already handed out still works.
 */
void appmint_source_invalidate(const appmint_source *source);

/**
 * Forgets the token and has the platform end it, wherever it was handed out. Nothing goes out
 * without one that still works; one that is being minted is not waited for.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_source_revoke(const appmint_source *source, appmint_error **error);

/**
 * Calls back with the token before, NULL for the first, and the new one, until the app and its
 * sources are freed. What is looked up is told of once it has been found.
 *
 * `callback` is called on a thread of appmint's, the one that fetched the token and on which others
 * may wait for it: it must be quick, must not wait for a token itself, and must not let a C++
 * exception out. `userdata` is taken over: `drop`, which may be NULL, is called with it exactly once,
 * when nothing will call back any more, and at once when this function fails.
 */
appmint_status appmint_source_on_change(const appmint_source *source,
                                        appmint_on_change callback,
                                        void *userdata,
                                        appmint_drop drop,
                                        appmint_error **error);

/**
 * The repositories that the token reaches, fetched page by page as they are asked for; nothing
 * goes out yet. You own `*listing`: appmint_repositories_free. It goes on working when `source` is
 * freed.
 */
appmint_status appmint_source_repositories(const appmint_source *source,
                                           appmint_repositories **listing,
                                           appmint_error **error);

/**
 * An API call as the installation; any HTTP status is an answer, and APPMINT_OK. `request` stays
 * yours. You own `*response`: appmint_response_free.
 *
 * Blocks at most for the request's timeout, or the app's.
 */
appmint_status appmint_source_request(const appmint_source *source,
                                      const appmint_request *request,
                                      appmint_response **response,
                                      appmint_error **error);

/**
 * Frees a source. NULL is fine; the app keeps the token for the next one.
 */
void appmint_source_free(appmint_source *source);

/**
 * What it stands for: "jwt", "app", "installation" or "user". Borrowed until `token` is freed.
 */
const char *appmint_token_kind(const appmint_token *token);

/**
 * The secret itself. Its length goes to `len` unless that is NULL. Borrowed until `token` is
 * freed.
 */
const char *appmint_token_reveal(const appmint_token *token, size_t *len);

/**
 * The value for an Authorization header; it holds the secret. Its length goes to `len` unless
 * that is NULL. Borrowed until `token` is freed.
 */
const char *appmint_token_authorization_header(const appmint_token *token, size_t *len);

/**
 * When it stops working; APPMINT_NO_TIME if the platform did not say.
 */
int64_t appmint_token_expires_at_ms(const appmint_token *token);

/**
 * What it may do: names of permissions and their levels, sorted by name. Borrowed until `token`
 * is freed.
 */
const appmint_map *appmint_token_permissions(const appmint_token *token);

/**
 * Which repositories it reaches: "all" or "selected", or NULL. Borrowed until `token` is freed.
 */
const char *appmint_token_repository_selection(const appmint_token *token);

/**
 * Names of the repositories that it was narrowed to; empty when it was not. Borrowed until `token`
 * is freed.
 */
const appmint_list *appmint_token_repositories(const appmint_token *token);

/**
 * The OAuth scopes granted. Borrowed until `token` is freed.
 */
const appmint_list *appmint_token_scopes(const appmint_token *token);

/**
 * The account whose token it is, where the platform was asked and said so, or NULL: see
 * appmint_app_check_token. Borrowed until `token` is freed.
 */
const char *appmint_token_account(const appmint_token *token);

/**
 * A JWT's payload as JSON, which is no secret; NULL for other tokens. Borrowed until `token` is
 * freed.
 */
const char *appmint_token_claims(const appmint_token *token);

/**
 * The refresh token itself, a secret, or NULL. Its length goes to `len` unless that is NULL.
 * Borrowed until `token` is freed.
 */
const char *appmint_token_reveal_refresh_token(const appmint_token *token, size_t *len);

/**
 * When the refresh token stops working; APPMINT_NO_TIME if the platform did not say.
 */
int64_t appmint_token_refresh_token_expires_at_ms(const appmint_token *token);

/**
 * What to show of it in a log: its kind, expiry and permissions, no secret. Borrowed until
 * `token` is freed.
 */
const char *appmint_token_to_string(const appmint_token *token);

/**
 * A copy of a token that is borrowed. You own it: appmint_token_free. NULL for NULL.
 */
appmint_token *appmint_token_copy(const appmint_token *token);

/**
 * Zeroizes and frees a token. NULL is fine.
 */
void appmint_token_free(appmint_token *token);

/**
 * 1 if the token works now, else 0.
 */
int appmint_introspection_active(const appmint_introspection *introspection);

/**
 * The OAuth scopes that it was granted. Borrowed like the introspection.
 */
const appmint_list *appmint_introspection_scopes(const appmint_introspection *introspection);

/**
 * The client that asked for it, or NULL. Borrowed like the introspection.
 */
const char *appmint_introspection_client_id(const appmint_introspection *introspection);

/**
 * Who authorized it, for people, or NULL. Borrowed like the introspection.
 */
const char *appmint_introspection_username(const appmint_introspection *introspection);

/**
 * Who authorized it, for machines: `sub`; or NULL. Borrowed like the introspection.
 */
const char *appmint_introspection_subject(const appmint_introspection *introspection);

/**
 * How it is used, such as "Bearer", or NULL. Borrowed like the introspection.
 */
const char *appmint_introspection_token_type(const appmint_introspection *introspection);

/**
 * Who issued it: `iss`; or NULL. Borrowed like the introspection.
 */
const char *appmint_introspection_issuer(const appmint_introspection *introspection);

/**
 * Whom it is meant for: `aud`. Borrowed like the introspection.
 */
const appmint_list *appmint_introspection_audience(const appmint_introspection *introspection);

/**
 * When it stops working, or APPMINT_NO_TIME.
 */
int64_t appmint_introspection_expires_at_ms(const appmint_introspection *introspection);

/**
 * When it was issued, or APPMINT_NO_TIME.
 */
int64_t appmint_introspection_issued_at_ms(const appmint_introspection *introspection);

/**
 * From when on it works, or APPMINT_NO_TIME.
 */
int64_t appmint_introspection_not_before_ms(const appmint_introspection *introspection);

/**
 * The whole object as the server sent it, as JSON. Its length goes to `len` unless that is NULL.
 * Borrowed like the introspection.
 */
const char *appmint_introspection_raw(const appmint_introspection *introspection, size_t *len);

/**
 * Frees an introspection. NULL is fine.
 */
void appmint_introspection_free(appmint_introspection *introspection);

/**
 * The next installation, from memory or the platform's next page; `*installation` is NULL after
 * the last. You own it: appmint_installation_free. After an error the same page is asked for
 * again.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_installations_next(const appmint_installations *listing,
                                          appmint_installation **installation,
                                          appmint_error **error);

/**
 * Frees a list, not the installations that came out of it. NULL is fine.
 */
void appmint_installations_free(appmint_installations *listing);

/**
 * Frees an installation. NULL is fine.
 */
void appmint_installation_free(appmint_installation *installation);

/**
 * Its id. Borrowed like the installation.
 */
const char *appmint_installation_id(const appmint_installation *installation);

/**
 * The account's path or login, or NULL. Borrowed like the installation.
 */
const char *appmint_installation_account(const appmint_installation *installation);

/**
 * The account's name for people, or NULL. Borrowed like the installation.
 */
const char *appmint_installation_account_name(const appmint_installation *installation);

/**
 * The account's id, or NULL. Borrowed like the installation.
 */
const char *appmint_installation_account_id(const appmint_installation *installation);

/**
 * The id of what the app is installed on, or NULL. Borrowed like the installation.
 */
const char *appmint_installation_target_id(const appmint_installation *installation);

/**
 * The app's id, or NULL. Borrowed like the installation.
 */
const char *appmint_installation_app_id(const appmint_installation *installation);

/**
 * The app's short name, or NULL. Borrowed like the installation.
 */
const char *appmint_installation_app_slug(const appmint_installation *installation);

/**
 * "all" or "selected", or NULL. Borrowed like the installation.
 */
const char *appmint_installation_repository_selection(const appmint_installation *installation);

/**
 * What was granted: names of permissions and their levels, sorted by name. Borrowed like the
 * installation.
 */
const appmint_map *appmint_installation_permissions(const appmint_installation *installation);

/**
 * The events that the app hears of. Borrowed like the installation.
 */
const appmint_list *appmint_installation_events(const appmint_installation *installation);

/**
 * When the app was installed, or APPMINT_NO_TIME.
 */
int64_t appmint_installation_created_at_ms(const appmint_installation *installation);

/**
 * When the installation last changed, or APPMINT_NO_TIME.
 */
int64_t appmint_installation_updated_at_ms(const appmint_installation *installation);

/**
 * When an owner suspended it, or APPMINT_NO_TIME.
 */
int64_t appmint_installation_suspended_at_ms(const appmint_installation *installation);

/**
 * The whole object as the platform sent it, as JSON. Its length goes to `len` unless that is NULL.
 * Borrowed like the installation.
 */
const char *appmint_installation_raw(const appmint_installation *installation, size_t *len);

/**
 * The next repository, from memory or the platform's next page; `*repository` is NULL after the
 * last. You own it: appmint_repository_free. After an error the same page is asked for again.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_repositories_next(const appmint_repositories *listing,
                                         appmint_repository **repository,
                                         appmint_error **error);

/**
 * Frees a list, not the repositories that came out of it. NULL is fine.
 */
void appmint_repositories_free(appmint_repositories *listing);

/**
 * Its id. Borrowed like the repository.
 */
const char *appmint_repository_id(const appmint_repository *repository);

/**
 * Its name without its owner, as appmint_scope_add_repository takes it. Borrowed like the
 * repository.
 */
const char *appmint_repository_name(const appmint_repository *repository);

/**
 * Its name with its owner, or NULL. Borrowed like the repository.
 */
const char *appmint_repository_full_name(const appmint_repository *repository);

/**
 * The account that owns it, or NULL. Borrowed like the repository.
 */
const char *appmint_repository_owner(const appmint_repository *repository);

/**
 * Whether it is hidden from the public: 1 or 0, or -1 where the platform did not say.
 */
int appmint_repository_is_private(const appmint_repository *repository);

/**
 * The whole object as the platform sent it, as JSON. Its length goes to `len` unless that is NULL.
 * Borrowed like the repository.
 */
const char *appmint_repository_raw(const appmint_repository *repository, size_t *len);

/**
 * Frees a repository. NULL is fine.
 */
void appmint_repository_free(appmint_repository *repository);

/**
 * The app's id. Borrowed like the registration.
 */
const char *appmint_registration_id(const appmint_registration *registration);

/**
 * The app's short name, which stands in URLs, or NULL. Borrowed like the registration.
 */
const char *appmint_registration_slug(const appmint_registration *registration);

/**
 * The app's name for people, or NULL. Borrowed like the registration.
 */
const char *appmint_registration_name(const appmint_registration *registration);

/**
 * The OAuth client id, or NULL. Borrowed like the registration.
 */
const char *appmint_registration_client_id(const appmint_registration *registration);

/**
 * The account that owns it, or NULL. Borrowed like the registration.
 */
const char *appmint_registration_owner(const appmint_registration *registration);

/**
 * What it asks for: names of permissions and their levels, sorted by name. Borrowed like the
 * registration.
 */
const appmint_map *appmint_registration_permissions(const appmint_registration *registration);

/**
 * The events that it hears of. Borrowed like the registration.
 */
const appmint_list *appmint_registration_events(const appmint_registration *registration);

/**
 * When it was registered, or APPMINT_NO_TIME.
 */
int64_t appmint_registration_created_at_ms(const appmint_registration *registration);

/**
 * When it last changed, or APPMINT_NO_TIME.
 */
int64_t appmint_registration_updated_at_ms(const appmint_registration *registration);

/**
 * The OAuth client secret itself, or NULL: appmint_app_convert_manifest alone tells it. Its length
 * goes to `len` unless that is NULL. Borrowed like the registration.
 */
const char *appmint_registration_reveal_client_secret(const appmint_registration *registration,
                                                      size_t *len);

/**
 * The secret that signs webhooks itself, or NULL: appmint_app_convert_manifest alone tells it. Its
 * length goes to `len` unless that is NULL. Borrowed like the registration.
 */
const char *appmint_registration_reveal_webhook_secret(const appmint_registration *registration,
                                                       size_t *len);

/**
 * The app's key itself, as PEM, or NULL: appmint_app_convert_manifest alone tells it. Its length
 * goes to `len` unless that is NULL. Borrowed like the registration.
 */
const char *appmint_registration_reveal_private_key(const appmint_registration *registration,
                                                    size_t *len);

/**
 * The whole object as the platform sent it, without the secrets, as JSON. Its length goes to `len`
 * unless that is NULL. Borrowed like the registration.
 */
const char *appmint_registration_raw(const appmint_registration *registration, size_t *len);

/**
 * Zeroizes and frees a registration. NULL is fine.
 */
void appmint_registration_free(appmint_registration *registration);

/**
 * The URL that events are sent to, or NULL. Borrowed like the configuration.
 */
const char *appmint_webhook_config_url(const appmint_webhook_config *webhook_config);

/**
 * How they are written, "json" or "form", or NULL. Borrowed like the configuration.
 */
const char *appmint_webhook_config_content_type(const appmint_webhook_config *webhook_config);

/**
 * Whether the receiver's certificate is left unchecked: 1 or 0, or -1 where the platform did not
 * say.
 */
int appmint_webhook_config_insecure_ssl(const appmint_webhook_config *webhook_config);

/**
 * The whole object as the platform sent it, as JSON. Its length goes to `len` unless that is NULL.
 * Borrowed like the configuration.
 */
const char *appmint_webhook_config_raw(const appmint_webhook_config *webhook_config, size_t *len);

/**
 * Frees a webhook's configuration. NULL is fine.
 */
void appmint_webhook_config_free(appmint_webhook_config *webhook_config);

/**
 * A change that changes nothing yet. You own it: appmint_webhook_update_free.
 */
appmint_webhook_update *appmint_webhook_update_new(void);

/**
 * The URL to send events to.
 */
appmint_status appmint_webhook_update_set_url(appmint_webhook_update *change,
                                           const char *url,
                                           size_t url_len,
                                           appmint_error **error);

/**
 * How to write them: "json" or "form".
 */
appmint_status appmint_webhook_update_set_content_type(appmint_webhook_update *change,
                                                    const char *content_type,
                                                    size_t content_type_len,
                                                    appmint_error **error);

/**
 * The secret to sign them with. Copied, and zeroized when the change is freed.
 */
appmint_status appmint_webhook_update_set_secret(appmint_webhook_update *change,
                                              const char *secret,
                                              size_t secret_len,
                                              appmint_error **error);

/**
 * Not 0: leaves the receiver's certificate unchecked, so that anybody on the way can pose as it;
 * 0: checks it.
 */
appmint_status appmint_webhook_update_set_insecure_ssl(appmint_webhook_update *change,
                                                    int insecure_ssl,
                                                    appmint_error **error);

/**
 * Zeroizes and frees a change. NULL is fine.
 */
void appmint_webhook_update_free(appmint_webhook_update *change);

/**
 * The next delivery, from memory or the platform's next page; `*webhook_delivery` is NULL after the
 * last. You own it: appmint_webhook_delivery_free. After an error the same page is asked for again.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_webhook_deliveries_next(const appmint_webhook_deliveries *listing,
                                            appmint_webhook_delivery **webhook_delivery,
                                            appmint_error **error);

/**
 * Frees a list, not the deliveries that came out of it. NULL is fine.
 */
void appmint_webhook_deliveries_free(appmint_webhook_deliveries *listing);

/**
 * The delivery's id, which appmint_app_redeliver_webhook takes. Borrowed like the delivery.
 */
const char *appmint_webhook_delivery_id(const appmint_webhook_delivery *webhook_delivery);

/**
 * The id that the receiver saw, the same for each attempt, or NULL. Borrowed like the delivery.
 */
const char *appmint_webhook_delivery_guid(const appmint_webhook_delivery *webhook_delivery);

/**
 * The event's name, or NULL. Borrowed like the delivery.
 */
const char *appmint_webhook_delivery_event(const appmint_webhook_delivery *webhook_delivery);

/**
 * What happened, such as "opened", or NULL. Borrowed like the delivery.
 */
const char *appmint_webhook_delivery_action(const appmint_webhook_delivery *webhook_delivery);

/**
 * What became of it, in the platform's words, or NULL. Borrowed like the delivery.
 */
const char *appmint_webhook_delivery_status(const appmint_webhook_delivery *webhook_delivery);

/**
 * The HTTP status that the receiver answered; 0 where the platform did not say.
 */
int appmint_webhook_delivery_status_code(const appmint_webhook_delivery *webhook_delivery);

/**
 * When it was sent, or APPMINT_NO_TIME.
 */
int64_t appmint_webhook_delivery_delivered_at_ms(const appmint_webhook_delivery *webhook_delivery);

/**
 * Whether it had been sent before: 1 or 0, or -1 where the platform did not say.
 */
int appmint_webhook_delivery_is_redelivery(const appmint_webhook_delivery *webhook_delivery);

/**
 * The installation that it is about, or NULL. Borrowed like the delivery.
 */
const char *appmint_webhook_delivery_installation_id(const appmint_webhook_delivery *webhook_delivery);

/**
 * The repository that it is about, or NULL. Borrowed like the delivery.
 */
const char *appmint_webhook_delivery_repository_id(const appmint_webhook_delivery *webhook_delivery);

/**
 * The whole object as the platform sent it, as JSON; of a single delivery with request and
 * response. Its length goes to `len` unless that is NULL. Borrowed like the delivery.
 */
const char *appmint_webhook_delivery_raw(const appmint_webhook_delivery *webhook_delivery, size_t *len);

/**
 * Frees a delivery. NULL is fine.
 */
void appmint_webhook_delivery_free(appmint_webhook_delivery *webhook_delivery);

/**
 * An authorization that asks for nothing in particular. You own it:
 * appmint_authorization_request_free.
 */
appmint_authorization_request *appmint_authorization_request_new(void);

/**
 * Where the user returns to; one of those registered for the app.
 */
appmint_status appmint_authorization_request_set_redirect_uri(appmint_authorization_request *request,
                                                              const char *redirect_uri,
                                                              size_t redirect_uri_len,
                                                              appmint_error **error);

/**
 * A state of your own, which must be unguessable; default 256 random bits.
 */
appmint_status appmint_authorization_request_set_state(appmint_authorization_request *request,
                                                       const char *state,
                                                       size_t state_len,
                                                       appmint_error **error);

/**
 * Adds an OAuth scope, where the platform takes them.
 */
appmint_status appmint_authorization_request_add_scope(appmint_authorization_request *request,
                                                       const char *scope,
                                                       size_t scope_len,
                                                       appmint_error **error);

/**
 * The account to suggest to the user, where the platform takes it.
 */
appmint_status appmint_authorization_request_set_login_hint(appmint_authorization_request *request,
                                                       const char *login,
                                                       size_t login_len,
                                                       appmint_error **error);

/**
 * Frees what an authorization asked for. NULL is fine.
 */
void appmint_authorization_request_free(appmint_authorization_request *request);

/**
 * Where to send the user's browser. Borrowed until `authorization` is freed.
 */
const char *appmint_authorization_url(const appmint_authorization *authorization);

/**
 * What the callback must bring back: keep it with the user's session. Borrowed until
 * `authorization` is freed.
 */
const char *appmint_authorization_state(const appmint_authorization *authorization);

/**
 * Where the user returns to, or NULL if the authorization named no place. Borrowed until
 * `authorization` is freed.
 */
const char *appmint_authorization_redirect_uri(const appmint_authorization *authorization);

/**
 * The PKCE verifier to hand to appmint_app_exchange_code, a secret; NULL where the platform has no
 * PKCE. Its length goes to `len` unless that is NULL. Borrowed until `authorization` is freed.
 */
const char *appmint_authorization_code_verifier(const appmint_authorization *authorization,
                                                size_t *len);

/**
 * Zeroizes and frees an authorization. NULL is fine.
 */
void appmint_authorization_free(appmint_authorization *authorization);

/**
 * A login that asks for nothing in particular. You own it: appmint_login_request_free.
 */
appmint_login_request *appmint_login_request_new(void);

/**
 * Adds an OAuth scope, where the platform takes them.
 */
appmint_status appmint_login_request_add_scope(appmint_login_request *request,
                                               const char *scope,
                                               size_t scope_len,
                                               appmint_error **error);

/**
 * The account to suggest, where the platform takes it.
 */
appmint_status appmint_login_request_set_login_hint(appmint_login_request *request,
                                               const char *login,
                                               size_t login_len,
                                               appmint_error **error);

/**
 * Adds a port of 127.0.0.1 to come back to, the first free one counting; default any free port.
 */
appmint_status appmint_login_request_add_port(appmint_login_request *request,
                                              uint16_t port,
                                              appmint_error **error);

/**
 * The path to come back to; default "/callback".
 */
appmint_status appmint_login_request_set_path(appmint_login_request *request,
                                              const char *path,
                                              size_t path_len,
                                              appmint_error **error);

/**
 * Frees what a login asked for. NULL is fine.
 */
void appmint_login_request_free(appmint_login_request *request);

/**
 * Where the person is to go. Borrowed until `login` is freed.
 */
const char *appmint_login_url(const appmint_login *login);

/**
 * Where the browser comes back to. Borrowed until `login` is freed.
 */
const char *appmint_login_redirect_uri(const appmint_login *login);

/**
 * Opens the person's browser there.
 *
 * APPMINT_ERROR_UNSUPPORTED where there is none; show the URL instead.
 */
appmint_status appmint_login_open_browser(const appmint_login *login, appmint_error **error);

/**
 * The person's token, once the browser has come back; the listener then closes. Requests of
 * strangers, and those that belong to another login, are turned away and waited past. A login is
 * waited for once. You own `*token`: appmint_token_free.
 *
 * Blocks at most for `timeout_ms` (negative for five minutes), which is APPMINT_ERROR_TIMEOUT, or
 * until appmint_login_cancel, which is APPMINT_ERROR_CANCELLED. APPMINT_ERROR_DENIED when the
 * person said no.
 */
appmint_status appmint_login_wait(const appmint_login *login,
                                  int64_t timeout_ms,
                                  appmint_token **token,
                                  appmint_error **error);

/**
 * Ends the waiting, on whatever thread it is, and closes the listener. NULL is fine.
 */
void appmint_login_cancel(const appmint_login *login);

/**
 * Frees a login. NULL is fine. The listener closes if nobody waited.
 */
void appmint_login_free(appmint_login *login);

/**
 * What the person types. Borrowed until `login` is freed.
 */
const char *appmint_device_login_user_code(const appmint_device_login *login);

/**
 * Where the person types it. Borrowed until `login` is freed.
 */
const char *appmint_device_login_verification_uri(const appmint_device_login *login);

/**
 * The same with the code in it, for a link or a QR code, where the platform has it, or NULL.
 * Borrowed until `login` is freed.
 */
const char *appmint_device_login_verification_uri_complete(const appmint_device_login *login);

/**
 * When the code stops working; APPMINT_NO_TIME if the platform did not say.
 */
int64_t appmint_device_login_expires_at_ms(const appmint_device_login *login);

/**
 * Asks once whether the person is done. APPMINT_ERROR_PENDING with the time to wait when not;
 * asked too early it answers that without asking the platform. You own `*token`:
 * appmint_token_free.
 *
 * Blocks at most for the app's timeout.
 */
appmint_status appmint_device_login_poll(const appmint_device_login *login,
                                         appmint_token **token,
                                         appmint_error **error);

/**
 * Asks in the platform's pace until the person is done, says no (APPMINT_ERROR_DENIED), or the
 * code expires (APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_EXPIRED_DEVICE_CODE). You own
 * `*token`: appmint_token_free.
 *
 * Blocks all that time, or until appmint_device_login_cancel, which is APPMINT_ERROR_CANCELLED.
 */
appmint_status appmint_device_login_wait(const appmint_device_login *login,
                                         appmint_token **token,
                                         appmint_error **error);

/**
 * Ends the waiting, on whatever thread it is. The code itself goes on working until it expires.
 * NULL is fine.
 */
void appmint_device_login_cancel(const appmint_device_login *login);

/**
 * Zeroizes and frees a login. NULL is fine.
 */
void appmint_device_login_free(appmint_device_login *login);

/**
 * A call of any method, such as "GET". `path` begins with "/" and is relative to the API, or is a
 * URL on one of the platform's own hosts; a query may follow it. You own `*request`:
 * appmint_request_free. It can be sent any number of times.
 */
appmint_status appmint_request_new(const char *method,
                                   size_t method_len,
                                   const char *path,
                                   size_t path_len,
                                   appmint_request **request,
                                   appmint_error **error);

/**
 * Adds a header.
 */
appmint_status appmint_request_add_header(appmint_request *request,
                                          const char *name,
                                          size_t name_len,
                                          const char *value,
                                          size_t value_len,
                                          appmint_error **error);

/**
 * Carries JSON.
 */
appmint_status appmint_request_set_json(appmint_request *request,
                                        const char *json,
                                        size_t json_len,
                                        appmint_error **error);

/**
 * Carries bytes; say what they are in a Content-Type header.
 */
appmint_status appmint_request_set_body(appmint_request *request,
                                        const void *body,
                                        size_t body_len,
                                        appmint_error **error);

/**
 * Makes the call with this token: a user's, or any other that belongs to the platform. For
 * appmint_app_request only.
 */
appmint_status appmint_request_set_token(appmint_request *request,
                                         const char *token,
                                         size_t token_len,
                                         appmint_error **error);

/**
 * Ends the whole call after this time in milliseconds, instead of the app's timeout.
 */
appmint_status appmint_request_set_timeout_ms(appmint_request *request,
                                              uint64_t timeout_ms,
                                              appmint_error **error);

/**
 * Zeroizes the token in a request and frees it. NULL is fine.
 */
void appmint_request_free(appmint_request *request);

/**
 * The HTTP status. 0 for NULL.
 */
int appmint_response_status(const appmint_response *response);

/**
 * The headers, names in lower case. Borrowed until `response` is freed.
 */
const appmint_map *appmint_response_headers(const appmint_response *response);

/**
 * The body: bytes without a NUL at their end. Their number goes to `len` unless that is NULL.
 * Borrowed until `response` is freed; not NULL even where the body is empty.
 */
const uint8_t *appmint_response_body(const appmint_response *response, size_t *len);

/**
 * Frees a response. NULL is fine.
 */
void appmint_response_free(appmint_response *response);

/**
 * The event's name, such as "push", or NULL. From a header on most platforms, which no signature
 * covers: it is a hint for routing, and the payload decides. Borrowed until `webhook` is freed.
 */
const char *appmint_webhook_event_name(const appmint_webhook_event *webhook);

/**
 * The delivery's id, to recognise one that comes twice, or NULL. From a header, too. Borrowed
 * until `webhook` is freed.
 */
const char *appmint_webhook_event_delivery_id(const appmint_webhook_event *webhook);

/**
 * The installation that it is about, from the part that was signed, or NULL. Borrowed until
 * `webhook` is freed.
 */
const char *appmint_webhook_event_installation_id(const appmint_webhook_event *webhook);

/**
 * What was signed, as JSON: the body, or the part of it that the platform signs. Its length goes
 * to `len` unless that is NULL. Borrowed until `webhook` is freed.
 */
const char *appmint_webhook_event_payload(const appmint_webhook_event *webhook, size_t *len);

/**
 * Frees a webhook. NULL is fine.
 */
void appmint_webhook_event_free(appmint_webhook_event *webhook);

#ifdef __cplusplus
}  /* extern "C" */
#endif  /* __cplusplus */

#endif  /* APPMINT_H */
