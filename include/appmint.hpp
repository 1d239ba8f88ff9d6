// appmint: authenticate as a platform app. A grant, put to a platform, yields a token; a source
// keeps one valid. C++17 over appmint.h; link with -lappmint.
//
//   auto app = appmint::App::builder("atomgit").app_id("75").private_key_file("app.pem").build();
//   std::string header = app.installation("14").token().authorization();
//
// What fails throws appmint::Error. Calls that go out block, at most for the app's timeout. Apps,
// sources, tokens and what else is handed out are cheap to copy, share what they hold, and may be
// used on any thread; a Builder and a Scope may be moved only, and belong to one thread at a time.

#ifndef APPMINT_HPP
#define APPMINT_HPP

#include "appmint.h"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace appmint {

// A point in time, and how platforms count it.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

// Makes the RS256 signature over a message. It may throw and may block; it is called on threads
// of appmint's, on several at once where several calls need it.
using Signer = std::function<std::string(std::string_view message)>;

// What the caller can do about an error.
enum class ErrorKind : int {
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
};

// A finer word beside the kind.
enum class Reason : int {
  clock_skew = APPMINT_REASON_CLOCK_SKEW,
  app_key_mismatch = APPMINT_REASON_APP_KEY_MISMATCH,
  no_public_key = APPMINT_REASON_NO_PUBLIC_KEY,
  app_not_found = APPMINT_REASON_APP_NOT_FOUND,
  bad_token = APPMINT_REASON_BAD_TOKEN,
  bad_client_credentials = APPMINT_REASON_BAD_CLIENT_CREDENTIALS,
  suspended = APPMINT_REASON_SUSPENDED,
  not_installed = APPMINT_REASON_NOT_INSTALLED,
  permission_not_granted = APPMINT_REASON_PERMISSION_NOT_GRANTED,
  repository_not_accessible = APPMINT_REASON_REPOSITORY_NOT_ACCESSIBLE,
  rate_limit = APPMINT_REASON_RATE_LIMIT,
  dead_code = APPMINT_REASON_DEAD_CODE,
  dead_refresh_token = APPMINT_REASON_DEAD_REFRESH_TOKEN,
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
  bad_signature = APPMINT_REASON_BAD_SIGNATURE,
};

namespace detail {

inline std::optional<std::string> maybe(const char *text) {
  return text ? std::optional<std::string>(text) : std::nullopt;
}

inline std::string text(const char *text) { return text ? text : ""; }

inline std::optional<Time> time(std::int64_t ms) {
  if (ms == APPMINT_NO_TIME) return std::nullopt;
  return Time(std::chrono::milliseconds(ms));
}

inline std::vector<std::string> list(const appmint_list *list) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < appmint_list_len(list); i++)
    texts.push_back(appmint_list_at(list, i));
  return texts;
}

template <class Map = std::map<std::string, std::string>>
Map map(const appmint_map *map) {
  Map texts;
  for (std::size_t i = 0; i < appmint_map_len(map); i++)
    texts.emplace(appmint_map_name_at(map, i), appmint_map_value_at(map, i));
  return texts;
}

// An absent text is NULL to C; an empty view may be NULL too, and must not become absent.
inline const char *start(std::string_view text) { return text.data() ? text.data() : ""; }
inline const char *start(const std::optional<std::string_view> &text) {
  return text ? start(*text) : nullptr;
}
inline std::size_t size(const std::optional<std::string_view> &text) {
  return text ? text->size() : 0;
}

template <class Duration>
std::uint64_t count(Duration duration) {
  return duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count());
}

}  // namespace detail

// The name of a kind, such as "not_found".
inline std::string name(ErrorKind kind) {
  return detail::text(appmint_error_kind_name(static_cast<int>(kind)));
}

// The name of a reason, such as "suspended".
inline std::string name(Reason reason) {
  return detail::text(appmint_error_reason_name(static_cast<int>(reason)));
}

// Why a call failed. It holds no secret; what() is the message with the hint.
class Error : public std::runtime_error {
 public:
  // Takes the error over.
  explicit Error(appmint_error *error)
      : std::runtime_error(detail::text(appmint_error_to_string(error))),
        error_(error, appmint_error_free) {}

