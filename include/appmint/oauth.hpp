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
  /// The URL to which the user returns: one of those registered for the app. Default: none is sent.
  std::optional<std::string> redirect_uri = std::nullopt;
  /// A state of your own, which nobody must be able to guess. Default: 256 random bits.
  std::optional<std::string> state = std::nullopt;
  /// OAuth scopes, on a platform that takes them. Default: none.
  std::vector<std::string> scopes = {};
  /// The account to suggest, on a platform that takes it. Default: none.
  std::optional<std::string> login_hint = std::nullopt;
  /// The prompt that the user sees even when logged in, such as "select_account", on a platform
  /// that takes it (OpenID Connect Core section 3.1.2.1). Default: none.
  std::optional<std::string> prompt = std::nullopt;
};

/// The optional arguments of App::exchange_token.
struct TokenExchange {
  /// Its type, a URI of RFC 8693 section 3. Default: that of a JWT.
  std::optional<std::string> subject_token_type = std::nullopt;
  /// OAuth scopes, on a platform that takes them. Default: none.
  std::vector<std::string> scopes = {};
  /// The name of the service that the new token is for. Default: none is sent.
  std::optional<std::string> audience = std::nullopt;
  /// The URI of the service that the new token is for. Default: none is sent.
  std::optional<std::string> resource = std::nullopt;
};

/// The optional arguments of App::start_login.
struct LoginRequest {
  /// OAuth scopes, on a platform that takes them. Default: none.
  std::vector<std::string> scopes = {};
  /// The account to suggest, on a platform that takes it. Default: none.
  std::optional<std::string> login_hint = std::nullopt;
  /// The prompt that the user sees even when logged in, such as "select_account", on a platform
  /// that takes it. Default: none.
  std::optional<std::string> prompt = std::nullopt;
  /// The ports of 127.0.0.1 to listen on, of which the first free one is used. Default: any free
  /// port.
  std::vector<std::uint16_t> ports = {};
  /// The path of the redirect URI. Default: "/callback".
  std::optional<std::string> path = std::nullopt;
  /// The host of the redirect URI, on a platform that compares it to the letter: "127.0.0.1" or
  /// "localhost". The listener is on 127.0.0.1 either way. Default: "127.0.0.1".
  std::optional<std::string> host = std::nullopt;
};

/// A login of a user in a browser on this machine, which waits for the browser to return. Copies
/// share the login.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
class Login {
 public:
  explicit Login(std::shared_ptr<const appmint_login> login) : login_(std::move(login)) {}

  /// The URL to send the user's browser to.
  [[nodiscard]] std::string url() const { return detail::text(appmint_login_url(c_handle())); }
  /// The URL on this machine to which the browser returns.
  [[nodiscard]] std::string redirect_uri() const {
    return detail::text(appmint_login_redirect_uri(c_handle()));
  }
  /// Opens the URL in the user's browser.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if there is no browser; show the URL instead.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc8252#section-4.1
  void open_browser() const;
  /// Waits until the browser returns, and exchanges its code for a token. The listener then closes;
  /// a login can be waited for once. Requests that do not belong to this login are refused, and the
  /// wait goes on. The browser is answered from the start of the login on, whether anybody waits or
  /// not. Each request for the token gets the app's `timeout`, or what is left of this one.
  ///
  /// - `timeout`: How long to wait for the user. Default: 300 s.
  ///
  /// Errors:
  /// - `ErrorKind::denied` (`Reason::access_denied`) if the user declined.
  /// - `ErrorKind::timeout` if the browser did not return in time.
  /// - `ErrorKind::cancelled` if the login was cancelled.
  /// - `ErrorKind::invalid_argument` if this login was waited for before, or begun by another
  ///   process.
  /// - Those of `App::exchange_code`.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
  [[nodiscard]] Token wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;
  /// Ends a wait with an error of kind `ErrorKind::cancelled`, and closes the listener.
  void cancel() const { appmint_login_cancel(c_handle()); }
  [[nodiscard]] const appmint_login *c_handle() const { return login_.get(); }

 private:
  std::shared_ptr<const appmint_login> login_;
};

/// A login of a user on another device, on which they type a code.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8628
class DeviceLogin {
 public:
  explicit DeviceLogin(std::shared_ptr<const appmint_device_login> login)
      : login_(std::move(login)) {}

