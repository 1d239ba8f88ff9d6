// An app on a platform. Part of appmint.hpp.

#ifndef APPMINT_APP_HPP
#define APPMINT_APP_HPP

#include "authorization.hpp"
#include "event.hpp"
#include "webhook.hpp"
#include "introspection.hpp"
#include "login.hpp"
#include "registration.hpp"
#include "source.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {

namespace detail {

// Texts as C reads them out of an array: each with a NUL at its end.
class Ended {
 public:
  explicit Ended(const std::vector<std::string_view> &texts) : texts_(texts.begin(), texts.end()) {
    for (const auto &text : texts_) starts_.push_back(text.c_str());
  }

  const char *const *data() const { return starts_.data(); }
  std::size_t size() const { return starts_.size(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char *> starts_;
};

}  // namespace detail

// What the app's own tokens are asked for with, on a platform that takes the app's assertion
// (RFC 7523: a service account).
struct AppTokenRequest {
  std::vector<std::string> scopes = {};
  std::optional<std::string> subject = std::nullopt;  // the user whom the app acts for
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
  // SHA-256 of the public key in use, as the settings page shows it; none with a Signer.
  std::optional<std::string> fingerprint() const {
    return detail::maybe(appmint_app_fingerprint(c_handle()));
  }
  std::string platform_name() const { return detail::text(appmint_app_platform_name(c_handle())); }
  // How far the platform's clock is ahead of ours, as far as is known; 0 at first.
  std::chrono::milliseconds clock_offset() const {
    return std::chrono::milliseconds(appmint_app_clock_offset_ms(c_handle()));
  }
  // The installations of the app.
  Listing<Installation> installations() const {
    return Listing<Installation>(
        detail::made(appmint_installations_free, [&](auto out, auto error) {
          return appmint_app_installations(c_handle(), out, error);
        }));
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
  // A source of tokens for the installation on what is looked up: once, when a token is first needed,
  // and again when the platform no longer knows what was found. Nothing goes out yet.
  TokenSource installation(const Lookup &lookup) const { return sought(lookup, nullptr); }
  // A source of tokens for a part of what that installation was granted.
  TokenSource installation(const Lookup &lookup, const Scope &scope) const {
    return sought(lookup, scope.c_handle());
  }
  // A source of the app's own tokens, where the platform has them beside the JWT; nothing goes out
  // yet.
  TokenSource app_tokens(const AppTokenRequest &request = {}) const {
    detail::Ended scopes({request.scopes.begin(), request.scopes.end()});
    std::optional<std::string_view> subject = request.subject;
    return TokenSource(detail::made(appmint_source_free, [&](auto out, auto error) {
      return appmint_app_app_tokens(c_handle(), scopes.data(), scopes.size(),
                                    detail::start(subject), detail::size(subject), out, error);
    }));
  }
  // Suspends an installation: its tokens stop working until it is unsuspended.
  void suspend_installation(std::string_view id) const {
    act(appmint_app_suspend_installation, id);
  }
  void unsuspend_installation(std::string_view id) const {
    act(appmint_app_unsuspend_installation, id);
  }
  // Uninstalls the app from where this installation is. There is no way back.
  void delete_installation(std::string_view id) const { act(appmint_app_delete_installation, id); }
  // The URL where a person installs the app, with a fresh state where the platform takes one; else
  // the state is empty. Nothing goes out.
  Authorization install_url(std::string_view app_slug,
                            std::optional<std::string_view> state = std::nullopt,
                            std::optional<std::string_view> redirect_uri = std::nullopt) const {
    return Authorization(detail::made(appmint_authorization_free, [&](auto out, auto error) {
      return appmint_app_install_url(c_handle(), detail::start(app_slug), app_slug.size(),
                                     detail::start(state), detail::size(state),
                                     detail::start(redirect_uri), detail::size(redirect_uri), out,
                                     error);
    }));
  }
  // The installation that a person came back from making, once the state is proven equal and the
  // platform has confirmed that it is this app's.
  Installation finish_install(std::string_view callback_url, std::string_view state) const {
    return Installation(detail::made(appmint_installation_free, [&](auto out, auto error) {
      return appmint_app_finish_install(c_handle(), detail::start(callback_url),
                                        callback_url.size(), detail::start(state), state.size(),
                                        out, error);
    }));
  }
  // The app as the platform has it registered.
  Registration registration() const {
    return Registration(detail::made(appmint_registration_free, [&](auto out, auto error) {
      return appmint_app_registration(c_handle(), out, error);
    }));
  }
  // The app that a manifest's code stands for, with its key and secrets, which are told once: a
  // code works once. Needs no credential.
  Registration convert_manifest(std::string_view code) const {
    return Registration(made(appmint_registration_free, appmint_app_convert_manifest, code));
  }
  // Where the platform sends the app's events.
  WebhookConfig webhook_config() const {
    return WebhookConfig(detail::made(appmint_webhook_config_free, [&](auto out, auto error) {
      return appmint_app_webhook_config(c_handle(), out, error);
    }));
  }
  // Changes where and how the platform sends them.
  WebhookConfig update_webhook_config(const WebhookUpdate &change) const;
  // The events that were sent to the app, newest first.
  Listing<WebhookDelivery> webhook_deliveries() const {
    return Listing<WebhookDelivery>(
        detail::made(appmint_webhook_deliveries_free, [&](auto out, auto error) {
          return appmint_app_webhook_deliveries(c_handle(), out, error);
        }));
  }
  // One of them, with what was sent and what the receiver answered in its raw().
  WebhookDelivery webhook_delivery(std::string_view id) const {
    return WebhookDelivery(made(appmint_webhook_delivery_free, appmint_app_webhook_delivery, id));
  }
  // Has an event sent once more.
  void redeliver_webhook(std::string_view delivery_id) const {
    act(appmint_app_redeliver_webhook, delivery_id);
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
  // The user token that an authorization brought, given the URL or query that the user came back
  // with. It works once; ErrorKind::reauthorize for another state.
  Token finish_authorization(const Authorization &authorization,
                             std::string_view callback_url) const {
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_app_finish_authorization(c_handle(), authorization.c_handle(),
                                              detail::start(callback_url), callback_url.size(),
                                              out, error);
    }));
  }
  // An authorization as text that only this app's store_key opens, for a user's cookie or session.
  std::string seal_authorization(const Authorization &authorization) const {
    auto sealed = detail::made(appmint_text_free, [&](auto out, auto error) {
      return appmint_app_seal_authorization(c_handle(), authorization.c_handle(), out, error);
    });
    return detail::text(appmint_text_reveal(sealed.get(), nullptr));
  }
  // The authorization that was sealed, in any process with the same store_key.
  Authorization open_authorization(std::string_view sealed) const {
    return Authorization(made(appmint_authorization_free, appmint_app_open_authorization, sealed));
  }
  // Begins a login of the person at this machine: a listener on 127.0.0.1 that their browser comes
  // back to (RFC 8252). Nothing goes out yet.
  Login start_login(const LoginRequest &request = {}) const;
  // Begins a login on another device (RFC 8628): it shows a code to type there.
  DeviceLogin start_device_login(const std::vector<std::string_view> &scopes = {}) const {
    detail::Ended ended(scopes);
    return DeviceLogin(detail::made(appmint_device_login_free, [&](auto out, auto error) {
      return appmint_app_start_device_login(c_handle(), ended.data(), ended.size(), out, error);
    }));
  }
  // A source of one user's tokens, which live in the store under a name of your choice and are
  // renewed ahead of their end; nothing goes out yet.
  TokenSource session(std::string_view name) const {
    return TokenSource(made(appmint_source_free, appmint_app_session, name));
  }
  // Writes a user's token down under a name, in the place of what was there.
  void start_session(std::string_view name, const Token &token) const {
    detail::check([&](auto error) {
      return appmint_app_start_session(c_handle(), detail::start(name), name.size(),
                                       token.c_handle(), error);
    });
  }
  // Forgets a session, here and in the store. The tokens themselves go on working.
  void end_session(std::string_view name) const { act(appmint_app_end_session, name); }
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
    return Token(made(appmint_token_free, appmint_app_refresh, refresh_token));
  }
  // A user's token as the platform knows it; ErrorKind::reauthorize when it is not valid any more.
  // Its refresh token is not told.
  Token check_token(std::string_view token) const {
    return Token(made(appmint_token_free, appmint_app_check_token, token));
  }
  // A new token in the place of a user's token, which stops working.
  Token reset_token(std::string_view token) const {
    return Token(made(appmint_token_free, appmint_app_reset_token, token));
  }
  // A user token that reaches what token does on one account.
  Token scope_token(std::string_view token, const Target &target) const {
    return scoped(token, target, nullptr);
  }
  // A user token that reaches a part of what token does on one account.
  Token scope_token(std::string_view token, const Target &target, const Scope &scope) const {
    return scoped(token, target, scope.c_handle());
  }
  // Ends a user's token; one that is not valid any more counts as ended.
  void delete_token(std::string_view token) const { act(appmint_app_delete_token, token); }
  // Ends a user's authorization of the app with all its tokens, given one of them.
  void delete_grant(std::string_view token) const { act(appmint_app_delete_grant, token); }
  // Ends an installation token; one that is not valid any more counts as ended.
  void revoke_installation_token(std::string_view token) const {
    act(appmint_app_revoke_installation_token, token);
  }
  // Ends an access or a refresh token at the authorization server (RFC 7009), with what the server
  // ties to it. The hint is "access_token" or "refresh_token". One that the server does not know
  // counts as ended.
  void revoke_token(std::string_view token,
                    std::optional<std::string_view> token_type_hint = std::nullopt) const {
    detail::check([&](auto error) {
      return appmint_app_revoke_token(c_handle(), detail::start(token), token.size(),
                                      detail::start(token_type_hint),
                                      detail::size(token_type_hint), error);
    });
  }
  // What the authorization server knows of an access or a refresh token (RFC 7662). One that is over
  // is not an error: it is not active.
  Introspection introspect_token(
      std::string_view token,
      std::optional<std::string_view> token_type_hint = std::nullopt) const {
    return Introspection(detail::made(appmint_introspection_free, [&](auto out, auto error) {
      return appmint_app_introspect_token(c_handle(), detail::start(token), token.size(),
                                          detail::start(token_type_hint),
                                          detail::size(token_type_hint), out, error);
    }));
  }
  // Reports credentials that have leaked, whosever they are; the platform ends them. Needs no
  // credential.
  void revoke_credentials(const std::vector<std::string_view> &credentials) const {
    detail::Ended ended(credentials);
    detail::check([&](auto error) {
      return appmint_app_revoke_credentials(c_handle(), ended.data(), ended.size(), error);
    });
  }
  // A webhook, once its signature has proved right with one of the secrets: two, while one replaces
  // the other. All headers that came, and the body as it came; nothing goes out.
  WebhookEvent verify_webhook(const std::map<std::string, std::string> &headers, std::string_view body,
                         const std::vector<std::string_view> &secrets) const;
  // Forgets the tokens that a webhook says are worth asking for anew: its installation was suspended,
  // deleted or changed. How many; nothing goes out.
  std::size_t apply_webhook(const WebhookEvent &webhook) const;
  // How often things happened since the app was made.
  Stats stats() const {
    return Stats(detail::made(appmint_stats_free, [&](auto out, auto error) {
      return appmint_app_stats(c_handle(), out, error);
    }));
  }
  // Ends the app's threads and forgets its tokens, whatever copies and sources there are of it. Calls
  // that are on their way come to their end; new ones are refused.
  void close() const { appmint_app_close(c_handle()); }
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
  // Calls with one text.
  template <class Call>
  void act(Call call, std::string_view text) const {
    detail::check([&](auto error) {
      return call(c_handle(), detail::start(text), text.size(), error);
    });
  }
  // Calls with one text, and owns what was made.
  template <class T, class Call>
  std::shared_ptr<T> made(void (*free)(T *), Call call, std::string_view text) const {
    return detail::made(free, [&](auto out, auto error) {
      return call(c_handle(), detail::start(text), text.size(), out, error);
    });
  }
  Token scoped(std::string_view token, const Target &target, const appmint_scope *scope) const;
  TokenSource sought(const Lookup &lookup, const appmint_scope *scope) const;