  ErrorKind kind() const { return static_cast<ErrorKind>(appmint_error_kind(error_.get())); }
  std::optional<Reason> reason() const {
    auto reason = appmint_error_reason(error_.get());
    if (reason == APPMINT_REASON_NONE) return std::nullopt;
    return static_cast<Reason>(reason);
  }
  // What happened, without the hint.
  std::string message() const { return detail::text(appmint_error_message(error_.get())); }
  // What to do about it.
  std::optional<std::string> hint() const {
    return detail::maybe(appmint_error_hint(error_.get()));
  }
  // The HTTP status, if there was an answer.
  std::optional<int> status() const {
    int status = appmint_error_status(error_.get());
    return status ? std::optional<int>(status) : std::nullopt;
  }
  std::optional<std::string> platform_code() const {
    return detail::maybe(appmint_error_platform_code(error_.get()));
  }
  std::optional<std::string> request_id() const {
    return detail::maybe(appmint_error_request_id(error_.get()));
  }
  std::optional<std::chrono::milliseconds> retry_after() const {
    auto ms = appmint_error_retry_after_ms(error_.get());
    return ms < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(ms));
  }
  // Whether the same call may work later without a change.
  bool is_retryable() const { return appmint_error_is_retryable(error_.get()) != 0; }

 private:
  std::shared_ptr<const appmint_error> error_;
};

namespace detail {

// Calls, and throws what goes wrong.
template <class Call>
void check(Call call) {
  appmint_error *error = nullptr;
  if (call(&error) != APPMINT_OK) throw Error(error);
}

// Calls, and owns what was made.
template <class T, class Call>
std::shared_ptr<T> made(void (*free)(T *), Call call) {
  T *object = nullptr;
  check([&](appmint_error **error) { return call(&object, error); });
  return {object, free};
}

}  // namespace detail

// The library's version.
inline std::string version() { return detail::text(appmint_version()); }

// The names of the built-in platforms.
inline std::vector<std::string> platforms() { return detail::list(appmint_platforms()); }

// A clock that stands still until it is moved, for tests. Copies share one time.
class ManualClock {
 public:
  explicit ManualClock(Time now)
      : clock_(appmint_clock_new(now.time_since_epoch().count()), appmint_clock_free) {}

  Time now() const { return Time(std::chrono::milliseconds(appmint_clock_now_ms(clock_.get()))); }
  void set(Time now) const { appmint_clock_set_ms(clock_.get(), now.time_since_epoch().count()); }
  void advance(std::chrono::milliseconds by) const {
    appmint_clock_advance_ms(clock_.get(), detail::count(by));
  }
  const appmint_clock *c_handle() const { return clock_.get(); }

 private:
  std::shared_ptr<appmint_clock> clock_;
};

// A token: a snapshot. Printing it shows no secret.
class Token {
 public:
  explicit Token(std::shared_ptr<const appmint_token> token) : token_(std::move(token)) {}

  // "jwt", "installation" or "user".
  std::string kind() const { return detail::text(appmint_token_kind(c_handle())); }
  // The secret itself.
  std::string reveal() const { return detail::text(appmint_token_reveal(c_handle(), nullptr)); }
  // The value for an Authorization header.
  std::string authorization() const {
    return detail::text(appmint_token_authorization(c_handle(), nullptr));
  }
  std::optional<Time> expires_at() const {
    return detail::time(appmint_token_expires_at_ms(c_handle()));
  }
  std::map<std::string, std::string> permissions() const {
    return detail::map(appmint_token_permissions(c_handle()));
  }
  // "all" or "selected".
  std::optional<std::string> repository_selection() const {
    return detail::maybe(appmint_token_repository_selection(c_handle()));
  }
  // Names of the repositories that it was narrowed to; empty when it was not.
  std::vector<std::string> repositories() const {
    return detail::list(appmint_token_repositories(c_handle()));
  }
  std::vector<std::string> scopes() const {
    return detail::list(appmint_token_scopes(c_handle()));
  }
  // A JWT's payload as JSON.
  std::optional<std::string> claims() const {
    return detail::maybe(appmint_token_claims(c_handle()));
  }
  // The refresh token itself.
  std::optional<std::string> reveal_refresh_token() const {
    return detail::maybe(appmint_token_reveal_refresh_token(c_handle(), nullptr));
  }
  std::optional<Time> refresh_token_expires_at() const {
    return detail::time(appmint_token_refresh_token_expires_at_ms(c_handle()));
  }
  const appmint_token *c_handle() const { return token_.get(); }

