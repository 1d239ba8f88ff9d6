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

/// The names of the built-in platforms, one of which is the setting `platform`.
[[nodiscard]] inline std::vector<std::string> platforms() {
  return detail::list(appmint_platforms());
}

/// A regular expression that finds the secrets of the built-in platforms in a text: their tokens,
/// of any length and with the dots of a JWT in them, and JWTs, for whatever scrubs logs. It uses no
/// more than POSIX extended regular expressions have, so it works in every language.
[[nodiscard]] inline std::string secret_pattern() {
  return detail::text(appmint_secret_pattern());
}

/// The optional parts of an API call.
struct RequestOptions {
  /// Further headers. Authorization is refused: give `token`. Default: none.
  Headers headers = {};
  /// JSON text that is sent, instead of `body`. Default: no body.
  std::optional<std::string> json = std::nullopt;
  /// Bytes to send, instead of `json`; their type belongs into a Content-Type header. Default: no
  /// body.
  std::optional<std::string> body = std::nullopt;
  /// The token to authenticate with, such as a user's. Not for a source, which has its own.
  /// Default: the credential that the platform wants for the path, such as the app's JWT.
  std::optional<std::string> token = std::nullopt;
  /// The time for the whole call with its retries. Default: the app's `timeout`.
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;
};

/// An app that authenticates on a platform. One app is enough for a program: it holds the
/// connections and the tokens. Making one needs no network I/O. Each operation names the credential
/// that it lacks.
///
/// Any thread may use it, and several at once.
///
/// Copies are cheap and share the app.
///
/// Source:
/// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app
class App {
 public:
  class Builder;
  /// An app on a built-in platform, such as "atomgit".
  [[nodiscard]] static Builder builder(std::string_view platform);
  /// An app on a platform that Builder::platform_descriptor describes.
  [[nodiscard]] static Builder builder();

  explicit App(std::shared_ptr<const appmint_app> app) : app_(std::move(app)) {}

  // ---- App & settings

