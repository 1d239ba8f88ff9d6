// Errors. Part of appmint.hpp.

#ifndef APPMINT_ERRORS_HPP
#define APPMINT_ERRORS_HPP

#include "convert.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>

namespace appmint {
inline namespace abi0 {

/// The kind of an error says what the caller can do about it. Later versions may add values.
enum class ErrorKind : appmint_status {
  /// Fix the call: an argument is missing, malformed, or contradicts another.
  invalid_argument = APPMINT_ERROR_INVALID_ARGUMENT,
  /// Do without it: the platform does not offer this operation or argument.
  unsupported = APPMINT_ERROR_UNSUPPORTED,
  /// Fix the private key: it cannot be used, and the reason says why.
  key = APPMINT_ERROR_KEY,
  /// Try again: there was no HTTP response (DNS, connect, TLS, or the connection was lost).
  transport = APPMINT_ERROR_TRANSPORT,
  /// Try again, or allow more time: the time of the call or of its caller was over.
  timeout = APPMINT_ERROR_TIMEOUT,
  /// Do nothing: the program cancelled the call.
  cancelled = APPMINT_ERROR_CANCELLED,
  /// Fix the credentials: the platform refused the JWT, the key, the client secret or the token.
  unauthorized = APPMINT_ERROR_UNAUTHORIZED,
  /// Ask an owner: the installation is suspended, a permission is not granted, or a repository is
  /// not part of it.
  forbidden = APPMINT_ERROR_FORBIDDEN,
  /// Install the app, or check the name: there is no such installation or object.
  not_found = APPMINT_ERROR_NOT_FOUND,
  /// Wait for `Error::retry_after`, then try again: the quota of requests is used up.
  rate_limited = APPMINT_ERROR_RATE_LIMITED,
  /// Fix the request: the platform refused it and said why.
  rejected = APPMINT_ERROR_REJECTED,
  /// Let the user authorize the app again: the authorization, the code or the refresh token is not
  /// valid any more.
  reauthorize = APPMINT_ERROR_REAUTHORIZE,
  /// Accept that the user declined.
  denied = APPMINT_ERROR_DENIED,
  /// Ask again after `Error::retry_after`: somebody has not finished.
  pending = APPMINT_ERROR_PENDING,
  /// Try again later: the platform failed (5xx).
  server = APPMINT_ERROR_SERVER,
  /// Report it to the platform: its response cannot be understood.
  protocol = APPMINT_ERROR_PROTOCOL,
  /// Look after the token store: it failed.
  store = APPMINT_ERROR_STORE,
  /// Fix the callback that you gave: it failed. `Error::cause()` is what it threw.
  callback = APPMINT_ERROR_CALLBACK,
  /// Report it: this is a bug in appmint.
  internal = APPMINT_ERROR_INTERNAL,
  /// Try again later: this machine has no thread, file descriptor or memory left.
  resource_exhausted = APPMINT_ERROR_RESOURCE_EXHAUSTED,
};

/// The cause in one word. Later versions may add values.
enum class Reason : appmint_reason {
  /// The platform says that the JWT's times are wrong: a clock is off.
  clock_skew = APPMINT_REASON_CLOCK_SKEW,
  /// The JWT's signature does not match: the key belongs to another app.
  app_key_mismatch = APPMINT_REASON_APP_KEY_MISMATCH,
  /// The app has no public key on the platform yet.
  no_public_key = APPMINT_REASON_NO_PUBLIC_KEY,
  /// The platform knows no app with this id.
  app_not_found = APPMINT_REASON_APP_NOT_FOUND,
  /// The token is unknown, expired or revoked.
  invalid_token = APPMINT_REASON_INVALID_TOKEN,
  /// The client id or client secret is wrong.
  invalid_client = APPMINT_REASON_INVALID_CLIENT,
  /// An owner suspended the installation.
  suspended = APPMINT_REASON_SUSPENDED,
  /// The app is not installed there.
  not_installed = APPMINT_REASON_NOT_INSTALLED,
  /// The installation was not granted a permission.
  permission_not_granted = APPMINT_REASON_PERMISSION_NOT_GRANTED,
  /// A repository is not part of the installation.
  repository_not_accessible = APPMINT_REASON_REPOSITORY_NOT_ACCESSIBLE,
  /// The quota of requests is used up.
  rate_limit = APPMINT_REASON_RATE_LIMIT,
  /// The authorization code is unknown, expired or already used.
  invalid_code = APPMINT_REASON_INVALID_CODE,
  /// The refresh token is unknown, expired or revoked.
  invalid_refresh_token = APPMINT_REASON_INVALID_REFRESH_TOKEN,
  /// A refresh was sent, and its response never arrived.
  rotation_interrupted = APPMINT_REASON_ROTATION_INTERRUPTED,
  /// The callback's state differs from the authorization's.
  state_mismatch = APPMINT_REASON_STATE_MISMATCH,
  /// The redirect URI is not registered for the app.
  redirect_uri_mismatch = APPMINT_REASON_REDIRECT_URI_MISMATCH,
  /// The user declined the authorization.
  access_denied = APPMINT_REASON_ACCESS_DENIED,
  /// The text is something other than a private key.
  not_a_private_key = APPMINT_REASON_NOT_A_PRIVATE_KEY,
  /// The key's text is cut off or damaged.
  damaged_key = APPMINT_REASON_DAMAGED_KEY,
  /// The key is encrypted, and no passphrase was given.
  passphrase_needed = APPMINT_REASON_PASSPHRASE_NEEDED,
  /// The passphrase does not open the key.
  wrong_passphrase = APPMINT_REASON_WRONG_PASSPHRASE,
  /// It is a private key, but not an RSA key of 2048 to 8192 bits.
  unsuitable_key = APPMINT_REASON_UNSUITABLE_KEY,
  /// The host's name did not resolve, or nothing answered there.
  unreachable = APPMINT_REASON_UNREACHABLE,
  /// The TLS handshake failed.
  tls = APPMINT_REASON_TLS,
  /// The connection broke before the response was complete.
  connection_lost = APPMINT_REASON_CONNECTION_LOST,
  /// The response is larger than its limit.
  body_too_large = APPMINT_REASON_BODY_TOO_LARGE,
  /// The response is not the JSON that it should be.
  not_json = APPMINT_REASON_NOT_JSON,
  /// The response lacks a member, or has one of the wrong form.
  missing_member = APPMINT_REASON_MISSING_MEMBER,
  /// The response's token had expired when it arrived.
  expired_on_arrival = APPMINT_REASON_EXPIRED_ON_ARRIVAL,
  /// The platform answered with a redirect that is not followed.
  redirect = APPMINT_REASON_REDIRECT,
  /// No built-in platform has this name.
  unknown_platform = APPMINT_REASON_UNKNOWN_PLATFORM,
  /// The descriptor of a platform is not valid.
  invalid_descriptor = APPMINT_REASON_INVALID_DESCRIPTOR,
  /// This operation needs a credential that the app was not given.
  missing_credential = APPMINT_REASON_MISSING_CREDENTIAL,
  /// The URL is not on one of the platform's own hosts.
  foreign_host = APPMINT_REASON_FOREIGN_HOST,
  /// A webhook's signature is missing or does not match.
  invalid_signature = APPMINT_REASON_INVALID_SIGNATURE,
  /// The store has no session of this name.
  no_session = APPMINT_REASON_NO_SESSION,
  /// The user has not authorized the device yet.
  authorization_pending = APPMINT_REASON_AUTHORIZATION_PENDING,
  /// The device asks too often.
  slow_down = APPMINT_REASON_SLOW_DOWN,
  /// The device code expired before the login was completed.
  expired_device_code = APPMINT_REASON_EXPIRED_DEVICE_CODE,
  /// The authorization was finished before, or began more than an hour ago.
  stale_authorization = APPMINT_REASON_STALE_AUTHORIZATION,
  /// An object in the response has a member twice.
  duplicate_member = APPMINT_REASON_DUPLICATE_MEMBER,
  /// The assertion that the app signed was refused.
  invalid_assertion = APPMINT_REASON_INVALID_ASSERTION,
  /// The platform does not revoke tokens of this type, or the token is not a bearer token.
  unsupported_token_type = APPMINT_REASON_UNSUPPORTED_TOKEN_TYPE,
  /// The server's metadata belongs to another issuer.
  issuer_mismatch = APPMINT_REASON_ISSUER_MISMATCH,
  /// A record in the store is sealed with a key that the app was not given.
  wrong_store_key = APPMINT_REASON_WRONG_STORE_KEY,
  /// The host has no public address, and private ones are refused.
  private_address = APPMINT_REASON_PRIVATE_ADDRESS,
  /// The proxy wants a user name and a password, or refused those it was given.
  proxy_authentication_required = APPMINT_REASON_PROXY_AUTHENTICATION_REQUIRED,
  /// A person asked for the installation, which an owner of the account must approve.
  installation_requested = APPMINT_REASON_INSTALLATION_REQUESTED,
};

/// An error: what failed, and what to do about it. It never holds a secret or the body of a
/// response. what() is the message and the hint.
class Error : public std::runtime_error {
 public:
  /// Takes the ownership of `error`.
  explicit Error(appmint_error *error);

  /// The kind, which says what the caller can do.
  [[nodiscard]] ErrorKind kind() const;
  /// The finer reason within the kind, such as "suspended". No value if there is no finer word.
  [[nodiscard]] std::optional<Reason> reason() const;
  /// The message: a clause in lower case that says what failed.
  [[nodiscard]] std::string message() const;
  /// The hint: a sentence that says what to do. No value if there is no advice.
  [[nodiscard]] std::optional<std::string> hint() const;
  /// The HTTP status of the platform's response. No value if there was no response.
  [[nodiscard]] std::optional<int> status() const;
  /// The platform's own error code, such as "bad_verification_code". No value if the platform named
  /// none.
  [[nodiscard]] std::optional<std::string> platform_code() const;
  /// The platform's id of the request, for its support. No value if the platform named none.
  [[nodiscard]] std::optional<std::string> request_id() const;
  /// The page where a person authorizes the access by single sign-on. No value if the platform does
  /// not ask for that.
  [[nodiscard]] std::optional<std::string> sso_url() const;
  /// The permissions that were missing, each as "name=level", if the platform lists those with
  /// which it accepts the call. Of several alternatives those of the one that lacks the fewest; the
  /// hint has all of them.
  [[nodiscard]] std::vector<std::string> missing_permissions() const;
  /// How long to wait before the next attempt, at most a day. No value if the platform named no
  /// time.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const;
  /// Whether the same call may work later without a change. It may not after an error by which the
  /// code or refresh token that the call sent may be spent.
  [[nodiscard]] bool is_retryable() const;
  /// The exception that a callback of the program threw and that this error comes of, to be rethrown;
  /// null if none did. Not for a program that itself passes a cause to appmint_callback_failed.
  [[nodiscard]] std::exception_ptr cause() const;

 private:
  std::shared_ptr<const appmint_error> error_;
};

/// The name of a kind, such as "not_found".
[[nodiscard]] inline std::string to_string(ErrorKind kind) {
  return detail::text(appmint_error_kind_name(static_cast<appmint_status>(kind)));
}

/// The name of a reason, such as "suspended".
[[nodiscard]] inline std::string to_string(Reason reason) {
  return detail::text(appmint_error_reason_name(static_cast<appmint_reason>(reason)));
}

inline std::ostream &operator<<(std::ostream &out, ErrorKind kind) {
  return out << to_string(kind);
}

inline std::ostream &operator<<(std::ostream &out, Reason reason) {
  return out << to_string(reason);
}

namespace detail {

// Throws an error. A program without exceptions ends, with its text: it reads the outcomes of calls.
[[noreturn]] inline void raise(const Error &error) {
#if APPMINT_EXCEPTIONS
  throw error;
#else
  std::fprintf(stderr, "appmint: %s\n", error.what());
  std::abort();
#endif
}

}  // namespace detail

inline Error::Error(appmint_error *error)
    : std::runtime_error(detail::text(appmint_error_to_string(error))),
      error_(error, appmint_error_free) {}

inline ErrorKind Error::kind() const {
  return static_cast<ErrorKind>(appmint_error_kind(error_.get()));
}

inline std::optional<Reason> Error::reason() const {
  auto reason = appmint_error_reason(error_.get());
  if (reason == APPMINT_REASON_NONE) return std::nullopt;
  return static_cast<Reason>(reason);
}

inline std::string Error::message() const {
  return detail::text(appmint_error_message(error_.get()));
}

inline std::optional<std::string> Error::hint() const {
  return detail::optional_text(appmint_error_hint(error_.get()));
}

inline std::optional<int> Error::status() const {
  int status = appmint_error_status(error_.get());
  return status ? std::optional<int>(status) : std::nullopt;
}

inline std::optional<std::string> Error::platform_code() const {
  return detail::optional_text(appmint_error_platform_code(error_.get()));
}

inline std::optional<std::string> Error::request_id() const {
  return detail::optional_text(appmint_error_request_id(error_.get()));
}

inline std::optional<std::string> Error::sso_url() const {
  return detail::optional_text(appmint_error_sso_url(error_.get()));
}

inline std::vector<std::string> Error::missing_permissions() const {
  return detail::list(appmint_error_missing_permissions(error_.get()));
}

inline std::optional<std::chrono::milliseconds> Error::retry_after() const {
  return detail::duration(appmint_error_retry_after_ms(error_.get()));
}

inline std::exception_ptr Error::cause() const {
  auto cause = static_cast<std::exception_ptr *>(appmint_error_cause(error_.get()));
  return cause ? *cause : nullptr;
}

inline bool Error::is_retryable() const { return appmint_error_is_retryable(error_.get()) != 0; }

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_ERRORS_HPP