  friend std::ostream &operator<<(std::ostream &out, const Token &token) {
    return out << detail::text(appmint_token_to_string(token.c_handle()));
  }

 private:
  std::shared_ptr<const appmint_token> token_;
};

// One installation of the app on an account. Only its id is certain.
class Installation {
 public:
  explicit Installation(std::shared_ptr<const appmint_installation> installation)
      : installation_(std::move(installation)) {}

  std::string id() const { return detail::text(appmint_installation_id(c_handle())); }
  // The account's path or login.
  std::optional<std::string> account() const {
    return detail::maybe(appmint_installation_account(c_handle()));
  }
  // Its name for people.
  std::optional<std::string> account_name() const {
    return detail::maybe(appmint_installation_account_name(c_handle()));
  }
  std::optional<std::string> account_id() const {
    return detail::maybe(appmint_installation_account_id(c_handle()));
  }
  // The id of what the app is installed on.
  std::optional<std::string> target_id() const {
    return detail::maybe(appmint_installation_target_id(c_handle()));
  }
  std::optional<std::string> app_id() const {
    return detail::maybe(appmint_installation_app_id(c_handle()));
  }
  std::optional<std::string> app_slug() const {
    return detail::maybe(appmint_installation_app_slug(c_handle()));
  }
  // "all" or "selected".
  std::optional<std::string> repository_selection() const {
    return detail::maybe(appmint_installation_repository_selection(c_handle()));
  }
  std::map<std::string, std::string> permissions() const {
    return detail::map(appmint_installation_permissions(c_handle()));
  }
  std::vector<std::string> events() const {
    return detail::list(appmint_installation_events(c_handle()));
  }
  std::optional<Time> created_at() const {
    return detail::time(appmint_installation_created_at_ms(c_handle()));
  }
  std::optional<Time> updated_at() const {
    return detail::time(appmint_installation_updated_at_ms(c_handle()));
  }
  std::optional<Time> suspended_at() const {
    return detail::time(appmint_installation_suspended_at_ms(c_handle()));
  }
  // The whole object as the platform sent it, JSON.
  std::string raw() const { return detail::text(appmint_installation_raw(c_handle(), nullptr)); }
  const appmint_installation *c_handle() const { return installation_.get(); }

 private:
  std::shared_ptr<const appmint_installation> installation_;
};

// What an installation is looked up by: Lookup::organization("acme").
class Lookup {
 public:
  // An account of any kind, as the platform writes it: path, login, name or id.
  static Lookup account(std::string_view name) { return {APPMINT_LOOKUP_ACCOUNT, name}; }
  // An installation's id.
  static Lookup id(std::string_view id) { return {APPMINT_LOOKUP_ID, id}; }
  static Lookup organization(std::string_view name) { return {APPMINT_LOOKUP_ORGANIZATION, name}; }
  // A user's login.
  static Lookup user(std::string_view login) { return {APPMINT_LOOKUP_USER, login}; }
  // As "owner/name".
  static Lookup repository(std::string_view name) { return {APPMINT_LOOKUP_REPOSITORY, name}; }
  // Its short name.
  static Lookup enterprise(std::string_view name) { return {APPMINT_LOOKUP_ENTERPRISE, name}; }

 private:
  friend class App;
  Lookup(appmint_lookup kind, std::string_view text) : kind_(kind), text_(text) {}

  appmint_lookup kind_;
  std::string text_;
};

// A part of what an installation was granted, everything at first:
// Scope().repository("api").permission("contents", "read").
class Scope {
 public:
  Scope() : scope_(appmint_scope_new(), appmint_scope_free) {}

  // Adds a repository by name, without its owner.
  Scope &repository(std::string_view name) {
    detail::check([&](auto error) {
      return appmint_scope_add_repository(scope_.get(), detail::start(name), name.size(), error);
    });
    return *this;
  }
  Scope &repository_id(std::string_view id) {
    detail::check([&](auto error) {
      return appmint_scope_add_repository_id(scope_.get(), detail::start(id), id.size(), error);
    });
    return *this;
  }
  Scope &permission(std::string_view name, std::string_view level) {
    detail::check([&](auto error) {
      return appmint_scope_set_permission(scope_.get(), detail::start(name), name.size(),
                                          detail::start(level), level.size(), error);
    });
    return *this;
  }
  const appmint_scope *c_handle() const { return scope_.get(); }

 private:
  std::unique_ptr<appmint_scope, void (*)(appmint_scope *)> scope_;
};