  /// The platform's name, such as "github".
  [[nodiscard]] std::string platform_name() const;
  /// Signs the app's JWT. The same one is returned until 60 s before it expires. It is signed once
  /// for all callers that need one at the same time. No network I/O, unless the signer does some.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` (`Reason::missing_credential`) if the app has no private key,
  ///   signer or id.
  /// - `ErrorKind::unsupported` if the platform has no JWTs of apps.
  /// - `ErrorKind::callback` if the signer failed.
  /// - `ErrorKind::key` if the signer's signature cannot be used.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc7519,
  /// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
  [[nodiscard]] Token jwt() const;
  /// The SHA-256 fingerprint of the public key, as the platform's settings page shows it. With two
  /// keys it is that of the one in use. No value if the app has no private key, or a signer that
  /// does not know it.
  [[nodiscard]] std::optional<std::string> fingerprint() const;
  /// How far the platform's clock is ahead of this machine's, as far as is known. It is 0 until a
  /// difference was found, and again once it has ended. JWTs are made by it; tokens live by this
  /// machine's own clocks. It is learned from the Date header: when the platform rejects a JWT
  /// because of its times, and when two answers in a row agree on a difference of half a minute or
  /// more, or on none.
  [[nodiscard]] std::chrono::milliseconds clock_offset() const;
  /// Calls the platform's API as the app, or with a token. Every HTTP status is a response and no
  /// error. A read is sent again after a lost connection, 502 to 504, and a rate limit; a write
  /// after a rate limit only. A path that the platform reserves for the OAuth client is called with
  /// its id and secret.
  ///
  /// - `method`: The HTTP method, such as "GET".
  /// - `path`: A path of the API that begins with "/", with its query, or a URL on one of the
  ///   platform's own hosts.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if the method, path, headers or body cannot be sent.
  /// - `ErrorKind::invalid_argument` (`Reason::foreign_host`) if the URL is on another host than
  ///   the platform's.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
  [[nodiscard]] Response request(std::string_view method, std::string_view path,
                                 const RequestOptions &options = {}) const;
  /// Lists the items of any endpoint of the API, as the app, or with a token. The items are the
  /// list that the endpoint answers, or the only member of its answer that is a list, such as
  /// "repositories" beside a "total_count". Each one is a JSON value: the order of its members, and
  /// the digits of a number beyond 64 bits, are not kept.
  ///
  /// A next page is the one that the answer's Link header names, which must be on the same host and
  /// for the same credential, or as `api.paging` of the platform's descriptor says: by its number,
  /// until a page has no items or those of the page before, or by a cursor. As many items are asked
  /// for at once as the platform allows, unless the path's query has that parameter already. An
  /// item that moves to another page while the list is read may come twice, or not at all.
  ///
  /// A page that is refused is an error after the items of the pages before it. So is a link to
  /// another host, to which nothing is sent, and one to a page that was read already. Pages are
  /// requested as the items are asked for, none before.
  ///
  /// Each item is the JSON text of a value.
  ///
  /// - `path`: A path of the API that begins with "/", with its query, or a URL on one of the
  ///   platform's own hosts.
  /// - `items`: The member of an answer that is the list, or a JSON pointer to it (RFC 6901), where
  ///   an answer has several lists. Default: the only list in the answer.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if the path or headers cannot be sent, or the name of the
  ///   member is empty.
  /// - `ErrorKind::invalid_argument` (`Reason::foreign_host`) if the URL is on another host than
  ///   the platform's.
  ///
  /// Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
  /// https://www.rfc-editor.org/rfc/rfc8288#section-3
  [[nodiscard]] Listing<std::string> paginate(std::string_view path,
                                              std::optional<std::string_view> items = std::nullopt,
                                              const RequestOptions &options = {}) const;
  /// Returns the quota of the requests that the app makes with its JWT or tokens of its own. It is
  /// as the platform told it in its last answer to one of them. No value if there was no such
  /// answer yet, or the platform does not tell it. No network I/O.
  ///
  /// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
  [[nodiscard]] std::optional<Quota> quota() const;
  /// Returns the counters of the app since it was made. No network I/O.
  [[nodiscard]] Stats stats() const;
  /// The calls that may go to the network, without waiting: their callbacks run on a thread of the
  /// library, or in Queue::dispatch(). Include <appmint/async.hpp>.
  [[nodiscard]] AsyncApp async() const;
  [[nodiscard]] AsyncApp async(const Queue &queue) const;
  /// Ends the app's threads and connections, and forgets its tokens, whatever sources of it exist.
  /// Calls in progress complete; new ones fail with `ErrorKind::invalid_argument`. Sessions' tokens
  /// that the store did not take yet are offered to it until the app's `timeout` has passed. A
  /// second call does nothing. No network I/O.
  void close() const;

  // ---- Installations

