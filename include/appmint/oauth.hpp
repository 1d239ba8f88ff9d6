// Users who authorize the app, and who log in. Part of appmint.hpp.

#ifndef APPMINT_OAUTH_HPP
#define APPMINT_OAUTH_HPP

#include "authorization.hpp"
#include "tokens.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {
inline namespace abi0 {

/// The optional arguments of App::authorize.
struct AuthorizationRequest {
  /// Where the user returns to: one of the URIs that are registered for the app.
  std::optional<std::string> redirect_uri = std::nullopt;
  /// The state, which must be unguessable; default 256 random bits.
  std::optional<std::string> state = std::nullopt;
  std::vector<std::string> scopes = {};
  /// The account to suggest to the user.
  std::optional<std::string> login_hint = std::nullopt;
  /// The prompt that the user sees even when logged in, such as "select_account".
  std::optional<std::string> prompt = std::nullopt;
};

/// The optional arguments of App::exchange_token.
struct TokenExchange {
  /// The token's type, a URI of RFC 8693 section 3; default that of a JWT.
  std::optional<std::string> subject_token_type = std::nullopt;
  std::vector<std::string> scopes = {};
  /// The name of the service that the new token is for.
  std::optional<std::string> audience = std::nullopt;
  /// The URI of the service that the new token is for.
  std::optional<std::string> resource = std::nullopt;
};

/// The optional arguments of App::start_login.
struct LoginRequest {
  std::vector<std::string> scopes = {};
  /// The account to suggest to the user.
  std::optional<std::string> login_hint = std::nullopt;
  /// The prompt that the user sees even when logged in, such as "select_account".
  std::optional<std::string> prompt = std::nullopt;
  /// Ports of 127.0.0.1, of which the listener takes the first that is free; default any.
  std::vector<std::uint16_t> ports = {};
  /// The path that the browser comes back to; default "/callback".
  std::optional<std::string> path = std::nullopt;
  /// The host of the URL that the browser comes back to: "127.0.0.1" (the default) or "localhost".
  std::optional<std::string> host = std::nullopt;
};

/// A login that waits for a browser to come back.
class Login {
 public:
  explicit Login(std::shared_ptr<const appmint_login> login) : login_(std::move(login)) {}

  /// The URL for the user's browser.
  [[nodiscard]] std::string url() const { return detail::text(appmint_login_url(c_handle())); }
  /// The URL that the browser comes back to.
  [[nodiscard]] std::string redirect_uri() const {
    return detail::text(appmint_login_redirect_uri(c_handle()));
  }
  /// Opens the user's browser at the URL. ErrorKind::unsupported if there is no browser.
  void open_browser() const;
  /// The user's token, once the browser has come back. The listener then closes. Blocks at most for
  /// `timeout` (default five minutes), then ErrorKind::timeout. A login can be waited for once.
  [[nodiscard]] Token wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;
  /// Ends the wait of another thread with ErrorKind::cancelled, and closes the listener.
  void cancel() const { appmint_login_cancel(c_handle()); }
  [[nodiscard]] const appmint_login *c_handle() const { return login_.get(); }

 private:
  std::shared_ptr<const appmint_login> login_;
};

/// A login that waits for a user to type a code on another device.
class DeviceLogin {
 public:
  explicit DeviceLogin(std::shared_ptr<const appmint_device_login> login)
      : login_(std::move(login)) {}

  /// The code that the user types.
  [[nodiscard]] std::string user_code() const {
    return detail::text(appmint_device_login_user_code(c_handle()));
  }
  /// The page where the user types it.
  [[nodiscard]] std::string verification_uri() const {
    return detail::text(appmint_device_login_verification_uri(c_handle()));
  }
  /// The same page with the code filled in, for a link or a QR code.
  [[nodiscard]] std::optional<std::string> verification_uri_complete() const {
    return detail::optional_text(appmint_device_login_verification_uri_complete(c_handle()));
  }
  /// When the code expires.
  [[nodiscard]] std::optional<Time> expires_at() const {
    return detail::time(appmint_device_login_expires_at_ms(c_handle()));
  }
  /// The user's token, if the user has typed the code. ErrorKind::pending with the time to wait if
  /// not; a call before that time is not sent to the platform.
  [[nodiscard]] Token poll() const;
  /// The user's token. Polls at the platform's interval, and blocks until the user has typed the
  /// code, refuses, or the code expires.
  [[nodiscard]] Token wait() const;
  /// Ends the wait of another thread with ErrorKind::cancelled. The code stays valid until it
  /// expires.
  void cancel() const { appmint_device_login_cancel(c_handle()); }
  [[nodiscard]] const appmint_device_login *c_handle() const { return login_.get(); }

 private:
  std::shared_ptr<const appmint_device_login> login_;
};

/// The account that a user's token is scoped to: Target::account("acme").
class Target {
 public:
  /// A login or an organization's name.
  [[nodiscard]] static Target account(std::string_view name) {
    return {std::string(name), std::nullopt};
  }
  [[nodiscard]] static Target id(std::string_view id) { return {std::nullopt, std::string(id)}; }

 private:
  friend class App;
  friend class AsyncApp;
  Target(std::optional<std::string> account, std::optional<std::string> id)
      : account_(std::move(account)), id_(std::move(id)) {}

  std::optional<std::string> account_, id_;
};

/// The authorization server's view of a token (RFC 7662). If it is not active, nothing else is
/// known.
class Introspection {
 public:
  explicit Introspection(std::shared_ptr<const appmint_introspection> introspection)
      : introspection_(std::move(introspection)) {}

  /// Whether the token works now.
  [[nodiscard]] bool active() const { return appmint_introspection_active(c_handle()) != 0; }
  /// The OAuth scopes that were granted.
  [[nodiscard]] std::vector<std::string> scopes() const {
    return detail::list(appmint_introspection_scopes(c_handle()));
  }
  /// The client that requested the token.
  [[nodiscard]] std::optional<std::string> client_id() const {
    return detail::optional_text(appmint_introspection_client_id(c_handle()));
  }
  /// A readable name of the user who authorized it.
  [[nodiscard]] std::optional<std::string> username() const {
    return detail::optional_text(appmint_introspection_username(c_handle()));
  }
  /// The id of the user who authorized it (`sub`).
  [[nodiscard]] std::optional<std::string> subject() const {
    return detail::optional_text(appmint_introspection_subject(c_handle()));
  }
  /// The token's type, such as "Bearer".
  [[nodiscard]] std::optional<std::string> token_type() const {
    return detail::optional_text(appmint_introspection_token_type(c_handle()));
  }
  /// The server that issued it (`iss`).
  [[nodiscard]] std::optional<std::string> issuer() const {
    return detail::optional_text(appmint_introspection_issuer(c_handle()));
  }
  /// The services that it is meant for (`aud`).
  [[nodiscard]] std::vector<std::string> audience() const {
    return detail::list(appmint_introspection_audience(c_handle()));
  }
  /// When the token expires.
  [[nodiscard]] std::optional<Time> expires_at() const {
    return detail::time(appmint_introspection_expires_at_ms(c_handle()));
  }
  /// When it was issued.
  [[nodiscard]] std::optional<Time> issued_at() const {
    return detail::time(appmint_introspection_issued_at_ms(c_handle()));
  }
  /// When it becomes valid.
  [[nodiscard]] std::optional<Time> not_before() const {
    return detail::time(appmint_introspection_not_before_ms(c_handle()));
  }
  /// The whole object as the server sent it: JSON.
  [[nodiscard]] std::string raw() const {
    return detail::text(appmint_introspection_raw(c_handle(), nullptr));
  }
  [[nodiscard]] const appmint_introspection *c_handle() const { return introspection_.get(); }

 private:
  std::shared_ptr<const appmint_introspection> introspection_;
};

inline void Login::open_browser() const {
  detail::check([&](auto error) { return appmint_login_open_browser(c_handle(), error); });
}

inline Token Login::wait(std::optional<std::chrono::milliseconds> timeout) const {
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_login_wait(c_handle(), detail::count(timeout), out, error);
  }));
}