// What an authorization asks for.
struct AuthorizationRequest {
  std::optional<std::string> redirect_uri = std::nullopt;
  std::optional<std::string> state = std::nullopt;  // must be unguessable; default 256 random bits
  std::vector<std::string> scopes = {};
  std::optional<std::string> login = std::nullopt;
};

// A place to send a user to, and what must be kept until the user comes back.
class Authorization {
 public:
  explicit Authorization(std::shared_ptr<const appmint_authorization> authorization)
      : authorization_(std::move(authorization)) {}

  std::string url() const { return detail::text(appmint_authorization_url(c_handle())); }
  std::string state() const { return detail::text(appmint_authorization_state(c_handle())); }
  // The PKCE verifier to hand to exchange_code, where the platform has PKCE.
  std::optional<std::string> code_verifier() const {
    return detail::maybe(appmint_authorization_code_verifier(c_handle(), nullptr));
  }
  const appmint_authorization *c_handle() const { return authorization_.get(); }

 private:
  std::shared_ptr<const appmint_authorization> authorization_;
};

// What an API call carries.
struct RequestOptions {
  std::multimap<std::string, std::string> headers = {};
  std::optional<std::string> json = std::nullopt;   // JSON text, or …
  std::optional<std::string> body = std::nullopt;   // … bytes
  std::optional<std::string> token = std::nullopt;  // instead of the app's own
};

// The platform's answer to an API call, whatever its status.
class Response {
 public:
  explicit Response(std::shared_ptr<const appmint_response> response)
      : response_(std::move(response)) {}

  int status() const { return appmint_response_status(c_handle()); }
  // Names in lower case.
  std::multimap<std::string, std::string> headers() const {
    return detail::map<std::multimap<std::string, std::string>>(
        appmint_response_headers(c_handle()));
  }
  std::string body() const {
    std::size_t size = 0;
    auto bytes = reinterpret_cast<const char *>(appmint_response_body(c_handle(), &size));
    return bytes ? std::string(bytes, size) : std::string();
  }
  const appmint_response *c_handle() const { return response_.get(); }

 private:
  std::shared_ptr<const appmint_response> response_;
};

namespace detail {

inline std::shared_ptr<appmint_request> request(std::string_view method, std::string_view path,
                                                const RequestOptions &options) {
  auto request = made(appmint_request_free, [&](auto out, auto error) {
    return appmint_request_new(start(method), method.size(), start(path), path.size(), out, error);
  });
  auto set = [&](auto setter, const std::optional<std::string> &value) {
    if (!value) return;
    check([&](auto error) { return setter(request.get(), value->data(), value->size(), error); });
  };
  for (const auto &[name, value] : options.headers)
    check([&, &name = name, &value = value](auto error) {
      return appmint_request_add_header(request.get(), name.data(), name.size(), value.data(),
                                        value.size(), error);
    });
  set(appmint_request_set_json, options.json);
  set(appmint_request_set_body, options.body);
  set(appmint_request_set_token, options.token);
  return request;
}

}  // namespace detail

// An event that a platform sent, with a signature that was proved.
class Webhook {
 public:
  explicit Webhook(std::shared_ptr<const appmint_webhook> webhook) : webhook_(std::move(webhook)) {}

  // From a header on most platforms, which no signature covers: the payload decides.
  std::optional<std::string> event() const {
    return detail::maybe(appmint_webhook_event(c_handle()));
  }
  // To recognise a delivery that comes twice. From a header, too.
  std::optional<std::string> delivery_id() const {
    return detail::maybe(appmint_webhook_delivery_id(c_handle()));
  }
  // From the part that was signed.
  std::optional<std::string> installation_id() const {
    return detail::maybe(appmint_webhook_installation_id(c_handle()));
  }
  // What was signed, JSON: the body, or the part of it that the platform signs.
  std::string payload() const { return detail::text(appmint_webhook_payload(c_handle(), nullptr)); }
  const appmint_webhook *c_handle() const { return webhook_.get(); }

 private:
  std::shared_ptr<const appmint_webhook> webhook_;
};

// Keeps one token of an installation valid. Sources of one installation share it.
class TokenSource {
 public:
  explicit TokenSource(std::shared_ptr<const appmint_source> source) : source_(std::move(source)) {}