  /// Lists the installations of the app. Pages are requested as the items are asked for, none
  /// before.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform has no installations.
  ///
  /// Source: https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
  [[nodiscard]] Listing<Installation> installations() const;
  /// Looks up one installation, by exactly one argument. `Lookup::account("acme")` and its kin are
  /// the arguments.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if none or several of the arguments are given, or one is
  ///   malformed.
  /// - `ErrorKind::unsupported` if the platform does not look up installations by this argument.
  /// - `ErrorKind::not_found` (`Reason::not_installed`) if the app is not installed there.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source:
  /// https://docs.github.com/en/rest/apps/apps#get-an-organization-installation-for-the-authenticated-app
  [[nodiscard]] Installation find_installation(const Lookup &lookup) const;
  /// Suspends an installation: its tokens stop working until it is unsuspended.
  ///
  /// - `id`: The installation's id.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform cannot suspend installations.
  /// - `ErrorKind::not_found` if the app has no such installation.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/apps#suspend-an-app-installation
  void suspend_installation(std::string_view id) const;
  /// Ends the suspension of an installation.
  ///
  /// - `id`: The installation's id.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform cannot suspend installations.
  /// - `ErrorKind::not_found` if the app has no such installation.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/apps#unsuspend-an-app-installation
  void unsuspend_installation(std::string_view id) const;
  /// Uninstalls the app from an installation's account. This cannot be undone.
  ///
  /// - `id`: The installation's id.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform does not let apps uninstall themselves.
  /// - `ErrorKind::not_found` if the app has no such installation.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source:
  /// https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app
  void delete_installation(std::string_view id) const;
  /// Makes the URL of the page on which a user installs the app. Keep its state until the user
  /// returns, for `finish_install`. The state is empty if the platform takes none. No network I/O.
  ///
  /// - `app_slug`: The app's short name, which is part of its URL: `Registration::slug`.
  /// - `state`: A state of your own, which nobody must be able to guess. Default: 256 random bits,
  ///   or an empty one if the platform takes none.
  /// - `redirect_uri`: The URL to which the user returns, on a platform that takes one. Default:
  ///   none is sent.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform has no such page, or does not take an argument.
  ///
  /// Source: https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app
  [[nodiscard]] Authorization install_url(
      std::string_view app_slug, std::optional<std::string_view> state = std::nullopt,
      std::optional<std::string_view> redirect_uri = std::nullopt) const;
  /// Returns the installation that a user has made. The state is compared in constant time, and the
  /// platform is asked whether the installation is this app's: anybody could have written the id in
  /// a callback.
  ///
  /// - `callback_url`: The URL with which the user returned, or its query.
  /// - `state`: The state of `install_url`.
  ///
  /// Errors:
  /// - `ErrorKind::reauthorize` (`Reason::state_mismatch`) if the callback has another state.
  /// - `ErrorKind::not_found` if the installation is not this app's.
  /// - `ErrorKind::protocol` (`Reason::missing_member`) if the callback has no installation's id.
  /// - `ErrorKind::pending` (`Reason::installation_requested`) if an owner of the account has yet
  ///   to approve.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source:
  /// https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url
  [[nodiscard]] Installation finish_install(std::string_view callback_url,
                                            std::string_view state) const;

  // ---- Tokens

  /// Makes a source of tokens for one installation. The installation is named by its id or by
  /// exactly one of the arguments of `find_installation`. One that is not named by its id is looked
  /// up when the first token is needed, and again when the platform no longer knows the id that was
  /// found.
  ///
  /// The tokens have all access that the installation was granted, unless they are narrowed. An
  /// empty list of repositories or permissions is refused, since platforms understand it as
  /// everything. No network I/O.
  ///
  /// An id, or a lookup such as `Lookup::organization("acme")`, names the installation, and a
  /// `Scope` narrows its tokens.
  ///
  /// - `id`: The installation's id.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if no argument or several name an installation, or an argument
  ///   is empty or malformed.
  /// - `ErrorKind::unsupported` if the platform has no installations, no lookup by this argument,
  ///   or no tokens that are narrowed like this.
  ///
  /// Source:
  /// https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
  [[nodiscard]] TokenSource installation(std::string_view id) const;
  /// A source of tokens for a part of what the installation was granted.
  [[nodiscard]] TokenSource installation(std::string_view id, const Scope &scope) const;
  /// A source of tokens for the installation that a lookup names. The source looks it up when it
  /// first needs a token, and again when the platform no longer knows it. No network I/O.
  [[nodiscard]] TokenSource installation(const Lookup &lookup) const;
  /// A source of tokens for a part of what that installation was granted.
  [[nodiscard]] TokenSource installation(const Lookup &lookup, const Scope &scope) const;
  /// Makes a source of the app's own tokens, on a platform that has them beside the JWT. They are
  /// minted for the JWT, for an assertion that the app signs (RFC 7523: a service account), or for
  /// the OAuth client itself (RFC 6749 section 4.4), as the platform has it. No network I/O.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform has no such tokens, or does not take an argument.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc7523#section-2.1,
  /// https://www.rfc-editor.org/rfc/rfc6749#section-4.4
  [[nodiscard]] TokenSource app_tokens() const;
  /// The same with OAuth scopes, or for a user (RFC 7523: a service account).
  [[nodiscard]] TokenSource app_tokens(const AppTokenRequest &request) const;
  /// Ends an installation token on the platform. It succeeds if the token is already invalid.
  ///
  /// - `token`: The token's text.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
  void revoke_installation_token(std::string_view token) const;