  std::shared_ptr<const appmint_app> app_;
};

inline Authorization App::authorize(const AuthorizationRequest &request) const {
  std::shared_ptr<appmint_authorization_request> asked(appmint_authorization_request_new(),
                                                       appmint_authorization_request_free);
  detail::put(asked, appmint_authorization_request_set_redirect_uri, request.redirect_uri);
  detail::put(asked, appmint_authorization_request_set_state, request.state);
  for (const auto &scope : request.scopes)
    detail::put(asked, appmint_authorization_request_add_scope, scope);
  detail::put(asked, appmint_authorization_request_set_login_hint, request.login_hint);
  return Authorization(detail::made(appmint_authorization_free, [&](auto out, auto error) {
    return appmint_app_authorize(c_handle(), asked.get(), out, error);
  }));
}

inline Login App::start_login(const LoginRequest &request) const {
  std::shared_ptr<appmint_login_request> asked(appmint_login_request_new(),
                                               appmint_login_request_free);
  for (const auto &scope : request.scopes)
    detail::put(asked, appmint_login_request_add_scope, scope);
  detail::put(asked, appmint_login_request_set_login_hint, request.login_hint);
  for (auto port : request.ports)
    detail::check(
        [&](auto error) { return appmint_login_request_add_port(asked.get(), port, error); });
  detail::put(asked, appmint_login_request_set_path, request.path);
  return Login(detail::made(appmint_login_free, [&](auto out, auto error) {
    return appmint_app_start_login(c_handle(), asked.get(), out, error);
  }));
}

