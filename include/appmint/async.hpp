// Every call that may go to the network, without waiting: beside appmint.hpp, for programs that need it.
//
//   appmint::Queue queue;  // the event loop watches queue.fd(), and calls queue.dispatch()
//   source.async(queue).token().then([](const auto &call) { use(call.outcome()); });
//
//   auto token = co_await source.async(queue).token();  // C++20
//   auto later = source.async().token().future();       // completed by a thread of the library

#ifndef APPMINT_ASYNC_HPP
#define APPMINT_ASYNC_HPP

#include "installations.hpp"
#include "oauth.hpp"
#include "operations.hpp"
#include "results.hpp"
#include "sessions.hpp"
#include "settings.hpp"
#include "tokens.hpp"
#include "waiting.hpp"
#include "webhooks.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {
inline namespace abi0 {

/// The calls of an App, each with the same arguments and at once: what is wrong with them is thrown
/// here, and all other errors are the call's.
class AsyncApp {
 public:
  AsyncApp(App app, Queue queue) : app_(std::move(app)), queue_(std::move(queue)) {}

  Call<Token> jwt() const;
  Call<Response> request(std::string_view method, std::string_view path,
                         const RequestOptions &options = {}) const;
  Call<Installation> find_installation(const Lookup &lookup) const;
  Call<void> suspend_installation(std::string_view id) const;
  Call<void> unsuspend_installation(std::string_view id) const;
  Call<void> delete_installation(std::string_view id) const;
  Call<Installation> finish_install(std::string_view callback_url, std::string_view state) const;
  Call<void> revoke_installation_token(std::string_view token) const;
  Call<Token> exchange_code(std::string_view code,
                            std::optional<std::string_view> redirect_uri = std::nullopt,
                            std::optional<std::string_view> code_verifier = std::nullopt) const;
  Call<Token> finish_authorization(const Authorization &authorization,
                                   std::string_view callback_url) const;
  Call<Token> refresh(std::string_view refresh_token) const;
  Call<Token> exchange_token(std::string_view subject_token,
                             const TokenExchange &exchange = {}) const;
  Call<DeviceLogin> start_device_login(const std::vector<std::string_view> &scopes = {}) const;
  Call<Token> check_token(std::string_view token) const;
  Call<Token> reset_token(std::string_view token) const;
  Call<Token> scope_token(std::string_view token, const Target &target,
                          const Scope *scope = nullptr) const;
  Call<void> delete_token(std::string_view token) const;
  Call<void> delete_grant(std::string_view token) const;
  Call<void> revoke_token(std::string_view token,
                          std::optional<std::string_view> token_type_hint = std::nullopt) const;
  Call<Introspection> introspect_token(
      std::string_view token, std::optional<std::string_view> token_type_hint = std::nullopt) const;
  Call<void> start_session(std::string_view name, const Token &token,
                           std::optional<std::string_view> account_id = std::nullopt) const;
  Call<void> end_session(std::string_view name) const;
  Call<WebhookConfig> webhook_config() const;
  Call<WebhookConfig> update_webhook_config(const WebhookUpdate &update) const;
  Call<WebhookDelivery> webhook_delivery(std::string_view id) const;
  Call<void> redeliver_webhook(std::string_view delivery_id) const;
  Call<Registration> registration() const;
  Call<Registration> convert_manifest(std::string_view code) const;
  Call<void> revoke_credentials(const std::vector<std::string_view> &credentials) const;

 private:
  App app_;
  Queue queue_;
};

/// The calls of a TokenSource.
class AsyncTokenSource {
 public:
  AsyncTokenSource(TokenSource source, Queue queue)
      : source_(std::move(source)), queue_(std::move(queue)) {}

  Call<Token> token(std::optional<std::chrono::milliseconds> min_valid = std::nullopt,
                    std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;
  Call<std::string> authorization_header(
      std::optional<std::chrono::milliseconds> min_valid = std::nullopt,
      std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;
  Call<void> revoke() const;
  Call<Response> request(std::string_view method, std::string_view path,
                         const RequestOptions &options = {}) const;

 private:
  TokenSource source_;
  Queue queue_;
};

inline Call<Token> AsyncApp::jwt() const {
  return detail::started<Token>(queue_, appmint_app_jwt_async, app_.c_handle());
}

inline Call<Response> AsyncApp::request(std::string_view method, std::string_view path,
                                        const RequestOptions &options) const {
  auto request = detail::request(method, path, options);
  return detail::started<Response>(queue_, appmint_app_request_async, app_.c_handle(),
                                   request.get());
}

inline Call<Installation> AsyncApp::find_installation(const Lookup &lookup) const {
  return detail::started<Installation>(queue_, appmint_app_find_installation_async, app_.c_handle(),
                                       lookup.kind_, lookup.text_.data(), lookup.text_.size());
}

inline Call<void> AsyncApp::suspend_installation(std::string_view id) const {
  return detail::started<void>(queue_, appmint_app_suspend_installation_async, app_.c_handle(),
                               detail::start(id), id.size());
}

inline Call<void> AsyncApp::unsuspend_installation(std::string_view id) const {
  return detail::started<void>(queue_, appmint_app_unsuspend_installation_async, app_.c_handle(),
                               detail::start(id), id.size());
}

inline Call<void> AsyncApp::delete_installation(std::string_view id) const {
  return detail::started<void>(queue_, appmint_app_delete_installation_async, app_.c_handle(),
                               detail::start(id), id.size());
}

inline Call<Installation> AsyncApp::finish_install(std::string_view callback_url,
                                                   std::string_view state) const {
  return detail::started<Installation>(queue_, appmint_app_finish_install_async, app_.c_handle(),
                                       detail::start(callback_url), callback_url.size(),
                                       detail::start(state), state.size());
}

inline Call<void> AsyncApp::revoke_installation_token(std::string_view token) const {
  return detail::started<void>(queue_, appmint_app_revoke_installation_token_async, app_.c_handle(),
                               detail::start(token), token.size());
}

inline Call<Token> AsyncApp::exchange_code(std::string_view code,
                                           std::optional<std::string_view> redirect_uri,
                                           std::optional<std::string_view> code_verifier) const {
  return detail::started<Token>(queue_, appmint_app_exchange_code_async, app_.c_handle(),
                                detail::start(code), code.size(), detail::start(redirect_uri),
                                detail::size(redirect_uri), detail::start(code_verifier),
                                detail::size(code_verifier));
}

inline Call<Token> AsyncApp::finish_authorization(const Authorization &authorization,
                                                  std::string_view callback_url) const {
  return detail::started<Token>(queue_, appmint_app_finish_authorization_async, app_.c_handle(),
                                authorization.c_handle(), detail::start(callback_url),
                                callback_url.size());
}

inline Call<Token> AsyncApp::refresh(std::string_view refresh_token) const {
  return detail::started<Token>(queue_, appmint_app_refresh_async, app_.c_handle(),
                                detail::start(refresh_token), refresh_token.size());
}

inline Call<Token> AsyncApp::exchange_token(std::string_view subject_token,
                                            const TokenExchange &exchange) const {
  detail::Texts texts(exchange.scopes);
  const std::optional<std::string_view> type = exchange.subject_token_type,
                                        audience = exchange.audience, resource = exchange.resource;
  return detail::started<Token>(
      queue_, appmint_app_exchange_token_async, app_.c_handle(), detail::start(subject_token),
      subject_token.size(), detail::start(type), detail::size(type), texts.starts(), texts.lens(),
      texts.count(), detail::start(audience), detail::size(audience), detail::start(resource),
      detail::size(resource));
}

inline Call<DeviceLogin> AsyncApp::start_device_login(
    const std::vector<std::string_view> &scopes) const {
  detail::Texts texts(scopes);
  return detail::started<DeviceLogin>(queue_, appmint_app_start_device_login_async, app_.c_handle(),
                                      texts.starts(), texts.lens(), texts.count());
}

inline Call<Token> AsyncApp::check_token(std::string_view token) const {
  return detail::started<Token>(queue_, appmint_app_check_token_async, app_.c_handle(),
                                detail::start(token), token.size());
}

inline Call<Token> AsyncApp::reset_token(std::string_view token) const {
  return detail::started<Token>(queue_, appmint_app_reset_token_async, app_.c_handle(),
                                detail::start(token), token.size());
}

inline Call<Token> AsyncApp::scope_token(std::string_view token, const Target &target,
                                         const Scope *scope) const {
  const std::optional<std::string_view> account = target.account_, id = target.id_;
  return detail::started<Token>(queue_, appmint_app_scope_token_async, app_.c_handle(),
                                detail::start(token), token.size(), detail::start(account),
                                detail::size(account), detail::start(id), detail::size(id),
                                scope ? scope->c_handle() : nullptr);
}

inline Call<void> AsyncApp::delete_token(std::string_view token) const {
  return detail::started<void>(queue_, appmint_app_delete_token_async, app_.c_handle(),
                               detail::start(token), token.size());
}

inline Call<void> AsyncApp::delete_grant(std::string_view token) const {
  return detail::started<void>(queue_, appmint_app_delete_grant_async, app_.c_handle(),
                               detail::start(token), token.size());
}

inline Call<void> AsyncApp::revoke_token(std::string_view token,
                                         std::optional<std::string_view> token_type_hint) const {
  return detail::started<void>(queue_, appmint_app_revoke_token_async, app_.c_handle(),
                               detail::start(token), token.size(), detail::start(token_type_hint),
                               detail::size(token_type_hint));
}

inline Call<Introspection> AsyncApp::introspect_token(
    std::string_view token, std::optional<std::string_view> token_type_hint) const {
  return detail::started<Introspection>(
      queue_, appmint_app_introspect_token_async, app_.c_handle(), detail::start(token),
      token.size(), detail::start(token_type_hint), detail::size(token_type_hint));
}

inline Call<void> AsyncApp::start_session(std::string_view name, const Token &token,
                                          std::optional<std::string_view> account_id) const {
  return detail::started<void>(queue_, appmint_app_start_session_async, app_.c_handle(),
                               detail::start(name), name.size(), token.c_handle(),
                               detail::start(account_id), detail::size(account_id));
}

inline Call<void> AsyncApp::end_session(std::string_view name) const {
  return detail::started<void>(queue_, appmint_app_end_session_async, app_.c_handle(),
                               detail::start(name), name.size());
}

inline Call<WebhookConfig> AsyncApp::webhook_config() const {
  return detail::started<WebhookConfig>(queue_, appmint_app_webhook_config_async, app_.c_handle());
}

inline Call<WebhookConfig> AsyncApp::update_webhook_config(const WebhookUpdate &update) const {
  auto object = detail::update(update);
  return detail::started<WebhookConfig>(queue_, appmint_app_update_webhook_config_async,
                                        app_.c_handle(), object.get());
}

inline Call<WebhookDelivery> AsyncApp::webhook_delivery(std::string_view id) const {
  return detail::started<WebhookDelivery>(queue_, appmint_app_webhook_delivery_async,
                                          app_.c_handle(), detail::start(id), id.size());
}

inline Call<void> AsyncApp::redeliver_webhook(std::string_view delivery_id) const {
  return detail::started<void>(queue_, appmint_app_redeliver_webhook_async, app_.c_handle(),
                               detail::start(delivery_id), delivery_id.size());
}

inline Call<Registration> AsyncApp::registration() const {
  return detail::started<Registration>(queue_, appmint_app_registration_async, app_.c_handle());
}

inline Call<Registration> AsyncApp::convert_manifest(std::string_view code) const {
  return detail::started<Registration>(queue_, appmint_app_convert_manifest_async, app_.c_handle(),
                                       detail::start(code), code.size());
}

inline Call<void> AsyncApp::revoke_credentials(
    const std::vector<std::string_view> &credentials) const {
  detail::Texts texts(credentials);
  return detail::started<void>(queue_, appmint_app_revoke_credentials_async, app_.c_handle(),
                               texts.starts(), texts.lens(), texts.count());
}

inline Call<Token> AsyncTokenSource::token(std::optional<std::chrono::milliseconds> min_valid,
                                           std::optional<std::chrono::milliseconds> timeout) const {
  return detail::started<Token>(queue_, appmint_source_token_async, source_.c_handle(),
                                detail::count(min_valid), detail::count(timeout));
}

inline Call<std::string> AsyncTokenSource::authorization_header(
    std::optional<std::chrono::milliseconds> min_valid,
    std::optional<std::chrono::milliseconds> timeout) const {
  return detail::started<std::string>(queue_, appmint_source_authorization_header_async,
                                      source_.c_handle(), detail::count(min_valid),
                                      detail::count(timeout));
}

inline Call<void> AsyncTokenSource::revoke() const {
  return detail::started<void>(queue_, appmint_source_revoke_async, source_.c_handle());
}

inline Call<Response> AsyncTokenSource::request(std::string_view method, std::string_view path,
                                                const RequestOptions &options) const {
  auto request = detail::request(method, path, options);
  return detail::started<Response>(queue_, appmint_source_request_async, source_.c_handle(),
                                   request.get());
}

inline AsyncApp App::async() const { return async(Queue::library()); }
inline AsyncApp App::async(const Queue &queue) const { return {*this, queue}; }

inline AsyncTokenSource TokenSource::async() const { return async(Queue::library()); }
inline AsyncTokenSource TokenSource::async(const Queue &queue) const { return {*this, queue}; }

/// The app of a builder's settings: reading an encrypted private key may take seconds.
[[nodiscard]] inline Call<App> build_async(const App::Builder &builder,
                                           const Queue &queue = Queue::library()) {
  return detail::started<App>(queue, appmint_app_new_async, builder.c_handle());
}

/// discover() without waiting.
[[nodiscard]] inline Call<std::string> discover_async(std::string_view issuer,
                                                      const App::Builder &settings = {},
                                                      const Queue &queue = Queue::library()) {
  return detail::started<std::string>(queue, appmint_discover_async, settings.c_handle(),
                                      detail::start(issuer), issuer.size());
}

/// Login::wait() without waiting. Cancelling the call leaves the login as it is: Login::cancel()
/// ends that.
[[nodiscard]] inline Call<Token> wait_async(
    const Login &login, std::optional<std::chrono::milliseconds> timeout = std::nullopt,
    const Queue &queue = Queue::library()) {
  return detail::started<Token>(queue, appmint_login_wait_async, login.c_handle(),
                                detail::count(timeout));
}

/// DeviceLogin::wait() without waiting.
[[nodiscard]] inline Call<Token> wait_async(const DeviceLogin &login,
                                            const Queue &queue = Queue::library()) {
  return detail::started<Token>(queue, appmint_device_login_wait_async, login.c_handle());
}

/// DeviceLogin::poll() without waiting.
[[nodiscard]] inline Call<Token> poll_async(const DeviceLogin &login,
                                            const Queue &queue = Queue::library()) {
  return detail::started<Token>(queue, appmint_device_login_poll_async, login.c_handle());
}

/// Listing::next() without waiting. An item that comes after the call was cancelled is the next
/// one.
template <class T>
[[nodiscard]] Call<std::optional<T>> next_async(const Listing<T> &listing,
                                                const Queue &queue = Queue::library()) {
  return detail::started<std::optional<T>>(queue, detail::Listed<T>::next_async,
                                           listing.c_handle());
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_ASYNC_HPP