  // ---- OAuth & login

  /// Makes the URL of the page on which a user authorizes the app, with a fresh state. On a
  /// platform with PKCE (RFC 7636) it has a fresh code verifier, too. Keep the result until the
  /// user returns, for `finish_authorization`. No network I/O.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` (`Reason::missing_credential`) if the app has no client id.
  /// - `ErrorKind::invalid_argument` if the state is empty.
  /// - `ErrorKind::unsupported` if the platform has no OAuth, or does not take an argument.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1,
  /// https://www.rfc-editor.org/rfc/rfc7636#section-4.3
  [[nodiscard]] Authorization authorize() const;
  [[nodiscard]] Authorization authorize(const AuthorizationRequest &request) const;
  /// Returns the code in a callback URL, once its state was compared in constant time.
  /// `finish_authorization` does this and exchanges the code. No network I/O.
  ///
  /// - `callback_url`: The URL with which the user returned, or its query.
  /// - `state`: The state of the authorization.
  ///
  /// Errors:
  /// - `ErrorKind::reauthorize` (`Reason::state_mismatch`) if the callback has another state, or
  ///   comes from another server (RFC 9207).
  /// - `ErrorKind::denied` (`Reason::access_denied`) if the user declined.
  /// - `ErrorKind::rejected` (`Reason::redirect_uri_mismatch`) if the redirect URI is not
  ///   registered for the app.
  /// - `ErrorKind::rejected` if the platform refused the authorization for another cause.
  /// - `ErrorKind::protocol` (`Reason::missing_member`) if the callback holds no code and no error.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
  /// https://www.rfc-editor.org/rfc/rfc9207#section-2.4
  [[nodiscard]] std::string authorization_code(std::string_view callback_url,
                                               std::string_view state) const;
  /// Exchanges an authorization code for a user token. The code is sent once, even if the call
  /// fails, unless the platform refused the client's first private key: then it is sent again with
  /// the second.
  ///
  /// - `code`: The authorization code.
  /// - `redirect_uri`: The redirect URI of the authorization, if it had one. Default: none is sent.
  /// - `code_verifier`: The PKCE verifier of the authorization, if it had one. Default: none is
  ///   sent.
  ///
  /// Errors:
  /// - `ErrorKind::reauthorize` (`Reason::invalid_code`) if the code is unknown, expired or used.
  /// - `ErrorKind::unauthorized` (`Reason::invalid_client`) if the client id or its secret is
  ///   wrong.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3,
  /// https://www.rfc-editor.org/rfc/rfc7636#section-4.5
  [[nodiscard]] Token exchange_code(
      std::string_view code, std::optional<std::string_view> redirect_uri = std::nullopt,
      std::optional<std::string_view> code_verifier = std::nullopt) const;
  /// Exchanges the code with which a user returned for a user token. The state is compared in
  /// constant time, and iss if the platform sends it (RFC 9207). An authorization can be finished
  /// once, in one of the processes that share the store, within an hour, on the platform on which
  /// it began.
  ///
  /// - `authorization`: The result of `authorize` or `open_authorization`.
  /// - `callback_url`: The URL with which the user returned, or its query.
  ///
  /// Errors:
  /// - `ErrorKind::reauthorize` (`Reason::state_mismatch`) if the callback has another state, or
  ///   comes from another server.
  /// - `ErrorKind::reauthorize` (`Reason::stale_authorization`) if the authorization was finished
  ///   before, or began more than an hour ago.
  /// - `ErrorKind::reauthorize` (`Reason::invalid_code`) if the code is unknown, expired or used.
  /// - `ErrorKind::denied` (`Reason::access_denied`) if the user declined.
  /// - `ErrorKind::invalid_argument` if the authorization began on another platform.
  /// - `ErrorKind::store` if the store failed to record that the authorization is finished; nothing
  ///   was sent.
  /// - `ErrorKind::unauthorized` (`Reason::invalid_client`) if the client id or its secret is
  ///   wrong.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
  /// https://www.rfc-editor.org/rfc/rfc9207#section-2.4
  [[nodiscard]] Token finish_authorization(const Authorization &authorization,
                                           std::string_view callback_url) const;
  /// Encrypts an authorization with the app's store key, to be kept in the user's cookie or web
  /// session. No network I/O.
  ///
  /// - `authorization`: The result of `authorize`.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` (`Reason::missing_credential`) if the app has no store key.
  [[nodiscard]] std::string seal_authorization(const Authorization &authorization) const;
  /// Decrypts an authorization, in any process with the same store key. No network I/O.
  ///
  /// - `sealed`: The result of `seal_authorization`.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` (`Reason::missing_credential`) if the app has no store key.
  /// - `ErrorKind::invalid_argument` if the app's store keys do not open the text.
  [[nodiscard]] Authorization open_authorization(std::string_view sealed) const;
  /// Exchanges a refresh token for a new user token. The refresh token is sent once, even if the
  /// call fails, unless the platform refused the client's first private key: then it is sent again
  /// with the second. After a lost answer it may be spent where the platform rotates refresh
  /// tokens: that error is not retryable. A `session` keeps what can be kept. The answer is
  /// returned even if its access token has expired, because its refresh token works.
  ///
  /// - `refresh_token`: The refresh token's text.
  ///
  /// Errors:
  /// - `ErrorKind::reauthorize` (`Reason::invalid_refresh_token`) if the refresh token is unknown,
  ///   expired or revoked.
  /// - `ErrorKind::invalid_argument` if there is no refresh token.
  /// - `ErrorKind::unauthorized` (`Reason::invalid_client`) if the client id or its secret is
  ///   wrong.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc6749#section-6,
  /// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
  [[nodiscard]] Token refresh(std::string_view refresh_token) const;
  /// Exchanges a token of another server, such as the OIDC id token of a workload, for one of the
  /// platform. The app's OAuth client authenticates if the app has a client id. Each call sends a
  /// request: keep the token for as long as it lives.
  ///
  /// - `subject_token`: The token of the other server.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform has no token exchange.
  /// - `ErrorKind::unauthorized` (`Reason::invalid_token`) if the platform does not accept the
  ///   token.
  /// - `ErrorKind::unauthorized` (`Reason::invalid_client`) if the client id or its secret is
  ///   wrong.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc8693#section-2.1
  [[nodiscard]] Token exchange_token(std::string_view subject_token) const;
  [[nodiscard]] Token exchange_token(std::string_view subject_token,
                                     const TokenExchange &exchange) const;
  /// Starts the login of a user in a browser on this machine. It listens on 127.0.0.1 until the
  /// browser returns. No network I/O.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` (`Reason::missing_credential`) if the app has no client id.
  /// - `ErrorKind::invalid_argument` if the path is malformed, or the host is another machine's.
  /// - `ErrorKind::unsupported` if the platform has no OAuth, or does not take an argument.
  /// - `ErrorKind::transport` (`Reason::unreachable`) if no port is free.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
  [[nodiscard]] Login start_login() const;
  [[nodiscard]] Login start_login(const LoginRequest &request) const;
  /// Starts the login of a user on another device, on which they type a code.
  ///
  /// - `scopes`: OAuth scopes, on a platform that takes them. Default: none.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform has no device logins.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.1
  [[nodiscard]] DeviceLogin start_device_login(
      const std::vector<std::string_view> &scopes = {}) const;
  /// Asks the platform about a user token: its scopes, its expiry and its account.
  ///
  /// - `token`: The token's text.
  ///
  /// Errors:
  /// - `ErrorKind::reauthorize` (`Reason::invalid_token`) if the token is not valid any more, or
  ///   another app's.
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
  [[nodiscard]] Token check_token(std::string_view token) const;
  /// Replaces a user token, which stops working.
  ///
  /// - `token`: The token's text.
  ///
  /// Errors:
  /// - `ErrorKind::reauthorize` (`Reason::invalid_token`) if the token is not valid any more, or
  ///   another app's.
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/oauth-applications#reset-a-token
  [[nodiscard]] Token reset_token(std::string_view token) const;
  /// Makes a user token with a part of a token's access, on exactly one account.
  ///
  /// - `token`: The token's text.
  /// - `target`: The account, by its name or its id.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if none or both of `target` and `target_id` are given, or an
  ///   argument is empty or malformed.
  /// - `ErrorKind::reauthorize` (`Reason::invalid_token`) if the token is not valid any more, or
  ///   another app's.
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/apps#create-a-scoped-access-token
  [[nodiscard]] Token scope_token(std::string_view token, const Target &target) const;
  /// A user token that reaches a part of what `token` does on one account.
  [[nodiscard]] Token scope_token(std::string_view token, const Target &target,
                                  const Scope &scope) const;
  /// Ends a user token on the platform. It succeeds if the token is already invalid.
  ///
  /// - `token`: The token's text.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
  void delete_token(std::string_view token) const;
  /// Ends a user's authorization of the app with all its tokens.
  ///
  /// - `token`: One of these tokens, which must work.
  ///
  /// Errors:
  /// - `ErrorKind::reauthorize` (`Reason::invalid_token`) if the platform does not know the token;
  ///   nothing was ended, and the authorization may live on.
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
  void delete_grant(std::string_view token) const;
  /// Ends an access token or a refresh token at the authorization server. The server ends the
  /// tokens that belong to it, too. It succeeds if the server does not know the token.
  ///
  /// - `token`: The token's text.
  /// - `token_type_hint`: "access_token" or "refresh_token", which saves the server a search.
  ///   Default: none is sent.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform has no such endpoint.
  /// - `ErrorKind::unsupported` (`Reason::unsupported_token_type`) if the server does not revoke
  ///   tokens of this type.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc7009#section-2.1
  void revoke_token(std::string_view token,
                    std::optional<std::string_view> token_type_hint = std::nullopt) const;
  /// Asks the authorization server about an access token or a refresh token. A token that has
  /// expired, was revoked, is unknown or another client's is no error: it is not
  /// `Introspection::active`.
  ///
  /// - `token`: The token's text.
  /// - `token_type_hint`: "access_token" or "refresh_token", which saves the server a search.
  ///   Default: none is sent.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform has no such endpoint.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc7662#section-2.1
  [[nodiscard]] Introspection introspect_token(
      std::string_view token,
      std::optional<std::string_view> token_type_hint = std::nullopt) const;