inline Token App::scoped(std::string_view token, const Target &target,
                         const appmint_scope *scope) const {
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_app_scope_token(c_handle(), detail::start(token), token.size(),
                                   detail::start(target.account_), detail::size(target.account_),
                                   detail::start(target.id_), detail::size(target.id_), scope, out,
                                   error);
  }));
}

inline TokenSource App::sought(const Lookup &lookup, const appmint_scope *scope) const {
  return TokenSource(detail::made(appmint_source_free, [&](auto out, auto error) {
    return appmint_app_installation_on(c_handle(), lookup.kind_, lookup.text_.data(),
                                       lookup.text_.size(), scope, out, error);
  }));
}

inline std::size_t App::apply_webhook(const WebhookEvent &webhook) const {
  return appmint_app_apply_webhook(c_handle(), webhook.c_handle());
}

inline WebhookConfig App::update_webhook_config(const WebhookUpdate &change) const {
  std::shared_ptr<appmint_webhook_update> asked(appmint_webhook_update_new(), appmint_webhook_update_free);
  detail::put(asked, appmint_webhook_update_set_url, change.url);
  detail::put(asked, appmint_webhook_update_set_content_type, change.content_type);
  detail::put(asked, appmint_webhook_update_set_secret, change.secret);
  if (change.insecure_ssl)
    detail::check([&](auto error) {
      return appmint_webhook_update_set_insecure_ssl(asked.get(), *change.insecure_ssl, error);
    });
  return WebhookConfig(detail::made(appmint_webhook_config_free, [&](auto out, auto error) {
    return appmint_app_update_webhook_config(c_handle(), asked.get(), out, error);
  }));
}

inline WebhookEvent App::verify_webhook(const std::map<std::string, std::string> &headers,
                                   std::string_view body,
                                   const std::vector<std::string_view> &secrets) const {
  std::vector<appmint_header> came;
  for (const auto &[name, value] : headers) came.push_back({name.c_str(), value.c_str()});
  detail::Ended ended(secrets);
  return WebhookEvent(detail::made(appmint_webhook_event_free, [&](auto out, auto error) {
    return appmint_app_verify_webhook(c_handle(), came.data(), came.size(), detail::start(body),
                                      body.size(), ended.data(), ended.size(), out, error);
  }));
}

}  // namespace appmint

#endif  // APPMINT_APP_HPP