inline Token DeviceLogin::poll() const {
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_device_login_poll(c_handle(), out, error);
  }));
}

inline Token DeviceLogin::wait() const {
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_device_login_wait(c_handle(), out, error);
  }));
}

inline Authorization App::authorize() const { return authorize(AuthorizationRequest()); }

inline Authorization App::authorize(const AuthorizationRequest &request) const {
  std::shared_ptr<appmint_authorization_request> object(appmint_authorization_request_new(),
                                                        appmint_authorization_request_free);
  detail::set(object, appmint_authorization_request_set_redirect_uri, request.redirect_uri);
  detail::set(object, appmint_authorization_request_set_state, request.state);
  for (const auto &scope : request.scopes)
    detail::set(object, appmint_authorization_request_add_scope, scope);
  detail::set(object, appmint_authorization_request_set_login_hint, request.login_hint);
  detail::set(object, appmint_authorization_request_set_prompt, request.prompt);
  return Authorization(detail::made(appmint_authorization_free, [&](auto out, auto error) {
    return appmint_app_authorize(c_handle(), object.get(), out, error);
  }));
}

inline std::string App::authorization_code(std::string_view callback_url,
                                           std::string_view state) const {
  return detail::revealed(detail::made(appmint_text_free, [&](auto out, auto error) {
    return appmint_app_authorization_code(c_handle(), detail::start(callback_url),
                                          callback_url.size(), detail::start(state), state.size(),
                                          out, error);
  }));
}

inline Token App::exchange_code(std::string_view code, std::optional<std::string_view> redirect_uri,
                                std::optional<std::string_view> code_verifier) const {
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_app_exchange_code(c_handle(), detail::start(code), code.size(),
                                     detail::start(redirect_uri), detail::size(redirect_uri),
                                     detail::start(code_verifier), detail::size(code_verifier), out,
                                     error);
  }));
}