  // ---- Sessions

  /// Makes a source of one user's tokens, which are in the store under a name. They are renewed
  /// before they expire, once for all processes that share the store: a refresh token is spent
  /// once, whatever dies when. Before `start_session` the source's calls fail with
  /// `ErrorKind::reauthorize` (`Reason::no_session`); when the session has ended, with
  /// `Reason::rotation_interrupted` or `Reason::invalid_refresh_token`, and the user must authorize
  /// the app again. No network I/O.
  ///
  /// - `name`: The name that was given to `start_session`.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` (`Reason::missing_credential`) if the app has no store or no
  ///   client credentials.
  /// - `ErrorKind::invalid_argument` if the name is empty.
  /// - `ErrorKind::unsupported` if the platform has no OAuth.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc9700#section-4.14,
  /// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
  [[nodiscard]] TokenSource session(std::string_view name) const;
  /// Writes a user token to the store under a name, in the place of any session that had it. From
  /// now on `session` returns and renews it. A record that cannot be opened stays: that session may
  /// go on elsewhere. With the user's id on the platform `apply_webhook` ends the session when the
  /// user revokes the authorization.
  ///
  /// - `name`: A name of your choice, by which `session` finds the token.
  /// - `token`: A token of kind "user", with its refresh token.
  /// - `account_id`: The user's id on the platform. Default: the token's `Token::account_id`.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` (`Reason::missing_credential`) if the app has no store or no
  ///   client credentials.
  /// - `ErrorKind::invalid_argument` if the name is empty, or the token is of another kind.
  /// - `ErrorKind::store` if the store failed, or its record of this name cannot be opened.
  /// - `ErrorKind::store` (`Reason::wrong_store_key`) if another key sealed its record of this
  ///   name.
  /// - Those of every call over the network: see appmint.hpp.
  void start_session(std::string_view name, const Token &token,
                     std::optional<std::string_view> account_id = std::nullopt) const;
  /// Forgets a user's session, in memory and in the store, even if its record cannot be opened
  /// there. The tokens themselves keep working: `revoke_token` or `delete_grant` ends them, on
  /// platforms that offer it.
  ///
  /// - `name`: The name that was given to `start_session`.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` (`Reason::missing_credential`) if the app has no store or no
  ///   client credentials.
  /// - `ErrorKind::invalid_argument` if the name is empty.
  /// - `ErrorKind::store` if the store failed.
  /// - Those of every call over the network: see appmint.hpp.
  void end_session(std::string_view name) const;