  std::string installation_id() const {
    return detail::text(appmint_source_installation_id(c_handle()));
  }
  // A token that lives at least min_valid longer (default 60 s), from memory or newly minted.
  Token token(std::optional<std::chrono::milliseconds> min_valid = std::nullopt) const {
    auto ms = min_valid ? static_cast<std::int64_t>(detail::count(*min_valid)) : -1;
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_source_token(c_handle(), ms, out, error);
    }));
  }
  // Forgets the token in memory: the next call mints.
  void invalidate() const { appmint_source_invalidate(c_handle()); }
  // An API call as the installation.
  Response request(std::string_view method, std::string_view path,
                   const RequestOptions &options = {}) const {
    auto request = detail::request(method, path, options);
    return Response(detail::made(appmint_response_free, [&](auto out, auto error) {
      return appmint_source_request(c_handle(), request.get(), out, error);
    }));
  }
  const appmint_source *c_handle() const { return source_.get(); }

 private:
  std::shared_ptr<const appmint_source> source_;
};

// An app on a platform.
class App {
 public:
  class Builder;
  // An app on a built-in platform, such as "atomgit".
  static Builder builder(std::string_view platform);
  // An app whose platform is described with Builder::platform_descriptor.
  static Builder builder();

  explicit App(std::shared_ptr<const appmint_app> app) : app_(std::move(app)) {}

  // The app's own JWT, reused until 60 s before it expires.
  Token jwt() const {
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_app_jwt(c_handle(), out, error);
    }));
  }
  // SHA-256 of the public key as the settings page shows it; none with a Signer.
  std::optional<std::string> fingerprint() const {
    return detail::maybe(appmint_app_fingerprint(c_handle()));
  }
  std::string platform_name() const { return detail::text(appmint_app_platform_name(c_handle())); }
  // How far the platform's clock is ahead of ours, as far as is known; 0 at first.
  std::chrono::milliseconds clock_offset() const {
    return std::chrono::milliseconds(appmint_app_clock_offset_ms(c_handle()));
  }
  // Every installation of the app.
  std::vector<Installation> installations() const {
    auto list = detail::made(appmint_installations_free, [&](auto out, auto error) {
      return appmint_app_installations(c_handle(), out, error);
    });
    std::vector<Installation> installations;
    for (std::size_t i = 0; i < appmint_installations_len(list.get()); i++)
      installations.emplace_back(std::shared_ptr<const appmint_installation>(
          list, appmint_installations_at(list.get(), i)));  // keeps the list that it is in
    return installations;
  }
  // The installation on an account of any kind: its path, login, name or id.
  Installation find_installation(std::string_view account) const {
    return Installation(detail::made(appmint_installation_free, [&](auto out, auto error) {
      return appmint_app_find_installation(c_handle(), detail::start(account), account.size(), out,
                                           error);
    }));
  }
  // The installation on what is looked up.
  Installation find_installation(const Lookup &lookup) const {
    return Installation(detail::made(appmint_installation_free, [&](auto out, auto error) {
      return appmint_app_find_installation_by(c_handle(), lookup.kind_, lookup.text_.data(),
                                              lookup.text_.size(), out, error);
    }));
  }
  // A source of tokens for one installation; nothing goes out yet.
  TokenSource installation(std::string_view id) const {
    return TokenSource(detail::made(appmint_source_free, [&](auto out, auto error) {
      return appmint_app_installation(c_handle(), detail::start(id), id.size(), out, error);
    }));
  }
  // A source of tokens for a part of what the installation was granted; nothing goes out yet.
  TokenSource installation(std::string_view id, const Scope &scope) const {
    return TokenSource(detail::made(appmint_source_free, [&](auto out, auto error) {
      return appmint_app_narrowed_installation(c_handle(), detail::start(id), id.size(),
                                               scope.c_handle(), out, error);
    }));
  }
  // The URL where a user authorizes the app, with a fresh state.
  Authorization authorize(const AuthorizationRequest &request = {}) const;
  // The code out of a callback URL, once its state is proven equal.
  std::string authorization_code(std::string_view callback_url, std::string_view state) const {
    auto code = detail::made(appmint_text_free, [&](auto out, auto error) {
      return appmint_app_authorization_code(c_handle(), detail::start(callback_url),
                                            callback_url.size(), detail::start(state),
                                            state.size(), out, error);
    });
    return detail::text(appmint_text_reveal(code.get(), nullptr));
  }
  // A user token for an authorization code; never sent twice.
  Token exchange_code(std::string_view code,
                      std::optional<std::string_view> redirect_uri = std::nullopt,
                      std::optional<std::string_view> code_verifier = std::nullopt) const {
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_app_exchange_code(
          c_handle(), detail::start(code), code.size(), detail::start(redirect_uri),
          detail::size(redirect_uri), detail::start(code_verifier), detail::size(code_verifier),
          out, error);
    }));
  }
  // A new user token for a refresh token; never sent twice.
  Token refresh(std::string_view refresh_token) const {
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_app_refresh(c_handle(), detail::start(refresh_token), refresh_token.size(),
                                 out, error);
    }));
  }
  // A webhook, once its signature has proved right with one of the secrets: two, while one replaces
  // the other. All headers that came, and the body as it came; nothing goes out.
  Webhook verify_webhook(const std::map<std::string, std::string> &headers, std::string_view body,
                         const std::vector<std::string_view> &secrets) const;
  // An API call as the app, or with the token given.
  Response request(std::string_view method, std::string_view path,
                   const RequestOptions &options = {}) const {
    auto request = detail::request(method, path, options);
    return Response(detail::made(appmint_response_free, [&](auto out, auto error) {
      return appmint_app_request(c_handle(), request.get(), out, error);
    }));
  }
  const appmint_app *c_handle() const { return app_.get(); }

 private:
  std::shared_ptr<const appmint_app> app_;
};