inline Token App::finish_authorization(const Authorization &authorization,
                                       std::string_view callback_url) const {
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_app_finish_authorization(c_handle(), authorization.c_handle(),
                                            detail::start(callback_url), callback_url.size(), out,
                                            error);
  }));
}

inline std::string App::seal_authorization(const Authorization &authorization) const {
  return detail::revealed(detail::made(appmint_text_free, [&](auto out, auto error) {
    return appmint_app_seal_authorization(c_handle(), authorization.c_handle(), out, error);
  }));
}

inline Authorization App::open_authorization(std::string_view sealed) const {
  return Authorization(detail::made_with(appmint_authorization_free, c_handle(),
                                         appmint_app_open_authorization, sealed));
}

inline Token App::refresh(std::string_view refresh_token) const {
  return Token(
      detail::made_with(appmint_token_free, c_handle(), appmint_app_refresh, refresh_token));
}

inline Login App::start_login() const { return start_login(LoginRequest()); }

inline Login App::start_login(const LoginRequest &request) const {
  std::shared_ptr<appmint_login_request> object(appmint_login_request_new(),
                                                appmint_login_request_free);
  for (const auto &scope : request.scopes)
    detail::set(object, appmint_login_request_add_scope, scope);
  detail::set(object, appmint_login_request_set_login_hint, request.login_hint);
  detail::set(object, appmint_login_request_set_prompt, request.prompt);
  for (auto port : request.ports) appmint_login_request_add_port(object.get(), port);
  detail::set(object, appmint_login_request_set_path, request.path);
  detail::set(object, appmint_login_request_set_host, request.host);
  return Login(detail::made(appmint_login_free, [&](auto out, auto error) {
    return appmint_app_start_login(c_handle(), object.get(), out, error);
  }));
}

inline Token App::exchange_token(std::string_view subject_token) const {
  return exchange_token(subject_token, {});
}

inline Token App::exchange_token(std::string_view subject_token,
                                 const TokenExchange &exchange) const {
  std::vector<std::string_view> scopes(exchange.scopes.begin(), exchange.scopes.end());
  detail::Texts texts(scopes);
  const auto &type = exchange.subject_token_type, &audience = exchange.audience,
             &resource = exchange.resource;
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_app_exchange_token(
        c_handle(), detail::start(subject_token), subject_token.size(), detail::start(type),
        detail::size(type), texts.starts(), texts.lens(), texts.count(), detail::start(audience),
        detail::size(audience), detail::start(resource), detail::size(resource), out, error);
  }));
}

inline DeviceLogin App::start_device_login(const std::vector<std::string_view> &scopes) const {
  detail::Texts texts(scopes);
  return DeviceLogin(detail::made(appmint_device_login_free, [&](auto out, auto error) {
    return appmint_app_start_device_login(c_handle(), texts.starts(), texts.lens(), texts.count(),
                                          out, error);
  }));
}

inline Token App::check_token(std::string_view token) const {
  return Token(detail::made_with(appmint_token_free, c_handle(), appmint_app_check_token, token));
}

inline Token App::reset_token(std::string_view token) const {
  return Token(detail::made_with(appmint_token_free, c_handle(), appmint_app_reset_token, token));
}

namespace detail {

inline Token scoped(const appmint_app *app, std::string_view token,
                    std::optional<std::string_view> account, std::optional<std::string_view> id,
                    const appmint_scope *scope) {
  return Token(made(appmint_token_free, [&](auto out, auto error) {
    return appmint_app_scope_token(app, start(token), token.size(), start(account), size(account),
                                   start(id), size(id), scope, out, error);
  }));
}

}  // namespace detail

inline Token App::scope_token(std::string_view token, const Target &target) const {
  return detail::scoped(c_handle(), token, target.account_, target.id_, nullptr);
}

inline Token App::scope_token(std::string_view token, const Target &target,
                              const Scope &scope) const {
  return detail::scoped(c_handle(), token, target.account_, target.id_, scope.c_handle());
}

inline void App::delete_token(std::string_view token) const {
  detail::check_with(c_handle(), appmint_app_delete_token, token);
}

inline void App::delete_grant(std::string_view token) const {
  detail::check_with(c_handle(), appmint_app_delete_grant, token);
}

inline void App::revoke_token(std::string_view token,
                              std::optional<std::string_view> token_type_hint) const {
  detail::check([&](auto error) {
    return appmint_app_revoke_token(c_handle(), detail::start(token), token.size(),
                                    detail::start(token_type_hint), detail::size(token_type_hint),
                                    error);
  });
}

inline Introspection App::introspect_token(
    std::string_view token, std::optional<std::string_view> token_type_hint) const {
  return Introspection(detail::made(appmint_introspection_free, [&](auto out, auto error) {
    return appmint_app_introspect_token(c_handle(), detail::start(token), token.size(),
                                        detail::start(token_type_hint),
                                        detail::size(token_type_hint), out, error);
  }));
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_OAUTH_HPP
