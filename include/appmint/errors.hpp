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
  invalid_argument = APPMINT_ERROR_INVALID_ARGUMENT,
  unsupported = APPMINT_ERROR_UNSUPPORTED,
  key = APPMINT_ERROR_KEY,
  transport = APPMINT_ERROR_TRANSPORT,
  timeout = APPMINT_ERROR_TIMEOUT,
  cancelled = APPMINT_ERROR_CANCELLED,
  unauthorized = APPMINT_ERROR_UNAUTHORIZED,
  forbidden = APPMINT_ERROR_FORBIDDEN,
  not_found = APPMINT_ERROR_NOT_FOUND,
  rate_limited = APPMINT_ERROR_RATE_LIMITED,
  rejected = APPMINT_ERROR_REJECTED,
  reauthorize = APPMINT_ERROR_REAUTHORIZE,
  denied = APPMINT_ERROR_DENIED,
  pending = APPMINT_ERROR_PENDING,
  server = APPMINT_ERROR_SERVER,
  protocol = APPMINT_ERROR_PROTOCOL,
  store = APPMINT_ERROR_STORE,
  callback = APPMINT_ERROR_CALLBACK,
  internal = APPMINT_ERROR_INTERNAL,
  resource_exhausted = APPMINT_ERROR_RESOURCE_EXHAUSTED,
};

/// The cause in one word. Later versions may add values.
enum class Reason : appmint_reason {
  clock_skew = APPMINT_REASON_CLOCK_SKEW,
  app_key_mismatch = APPMINT_REASON_APP_KEY_MISMATCH,
  no_public_key = APPMINT_REASON_NO_PUBLIC_KEY,
  app_not_found = APPMINT_REASON_APP_NOT_FOUND,
  invalid_token = APPMINT_REASON_INVALID_TOKEN,
  invalid_client = APPMINT_REASON_INVALID_CLIENT,
  suspended = APPMINT_REASON_SUSPENDED,
  not_installed = APPMINT_REASON_NOT_INSTALLED,
  permission_not_granted = APPMINT_REASON_PERMISSION_NOT_GRANTED,
  repository_not_accessible = APPMINT_REASON_REPOSITORY_NOT_ACCESSIBLE,
  rate_limit = APPMINT_REASON_RATE_LIMIT,
  invalid_code = APPMINT_REASON_INVALID_CODE,
  invalid_refresh_token = APPMINT_REASON_INVALID_REFRESH_TOKEN,
  rotation_interrupted = APPMINT_REASON_ROTATION_INTERRUPTED,
  state_mismatch = APPMINT_REASON_STATE_MISMATCH,
  redirect_uri_mismatch = APPMINT_REASON_REDIRECT_URI_MISMATCH,
  access_denied = APPMINT_REASON_ACCESS_DENIED,
  not_a_private_key = APPMINT_REASON_NOT_A_PRIVATE_KEY,
  damaged_key = APPMINT_REASON_DAMAGED_KEY,
  passphrase_needed = APPMINT_REASON_PASSPHRASE_NEEDED,
  wrong_passphrase = APPMINT_REASON_WRONG_PASSPHRASE,
  unsuitable_key = APPMINT_REASON_UNSUITABLE_KEY,
  unreachable = APPMINT_REASON_UNREACHABLE,
  tls = APPMINT_REASON_TLS,
  connection_lost = APPMINT_REASON_CONNECTION_LOST,
  body_too_large = APPMINT_REASON_BODY_TOO_LARGE,
  not_json = APPMINT_REASON_NOT_JSON,
  missing_member = APPMINT_REASON_MISSING_MEMBER,
  expired_on_arrival = APPMINT_REASON_EXPIRED_ON_ARRIVAL,
  redirect = APPMINT_REASON_REDIRECT,
  unknown_platform = APPMINT_REASON_UNKNOWN_PLATFORM,
  invalid_descriptor = APPMINT_REASON_INVALID_DESCRIPTOR,
  missing_credential = APPMINT_REASON_MISSING_CREDENTIAL,
  foreign_host = APPMINT_REASON_FOREIGN_HOST,
  invalid_signature = APPMINT_REASON_INVALID_SIGNATURE,
  no_session = APPMINT_REASON_NO_SESSION,
  authorization_pending = APPMINT_REASON_AUTHORIZATION_PENDING,
  slow_down = APPMINT_REASON_SLOW_DOWN,
  expired_device_code = APPMINT_REASON_EXPIRED_DEVICE_CODE,
  stale_authorization = APPMINT_REASON_STALE_AUTHORIZATION,
  duplicate_member = APPMINT_REASON_DUPLICATE_MEMBER,
  invalid_assertion = APPMINT_REASON_INVALID_ASSERTION,
  unsupported_token_type = APPMINT_REASON_UNSUPPORTED_TOKEN_TYPE,
  issuer_mismatch = APPMINT_REASON_ISSUER_MISMATCH,
  wrong_store_key = APPMINT_REASON_WRONG_STORE_KEY,
  private_address = APPMINT_REASON_PRIVATE_ADDRESS,
  proxy_authentication_required = APPMINT_REASON_PROXY_AUTHENTICATION_REQUIRED,
  installation_requested = APPMINT_REASON_INSTALLATION_REQUESTED,
};

/// Why a call failed. It contains no secret. what() is the message and the hint.
class Error : public std::runtime_error {
 public:
  /// Takes the ownership of `error`.
  explicit Error(appmint_error *error);

  [[nodiscard]] ErrorKind kind() const;
  [[nodiscard]] std::optional<Reason> reason() const;
  /// The message, without the hint: a clause in lower case.
  [[nodiscard]] std::string message() const;
  /// The hint: a sentence that says what to do.
  [[nodiscard]] std::optional<std::string> hint() const;
  /// The HTTP status of the platform's response, if there was one.
  [[nodiscard]] std::optional<int> status() const;
  /// The platform's own error code.
  [[nodiscard]] std::optional<std::string> platform_code() const;
  /// The platform's id of the request, for its support.
  [[nodiscard]] std::optional<std::string> request_id() const;
  /// The page where a person authorizes the access by single sign-on, if the platform asks for that.
  [[nodiscard]] std::optional<std::string> sso_url() const;
  /// The permissions that were missing, each as `name=level`, if the platform lists those with which it
  /// accepts the call. Of several alternatives the one that lacks the fewest; the hint has all of them.
  [[nodiscard]] std::vector<std::string> missing_permissions() const;
  /// The time to wait before the next attempt.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const;
  /// Whether the same call may work later without a change. Not after an error by which the code or
  /// refresh token that the call sent may be spent.
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