inline Authorization App::authorize(const AuthorizationRequest &request) const {
  std::shared_ptr<appmint_authorization_request> asked(appmint_authorization_request_new(),
                                                       appmint_authorization_request_free);
  auto set = [&](auto setter, const std::optional<std::string> &value) {
    if (!value) return;
    detail::check([&](auto error) {
      return setter(asked.get(), value->data(), value->size(), error);
    });
  };
  set(appmint_authorization_request_set_redirect_uri, request.redirect_uri);
  set(appmint_authorization_request_set_state, request.state);
  for (const auto &scope : request.scopes) set(appmint_authorization_request_add_scope, scope);
  set(appmint_authorization_request_set_login, request.login);
  return Authorization(detail::made(appmint_authorization_free, [&](auto out, auto error) {
    return appmint_app_authorize(c_handle(), asked.get(), out, error);
  }));
}

inline Webhook App::verify_webhook(const std::map<std::string, std::string> &headers,
                                   std::string_view body,
                                   const std::vector<std::string_view> &secrets) const {
  std::vector<appmint_header> came;
  for (const auto &[name, value] : headers) came.push_back({name.c_str(), value.c_str()});
  std::vector<std::string> ended(secrets.begin(), secrets.end());
  std::vector<const char *> keys;
  for (const auto &secret : ended) keys.push_back(secret.c_str());
  return Webhook(detail::made(appmint_webhook_free, [&](auto out, auto error) {
    return appmint_app_verify_webhook(c_handle(), came.data(), came.size(), detail::start(body),
                                      body.size(), keys.data(), keys.size(), out, error);
  }));
}

// What a program says about its app.
class App::Builder {
 public:
  Builder() : config_(appmint_config_new(), appmint_config_free) {}