  // ---- Webhooks

  /// Verifies the signature of a webhook. No network I/O.
  ///
  /// - `headers`: All headers of the request, with names in any case; it depends on the platform
  ///   which of them count.
  /// - `body`: The raw bytes of the request, before anything parses them: a body that was parsed
  ///   and written again has another signature.
  /// - `secrets`: The webhook's secrets: two while one replaces the other.
  ///
  /// Errors:
  /// - `ErrorKind::unauthorized` (`Reason::invalid_signature`) if there is no signature, or one
  ///   that fits none of the secrets.
  /// - `ErrorKind::invalid_argument` if a secret is missing or empty.
  /// - `ErrorKind::protocol` (`Reason::not_json`) if the signed payload is not JSON.
  /// - `ErrorKind::unsupported` if the platform does not sign webhooks.
  ///
  /// Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  [[nodiscard]] WebhookEvent verify_webhook(const Headers &headers, std::string_view body,
                                            const std::vector<std::string_view> &secrets) const;
  /// Forgets the tokens that a webhook makes obsolete, so that new ones are minted. They are those
  /// of an installation that was suspended, deleted, or given other permissions or repositories,
  /// and those of a user who revoked the authorization of the app, whose sessions end if they were
  /// started with the id of the user's account. A webhook about something else is ignored.
  ///
  /// In the store they are forgotten in the background, for all who share it; if the store fails,
  /// that is an event `EventKind::store_failed`, and this process tries again before it looks
  /// there. Other processes use those in their own memory until they are renewed or refused: apply
  /// the webhook there, too.
  ///
  /// The signature does not cover the event's name. A forged name causes no more than tokens minted
  /// anew: a revocation is recognised by the signed payload. No network I/O.
  ///
  /// - `webhook`: The result of `verify_webhook`.
  ///
  /// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
  std::size_t apply_webhook(const WebhookEvent &webhook) const;
  /// Returns the configuration of the app's webhook.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
  [[nodiscard]] WebhookConfig webhook_config() const;
  /// Changes the configuration of the app's webhook. What is not given stays as it is.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if no change is given.
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source:
  /// https://docs.github.com/en/rest/apps/webhooks#update-a-webhook-configuration-for-an-app
  WebhookConfig update_webhook_config(const WebhookUpdate &update) const;
  /// Lists the events that were sent to the app, newest first. Pages are requested as the items are
  /// asked for, none before.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform does not list deliveries.
  ///
  /// Source: https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
  [[nodiscard]] Listing<WebhookDelivery> webhook_deliveries() const;
  /// Returns one delivery, with its request and the receiver's response in `WebhookDelivery::raw`.
  ///
  /// - `id`: The delivery's id, not its guid.
  ///
  /// Errors:
  /// - `ErrorKind::not_found` if there is no such delivery.
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook
  [[nodiscard]] WebhookDelivery webhook_delivery(std::string_view id) const;
  /// Has the platform send an event again.
  ///
  /// - `delivery_id`: The delivery's id, not its guid.
  ///
  /// Errors:
  /// - `ErrorKind::not_found` if there is no such delivery.
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook
  void redeliver_webhook(std::string_view delivery_id) const;

  // ---- Platform operations

  /// Returns the app as it is registered on the platform.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
  [[nodiscard]] Registration registration() const;
  /// Exchanges the code of an app manifest for the app that it created. It needs no credential. A
  /// code works once, and the platform returns the app's key and secrets this once.
  ///
  /// - `code`: The code with which the user returned from creating the app.
  ///
  /// Errors:
  /// - `ErrorKind::not_found` if the code is unknown or was used.
  /// - `ErrorKind::unsupported` if the platform has no app manifests.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source:
  /// https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
  [[nodiscard]] Registration convert_manifest(std::string_view code) const;
  /// Reports leaked credentials of anybody; the platform ends them and notifies their owners. It
  /// needs no credential.
  ///
  /// - `credentials`: The leaked credentials.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if there are no credentials, or one is empty.
  /// - `ErrorKind::unsupported` if the platform does not offer this.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/credentials/revoke
  void revoke_credentials(const std::vector<std::string_view> &credentials) const;

  [[nodiscard]] const appmint_app *c_handle() const { return app_.get(); }

 private:
  std::shared_ptr<const appmint_app> app_;
};

