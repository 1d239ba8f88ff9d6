// An app on a platform. Part of appmint.hpp.
//
// The types of the other rooms are in their headers, with the bodies of App's functions for them.

#ifndef APPMINT_APP_HPP
#define APPMINT_APP_HPP

#include "call.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {
inline namespace abi0 {

template <class T>
class Listing;

class AsyncApp;
class Authorization;
class DeviceLogin;
class Installation;
class Introspection;
class Login;
class Lookup;
class Queue;
class Quota;
class Registration;
class Response;
class Scope;
class Stats;
class Target;
class Token;
class TokenSource;
class WebhookConfig;
class WebhookDelivery;
class WebhookEvent;
struct AppTokenRequest;
struct AuthorizationRequest;
struct LoginRequest;
struct TokenExchange;
struct WebhookUpdate;

/// The library's version.
[[nodiscard]] inline std::string version() { return detail::text(appmint_version()); }

/// The names of the built-in platforms.
[[nodiscard]] inline std::vector<std::string> platforms() {
  return detail::list(appmint_platforms());
}

/// A regular expression (POSIX extended, ECMAScript) that finds the secrets of the built-in platforms in a
/// text: their tokens and JWTs, for whatever scrubs logs.
[[nodiscard]] inline std::string secret_pattern() {
  return detail::text(appmint_secret_pattern());
}

/// The optional parts of an API call.
struct RequestOptions {
  Headers headers = {};
  /// JSON text, instead of a body.
  std::optional<std::string> json = std::nullopt;
  /// Bytes, instead of JSON. Name their kind in a Content-Type header.
  std::optional<std::string> body = std::nullopt;
  /// Authenticates the call instead of the app's JWT. Only for App::request.
  std::optional<std::string> token = std::nullopt;
  /// The deadline of the whole call; default the app's timeout.
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;
};

/// An app on a platform. Copies are cheap and share the app.
class App {
 public:
  class Builder;
  /// An app on a built-in platform, such as "atomgit".
  [[nodiscard]] static Builder builder(std::string_view platform);
  /// An app on a platform that Builder::platform_descriptor describes.
  [[nodiscard]] static Builder builder();

  explicit App(std::shared_ptr<const appmint_app> app) : app_(std::move(app)) {}

  // ---- App & settings

  /// The platform's name.
  [[nodiscard]] std::string platform_name() const;
  /// The app's own JWT, reused until 60 s before it expires. No network I/O, unless the signer does
  /// some.
  [[nodiscard]] Token jwt() const;
  /// SHA-256 of the public key in use, as the platform's settings page shows it; none with a
  /// signer.
  [[nodiscard]] std::optional<std::string> fingerprint() const;
  /// How far the platform's clock is known to be ahead of this machine's; 0 at first.
  [[nodiscard]] std::chrono::milliseconds clock_offset() const;
  /// An API call as the app, or with the token of the options. Every HTTP status is a response.
  [[nodiscard]] Response request(std::string_view method, std::string_view path,
                                 const RequestOptions &options = {}) const;
  /// The quota of the requests that the app makes with its JWT, or with tokens of its own, as the
  /// platform told it in its last answer to one of them. None before such an answer, or if the platform
  /// does not tell it. No network I/O.
  [[nodiscard]] std::optional<Quota> quota() const;
  /// Counts of the app's work. No network I/O.
  [[nodiscard]] Stats stats() const;
  /// The calls that may go to the network, without waiting: their callbacks run on a thread of the
  /// library, or in Queue::dispatch(). Include <appmint/async.hpp>.
  [[nodiscard]] AsyncApp async() const;
  [[nodiscard]] AsyncApp async(const Queue &queue) const;
  /// Ends the app's threads and forgets its tokens, whatever copies and sources of it exist. Calls
  /// that are running complete; new ones are refused. Sessions' tokens that the store did not take
  /// yet are offered to it until the app's timeout has passed.
  void close() const;

  // ---- Installations

  /// The installations of the app. No network I/O until the first item.
  [[nodiscard]] Listing<Installation> installations() const;
  /// The installation that a lookup names: find_installation(Lookup::account("acme")).
  [[nodiscard]] Installation find_installation(const Lookup &lookup) const;
  /// Suspends an installation: its tokens stop working until it is unsuspended.
  void suspend_installation(std::string_view id) const;
  /// Ends an installation's suspension.
  void unsuspend_installation(std::string_view id) const;
  /// Uninstalls the app from an account. This cannot be undone.
  void delete_installation(std::string_view id) const;
  /// The URL where a user installs the app. The state must be unguessable; default 256 random bits.
  /// A platform that takes no state leaves the authorization's empty. No network I/O.
  [[nodiscard]] Authorization install_url(
      std::string_view app_slug, std::optional<std::string_view> state = std::nullopt,
      std::optional<std::string_view> redirect_uri = std::nullopt) const;
  /// The installation that a user has just made, from the URL that the user came back with. Its
  /// state must equal `state`, and the platform must confirm that the installation is this app's.
  [[nodiscard]] Installation finish_install(std::string_view callback_url,
                                            std::string_view state) const;

  // ---- Tokens

  /// A source of tokens for the installation with this id. No network I/O.
  [[nodiscard]] TokenSource installation(std::string_view id) const;
  /// A source of tokens for a part of what the installation was granted.
  [[nodiscard]] TokenSource installation(std::string_view id, const Scope &scope) const;
  /// A source of tokens for the installation that a lookup names. The source looks it up when it
  /// first needs a token, and again when the platform no longer knows it. No network I/O.
  [[nodiscard]] TokenSource installation(const Lookup &lookup) const;
  /// A source of tokens for a part of what that installation was granted.
  [[nodiscard]] TokenSource installation(const Lookup &lookup, const Scope &scope) const;
  /// A source of the app's own tokens, on a platform that has them in addition to the JWT. No
  /// network I/O.
  [[nodiscard]] TokenSource app_tokens() const;
  /// The same with OAuth scopes, or for a user (RFC 7523: a service account).
  [[nodiscard]] TokenSource app_tokens(const AppTokenRequest &request) const;
  /// Revokes an installation token. It succeeds if the token is already invalid.
  void revoke_installation_token(std::string_view token) const;

  // ---- OAuth & login

  /// The URL where a user authorizes the app, with a fresh state. No network I/O.
  [[nodiscard]] Authorization authorize() const;
  [[nodiscard]] Authorization authorize(const AuthorizationRequest &request) const;
  /// The code in the URL that the user came back with, if its state equals `state`. No network I/O.
  [[nodiscard]] std::string authorization_code(std::string_view callback_url,
                                               std::string_view state) const;
  /// A user token for an authorization code, which is sent once.
  [[nodiscard]] Token exchange_code(
      std::string_view code, std::optional<std::string_view> redirect_uri = std::nullopt,
      std::optional<std::string_view> code_verifier = std::nullopt) const;
  /// The user token for an authorization, from the URL or query that the user came back with. An
  /// authorization can be finished once. ErrorKind::reauthorize for another state.
  [[nodiscard]] Token finish_authorization(const Authorization &authorization,
                                           std::string_view callback_url) const;
  /// An authorization as encrypted text that only this app's store_key opens, for a user's cookie
  /// or web session. No network I/O.
  [[nodiscard]] std::string seal_authorization(const Authorization &authorization) const;
  /// The authorization in a sealed text, in any process with the same store_key. No network I/O.
  [[nodiscard]] Authorization open_authorization(std::string_view sealed) const;
  /// A new user token for a refresh token, which is sent once. After a lost answer it may be spent
  /// where the platform rotates refresh tokens: that error is not retryable. A session keeps what
  /// can be kept.
  [[nodiscard]] Token refresh(std::string_view refresh_token) const;
  /// A token of the platform for a token of another server (RFC 8693), such as the OIDC id token of a
  /// workload. Each call sends a request. ErrorKind::unauthorized if the platform does not accept it.
  [[nodiscard]] Token exchange_token(std::string_view subject_token) const;
  [[nodiscard]] Token exchange_token(std::string_view subject_token,
                                     const TokenExchange &exchange) const;
  /// Begins a login of the user at this machine (RFC 8252): a listener on 127.0.0.1 that the user's
  /// browser comes back to. No network I/O until Login::wait.
  [[nodiscard]] Login start_login() const;
  [[nodiscard]] Login start_login(const LoginRequest &request) const;
  /// Begins a login on another device (RFC 8628): the user types a code there.
  [[nodiscard]] DeviceLogin start_device_login(
      const std::vector<std::string_view> &scopes = {}) const;
  /// The platform's view of a user's token, without its refresh token. ErrorKind::reauthorize if
  /// the token is invalid.
  [[nodiscard]] Token check_token(std::string_view token) const;
  /// A new token that replaces a user's token, which stops working.
  [[nodiscard]] Token reset_token(std::string_view token) const;
  /// A user token that reaches what `token` does on one account.
  [[nodiscard]] Token scope_token(std::string_view token, const Target &target) const;
  /// A user token that reaches a part of what `token` does on one account.
  [[nodiscard]] Token scope_token(std::string_view token, const Target &target,
                                  const Scope &scope) const;
  /// Revokes a user's token. It succeeds if the token is already invalid.
  void delete_token(std::string_view token) const;
  /// Revokes a user's authorization of the app with all its tokens, of which `token` is one that works.
  /// Throws an error of kind `reauthorize` when the platform does not know the token: then nothing was
  /// revoked, and the authorization may live on.
  void delete_grant(std::string_view token) const;
  /// Revokes an access or refresh token at the authorization server (RFC 7009), and the tokens that
  /// the server ties to it. The hint is "access_token" or "refresh_token". It succeeds if the
  /// server does not know the token.
  void revoke_token(std::string_view token,
                    std::optional<std::string_view> token_type_hint = std::nullopt) const;
  /// The authorization server's view of an access or refresh token (RFC 7662). An expired, revoked
  /// or unknown token is not an error: the introspection is not active.
  [[nodiscard]] Introspection introspect_token(
      std::string_view token,
      std::optional<std::string_view> token_type_hint = std::nullopt) const;

  // ---- Sessions

  /// A source of one user's tokens. They are in the store under a name that you choose, and are
  /// renewed before they expire. No network I/O.
  [[nodiscard]] TokenSource session(std::string_view name) const;
  /// Stores a user's token under a name, and replaces an earlier one. A record that cannot be opened
  /// stays: the reason is wrong_store_key if another key sealed it. With the user's id on the platform
  /// apply_webhook ends the session when the user revokes the authorization.
  void start_session(std::string_view name, const Token &token,
                     std::optional<std::string_view> account_id = std::nullopt) const;
  /// Removes a user's tokens from memory and the store, even if the record cannot be opened there.
  /// The tokens themselves stay valid.
  void end_session(std::string_view name) const;

  // ---- Webhooks

  /// A webhook whose signature is valid for one of the secrets; pass two while one replaces the
  /// other. Needs all headers, and the body byte for byte. No network I/O.
  [[nodiscard]] WebhookEvent verify_webhook(const Headers &headers, std::string_view body,
                                            const std::vector<std::string_view> &secrets) const;
  /// Forgets the tokens that a webhook makes obsolete: its installation was suspended, deleted or
  /// changed. Returns the number of tokens in memory. The store forgets them in the background, for
  /// all who share it; other processes use those in their own memory until they are renewed or
  /// refused.
  std::size_t apply_webhook(const WebhookEvent &webhook) const;
  /// The configuration of the app's webhook.
  [[nodiscard]] WebhookConfig webhook_config() const;
  /// Changes the configuration of the app's webhook, and returns the new one.
  WebhookConfig update_webhook_config(const WebhookUpdate &update) const;
  /// The webhooks that were sent to the app, newest first. No network I/O until the first item.
  [[nodiscard]] Listing<WebhookDelivery> webhook_deliveries() const;
  /// One delivery. Its raw() has the request and the receiver's response.
  [[nodiscard]] WebhookDelivery webhook_delivery(std::string_view id) const;
  /// Makes the platform send a webhook again.
  void redeliver_webhook(std::string_view delivery_id) const;

  // ---- Platform operations

  /// The app's registration on the platform.
  [[nodiscard]] Registration registration() const;
  /// The app that a manifest flow has registered, with its key and secrets. A code works once.
  /// Needs no credential.
  [[nodiscard]] Registration convert_manifest(std::string_view code) const;
  /// Reports leaked credentials, whoever owns them. The platform revokes them. Needs no credential.
  void revoke_credentials(const std::vector<std::string_view> &credentials) const;

  [[nodiscard]] const appmint_app *c_handle() const { return app_.get(); }

 private:
  std::shared_ptr<const appmint_app> app_;
};

/// A response to an API call, whatever its status.
class Response {
 public:
  explicit Response(std::shared_ptr<const appmint_response> response)
      : response_(std::move(response)) {}

  /// The HTTP status.
  [[nodiscard]] int status() const { return appmint_response_status(c_handle()); }
  /// The headers, names in lower case.
  [[nodiscard]] Headers headers() const {
    return detail::map<Headers>(appmint_response_headers(c_handle()));
  }
  [[nodiscard]] std::string body() const;
  /// The body as UTF-8 text, without a byte order mark: from UTF-8, from UTF-16 by its byte order mark or
  /// its declared charset, or from ISO-8859-1 where that is declared. Bytes that are not valid are
  /// replaced by U+FFFD.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const appmint_response *c_handle() const { return response_.get(); }

 private:
  std::shared_ptr<const appmint_response> response_;
};

/// Counts of an app's work since it was made: a snapshot.
class Stats {
 public:
  explicit Stats(std::shared_ptr<const appmint_stats> stats) : stats_(std::move(stats)) {}

  /// Tokens minted while a caller waited.
  [[nodiscard]] std::uint64_t minted() const { return appmint_stats_minted(c_handle()); }
  /// Tokens minted ahead of their predecessor's expiry.
  [[nodiscard]] std::uint64_t renewed() const { return appmint_stats_renewed(c_handle()); }
  /// Attempts to mint that failed.
  [[nodiscard]] std::uint64_t failed() const { return appmint_stats_failed(c_handle()); }
  /// Valid tokens returned inside their renewal margin because minting failed.
  [[nodiscard]] std::uint64_t served_stale() const {
    return appmint_stats_served_stale(c_handle());
  }
  /// Requests that were sent again.
  [[nodiscard]] std::uint64_t retried() const { return appmint_stats_retried(c_handle()); }
  /// Callers that shared a running attempt to mint.
  [[nodiscard]] std::uint64_t joined() const { return appmint_stats_joined(c_handle()); }
  /// Tokens that the platform refused before their expiry.
  [[nodiscard]] std::uint64_t refused() const { return appmint_stats_refused(c_handle()); }
  /// Tokens read from the store.
  [[nodiscard]] std::uint64_t from_store() const { return appmint_stats_from_store(c_handle()); }
  /// Calls of the store that failed.
  [[nodiscard]] std::uint64_t store_failed() const {
    return appmint_stats_store_failed(c_handle());
  }
  /// Cache entries in memory: one for each installation and scope, session, and the app.
  [[nodiscard]] std::uint64_t sources() const { return appmint_stats_sources(c_handle()); }
  [[nodiscard]] const appmint_stats *c_handle() const { return stats_.get(); }

 private:
  std::shared_ptr<const appmint_stats> stats_;
};

/// The quota of requests, as the platform's last answer told it.
class Quota {
 public:
  /// Copies what the object tells.
  explicit Quota(const appmint_quota *quota)
      : limit_(appmint_quota_limit(quota)),
        remaining_(appmint_quota_remaining(quota)),
        reset_at_ms_(appmint_quota_reset_at_ms(quota)),
        resource_(detail::optional_text(appmint_quota_resource(quota))) {}

  /// The number of requests that are allowed in one period.
  [[nodiscard]] std::optional<std::int64_t> limit() const {
    return limit_ == 0 ? std::nullopt : std::optional(limit_);
  }
  /// The number of requests that are left.
  [[nodiscard]] std::int64_t remaining() const { return remaining_; }
  /// When the quota is full again, by the platform's clock.
  [[nodiscard]] std::optional<Time> reset_at() const { return detail::time(reset_at_ms_); }
  /// The kind of requests that it is for, such as "core", on a platform that has several quotas.
  [[nodiscard]] std::optional<std::string> resource() const { return resource_; }

 private:
  std::int64_t limit_;
  std::int64_t remaining_;
  std::int64_t reset_at_ms_;
  std::optional<std::string> resource_;
};

namespace detail {

inline std::optional<Quota> quota(const appmint_quota *quota) {
  return quota ? std::optional(Quota(quota)) : std::nullopt;
}

inline std::optional<Quota> owned_quota(appmint_quota *owned) {
  std::unique_ptr<appmint_quota, decltype(&appmint_quota_free)> kept(owned, appmint_quota_free);
  return quota(kept.get());
}

inline std::shared_ptr<appmint_request> request(std::string_view method, std::string_view path,
                                                const RequestOptions &options) {
  std::shared_ptr<appmint_request> request(
      appmint_request_new(start(method), method.size(), start(path), path.size()),
      appmint_request_free);
  for (const auto &[name, value] : options.headers)
    appmint_request_add_header(request.get(), name.data(), name.size(), value.data(), value.size());
  set(request, appmint_request_set_json, options.json);
  set(request, appmint_request_set_body, options.body);
  set(request, appmint_request_set_token, options.token);
  if (options.timeout) appmint_request_set_timeout_ms(request.get(), options.timeout->count());
  return request;
}

}  // namespace detail

inline std::string App::platform_name() const {
  return detail::text(appmint_app_platform_name(c_handle()));
}

inline std::optional<std::string> App::fingerprint() const {
  return detail::optional_text(appmint_app_fingerprint(c_handle()));
}

inline std::chrono::milliseconds App::clock_offset() const {
  return std::chrono::milliseconds(appmint_app_clock_offset_ms(c_handle()));
}

inline Response App::request(std::string_view method, std::string_view path,
                             const RequestOptions &options) const {
  auto request = detail::request(method, path, options);
  return Response(detail::made(appmint_response_free, [&](auto out, auto error) {
    return appmint_app_request(c_handle(), request.get(), out, error);
  }));
}

inline Stats App::stats() const {
  return Stats(detail::made(appmint_stats_free, [&](auto out, auto error) {
    return appmint_app_stats(c_handle(), out, error);
  }));
}

inline std::optional<Quota> App::quota() const {
  return detail::owned_quota(appmint_app_quota(c_handle()));
}

inline void App::close() const { appmint_app_close(c_handle()); }

inline std::string Response::text() const {
  std::size_t size = 0;
  auto text = appmint_response_text(c_handle(), &size);
  return text ? std::string(text, size) : std::string();
}

inline std::string Response::body() const {
  std::size_t size = 0;
  auto bytes = reinterpret_cast<const char *>(appmint_response_body(c_handle(), &size));
  return bytes ? std::string(bytes, size) : std::string();
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_APP_HPP