  /// The code that the user types.
  [[nodiscard]] std::string user_code() const {
    return detail::text(appmint_device_login_user_code(c_handle()));
  }
  /// The URL of the page on which the user types the code.
  [[nodiscard]] std::string verification_uri() const {
    return detail::text(appmint_device_login_verification_uri(c_handle()));
  }
  /// The same URL with the code, for a link or a QR code. No value if the platform has none.
  [[nodiscard]] std::optional<std::string> verification_uri_complete() const {
    return detail::optional_text(appmint_device_login_verification_uri_complete(c_handle()));
  }
  /// When the code expires.
  [[nodiscard]] std::optional<Time> expires_at() const {
    return detail::time(appmint_device_login_expires_at_ms(c_handle()));
  }
  /// Asks the platform once whether the user is done. No network I/O before the platform's interval
  /// has passed.
  ///
  /// Errors:
  /// - `ErrorKind::pending` (`Reason::authorization_pending` or `Reason::slow_down`) if the user is
  ///   not done; the error says when to poll again.
  /// - `ErrorKind::denied` (`Reason::access_denied`) if the user declined.
  /// - `ErrorKind::reauthorize` (`Reason::expired_device_code`) if the code expired.
  /// - `ErrorKind::cancelled` if the login was cancelled.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.4
  [[nodiscard]] Token poll() const;
  /// Polls at the platform's interval until the user is done or declines, or the code expires. Each
  /// request gets the app's `timeout`. Between the requests no thread of the library waits.
  ///
  /// Errors:
  /// - `ErrorKind::denied` (`Reason::access_denied`) if the user declined.
  /// - `ErrorKind::reauthorize` (`Reason::expired_device_code`) if the code expired.
  /// - `ErrorKind::cancelled` if the login was cancelled.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.5
  [[nodiscard]] Token wait() const;
  /// Ends a wait with an error of kind `ErrorKind::cancelled`. The code itself works until it
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

/// The state of a token at its authorization server. Only `active` and `raw` are set for a token
/// that is not active.
///
/// Source: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
class Introspection {
 public:
  explicit Introspection(std::shared_ptr<const appmint_introspection> introspection)
      : introspection_(std::move(introspection)) {}

  /// Whether the token works now. If it does not, all other members but `raw` are empty.
  [[nodiscard]] bool active() const { return appmint_introspection_active(c_handle()) != 0; }
  /// The OAuth scopes that the token was granted (scope).
  [[nodiscard]] std::vector<std::string> scopes() const {
    return detail::list(appmint_introspection_scopes(c_handle()));
  }
  /// The client that requested the token (client_id).
  [[nodiscard]] std::optional<std::string> client_id() const {
    return detail::optional_text(appmint_introspection_client_id(c_handle()));
  }
  /// The display name of the user who authorized it (username).
  [[nodiscard]] std::optional<std::string> username() const {
    return detail::optional_text(appmint_introspection_username(c_handle()));
  }
  /// The subject of the token, usually the id of the user who authorized it (sub).
  [[nodiscard]] std::optional<std::string> subject() const {
    return detail::optional_text(appmint_introspection_subject(c_handle()));
  }
  /// The token's type, such as "Bearer" (token_type).
  [[nodiscard]] std::optional<std::string> token_type() const {
    return detail::optional_text(appmint_introspection_token_type(c_handle()));
  }
  /// The server that issued it (iss).
  [[nodiscard]] std::optional<std::string> issuer() const {
    return detail::optional_text(appmint_introspection_issuer(c_handle()));
  }
  /// The services that it is meant for (aud).
  [[nodiscard]] std::vector<std::string> audience() const {
    return detail::list(appmint_introspection_audience(c_handle()));
  }
  /// When the token expires (exp).
  [[nodiscard]] std::optional<Time> expires_at() const {
    return detail::time(appmint_introspection_expires_at_ms(c_handle()));
  }
  /// When the token was issued (iat).
  [[nodiscard]] std::optional<Time> issued_at() const {
    return detail::time(appmint_introspection_issued_at_ms(c_handle()));
  }
  /// When the token begins to be valid (nbf).
  [[nodiscard]] std::optional<Time> not_before() const {
    return detail::time(appmint_introspection_not_before_ms(c_handle()));
  }
  /// The whole object as the server sent it. JSON.
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