/// A response of the platform's API, of any status.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-15
class Response {
 public:
  explicit Response(std::shared_ptr<const appmint_response> response)
      : response_(std::move(response)) {}

  /// The HTTP status.
  [[nodiscard]] int status() const { return appmint_response_status(c_handle()); }
  /// The headers, with names in lower case.
  [[nodiscard]] Headers headers() const {
    return detail::map<Headers>(appmint_response_headers(c_handle()));
  }
  /// The whole body.
  [[nodiscard]] std::string body() const;
  /// The body as text, in its charset and without a byte order mark. UTF-8, UTF-16 by its byte
  /// order mark or its declared charset, or ISO-8859-1 where that is declared. Bytes that are not
  /// valid are replaced by U+FFFD.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const appmint_response *c_handle() const { return response_.get(); }

 private:
  std::shared_ptr<const appmint_response> response_;
};

/// Counters of an app since it was made: a snapshot.
class Stats {
 public:
  explicit Stats(std::shared_ptr<const appmint_stats> stats) : stats_(std::move(stats)) {}

  /// Tokens that were minted while a caller waited.
  [[nodiscard]] std::uint64_t minted() const { return appmint_stats_minted(c_handle()); }
  /// Tokens that were minted before their predecessor expired.
  [[nodiscard]] std::uint64_t renewed() const { return appmint_stats_renewed(c_handle()); }
  /// Attempts to mint a token that failed.
  [[nodiscard]] std::uint64_t failed() const { return appmint_stats_failed(c_handle()); }
  /// Tokens that were returned although they live for less than was asked for: no new one could be
  /// minted, or new ones live no longer.
  [[nodiscard]] std::uint64_t served_stale() const {
    return appmint_stats_served_stale(c_handle());
  }
  /// Requests that were sent again.
  [[nodiscard]] std::uint64_t retried() const { return appmint_stats_retried(c_handle()); }
  /// Callers that waited for a token that was being minted already.
  [[nodiscard]] std::uint64_t joined() const { return appmint_stats_joined(c_handle()); }
  /// Tokens that the platform refused before they expired.
  [[nodiscard]] std::uint64_t refused() const { return appmint_stats_refused(c_handle()); }
  /// Tokens that were read from the store.
  [[nodiscard]] std::uint64_t from_store() const { return appmint_stats_from_store(c_handle()); }
  /// Calls of the store that failed.
  [[nodiscard]] std::uint64_t store_failed() const {
    return appmint_stats_store_failed(c_handle());
  }
  /// Installations with a scope, and sessions, that have a place in memory.
  [[nodiscard]] std::uint64_t sources() const { return appmint_stats_sources(c_handle()); }
  [[nodiscard]] const appmint_stats *c_handle() const { return stats_.get(); }

 private:
  std::shared_ptr<const appmint_stats> stats_;
};

/// The quota of requests, as the platform's last answer told it.
///
/// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
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
  /// The kind of requests that it is for, such as "core", on a platform that has several quotas. No
  /// value if the platform has one quota.
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