  Builder &platform(std::string_view name) {
    return set(appmint_config_set_platform, name);
  }
  // A descriptor as JSON text, instead of a name.
  Builder &platform_descriptor(std::string_view platform_descriptor) {
    return set(appmint_config_set_platform_descriptor, platform_descriptor);
  }
  // The host that the platform is at, where it can be at several: "git.corp.example".
  Builder &host(std::string_view host) {
    return set(appmint_config_set_host, host);
  }
  // The base of the API, instead of the platform's own.
  Builder &api_url(std::string_view api_url) {
    return set(appmint_config_set_api_url, api_url);
  }
  // The base of the web pages, where a user authorizes.
  Builder &web_url(std::string_view web_url) {
    return set(appmint_config_set_web_url, web_url);
  }
  Builder &app_id(std::string_view app_id) {
    return set(appmint_config_set_app_id, app_id);
  }
  Builder &client_id(std::string_view client_id) {
    return set(appmint_config_set_client_id, client_id);
  }
  Builder &client_secret(std::string_view client_secret) {
    return set(appmint_config_set_client_secret, client_secret);
  }
  // PEM, DER, or any pasted form.
  Builder &private_key(std::string_view private_key) {
    return set(appmint_config_set_private_key, private_key);
  }
  // For the time of a rotation: turned to when the platform does not know the first.
  Builder &other_private_key(std::string_view other_private_key) {
    return set(appmint_config_set_other_private_key, other_private_key);
  }
  // Of an encrypted PKCS#8 key.
  Builder &private_key_passphrase(std::string_view private_key_passphrase) {
    return set(appmint_config_set_private_key_passphrase, private_key_passphrase);
  }
  // Signs instead of a private key.
  Builder &signer(Signer signer) {
    auto drop = [](void *userdata) { delete static_cast<Signer *>(userdata); };
    auto owned = std::make_unique<Signer>(std::move(signer));
    appmint_signer callback = {sizeof(appmint_signer), owned.release(), &Builder::sign, drop};
    return put(appmint_config_set_signer, &callback);
  }
  // How far iat lies back; default 60 s.
  Builder &jwt_back_date(std::chrono::seconds by) {
    return put(appmint_config_set_jwt_back_date_s, detail::count(by));
  }
  // How far exp lies ahead; default 540 s.
  Builder &jwt_lifetime(std::chrono::seconds by) {
    return put(appmint_config_set_jwt_lifetime_s, detail::count(by));
  }
  // For a whole call; default 30 s.
  Builder &timeout(std::chrono::milliseconds after) {
    return put(appmint_config_set_timeout_ms, detail::count(after));
  }
  // Default 10 s.
  Builder &connect_timeout(std::chrono::milliseconds after) {
    return put(appmint_config_set_connect_timeout_ms, detail::count(after));
  }
  // A URL instead of the environment's; empty for none.
  Builder &proxy(std::string_view proxy) {
    return set(appmint_config_set_proxy, proxy);
  }
  // PEM of extra roots to trust.
  Builder &root_certificates(std::string_view root_certificates) {
    return set(appmint_config_set_root_certificates, root_certificates);
  }
  // Put before appmint's own User-Agent.
  Builder &user_agent(std::string_view user_agent) {
    return set(appmint_config_set_user_agent, user_agent);
  }
  // Also speaks http to other hosts than this machine: everybody on the way can read the tokens.
  Builder &allow_plain_http(bool allow = true) {
    return put(appmint_config_set_allow_plain_http, allow ? 1 : 0);
  }
  // In bytes; default 32 MiB.
  Builder &max_response_body(std::size_t bytes) {
    return put(appmint_config_set_max_response_body, bytes);
  }
  // Further attempts of GETs and minting after a passing failure; default 2.
  Builder &retries(std::uint32_t times) { return put(appmint_config_set_retries, times); }
  // Tells the time, for tests.
  Builder &clock(const ManualClock &clock) {
    return put(appmint_config_set_clock, clock.c_handle());
  }
  // Reads the key from a file; std::system_error if it cannot be read.
  Builder &private_key_file(const std::filesystem::path &path) {
    std::ifstream file(path, std::ios::binary);
    std::string key{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) throw std::system_error(errno, std::generic_category(), path.string());
    return private_key(key);
  }

  // The app; nothing goes out. The builder can be used again.
  App build() const {
    return App(detail::made(appmint_app_free, [&](auto out, auto error) {
      return appmint_app_new(config_.get(), out, error);
    }));
  }

 private:
  template <class Setter>
  Builder &set(Setter setter, std::string_view value) {
    detail::check([&](auto error) {
      return setter(config_.get(), detail::start(value), value.size(), error);
    });
    return *this;
  }
  template <class Setter, class Value>
  Builder &put(Setter setter, Value value) {
    detail::check([&](auto error) { return setter(config_.get(), value, error); });
    return *this;
  }
  static int sign(void *userdata, const std::uint8_t *message, std::size_t message_len,
                  std::uint8_t *signature, std::size_t *signature_len) noexcept try {
    auto text = reinterpret_cast<const char *>(message);
    auto made = (*static_cast<Signer *>(userdata))(std::string_view(text, message_len));
    if (made.size() > *signature_len) return 2;
    std::memcpy(signature, made.data(), made.size());
    *signature_len = made.size();
    return 0;
  } catch (...) {
    return 1;
  }

  std::unique_ptr<appmint_config, void (*)(appmint_config *)> config_;
};

inline App::Builder App::builder() { return Builder(); }

inline App::Builder App::builder(std::string_view platform) {
  Builder builder;
  builder.platform(platform);
  return builder;
}

}  // namespace appmint

#endif  // APPMINT_HPP
