// Tokens, and the sources that keep them valid. Part of appmint.hpp.

#ifndef APPMINT_TOKENS_HPP
#define APPMINT_TOKENS_HPP

#include "app.hpp"
#include "callbacks.hpp"
#include "installations.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {
inline namespace abi0 {

class AsyncTokenSource;

/// The holder that a token authenticates.
enum class TokenKind : std::int32_t {
  /// The app itself: a JWT that it signed.
  jwt = APPMINT_TOKEN_JWT,
  /// The app itself: a token that the platform issued to it.
  app = APPMINT_TOKEN_APP,
  /// An installation of the app.
  installation = APPMINT_TOKEN_INSTALLATION,
  /// A user who authorized the app.
  user = APPMINT_TOKEN_USER,
};

/// The name of a kind, such as "installation".
[[nodiscard]] inline std::string to_string(TokenKind kind) {
  return detail::text(appmint_token_kind_name(static_cast<std::int32_t>(kind)));
}

inline std::ostream &operator<<(std::ostream &out, TokenKind kind) {
  return out << to_string(kind);
}

/// A token: a secret, its permissions, and its expiry. It never changes. Its secrets are shown by
/// `reveal`, `reveal_refresh_token` and `authorization_header` only.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-1.4
class Token {
 public:
  explicit Token(std::shared_ptr<const appmint_token> token) : token_(std::move(token)) {}

  /// Its holder: the app ("jwt": a JWT that it signed; "app": a token that the platform issued to
  /// it), an "installation", or a "user".
  [[nodiscard]] TokenKind kind() const {
    return static_cast<TokenKind>(appmint_token_kind(c_handle()));
  }
  /// Returns the secret itself.
  [[nodiscard]] std::string reveal() const {
    return detail::text(appmint_token_reveal(c_handle(), nullptr));
  }
  /// Returns the value of an Authorization header. It is secret.
  [[nodiscard]] std::string authorization_header() const {
    return detail::text(appmint_token_authorization_header(c_handle(), nullptr));
  }
  /// When the token expires.
  [[nodiscard]] std::optional<Time> expires_at() const {
    return detail::time(appmint_token_expires_at_ms(c_handle()));
  }
  /// Its permissions, by name with their level.
  [[nodiscard]] std::map<std::string, std::string> permissions() const {
    return detail::map(appmint_token_permissions(c_handle()));
  }
  /// The repositories that it can access: "all" or "selected".
  [[nodiscard]] std::optional<std::string> repository_selection() const {
    return detail::optional_text(appmint_token_repository_selection(c_handle()));
  }
  /// The names of the repositories that it was narrowed to; empty if it was not.
  [[nodiscard]] std::vector<std::string> repositories() const {
    return detail::list(appmint_token_repositories(c_handle()));
  }
  /// The OAuth scopes that it was granted; empty if the platform reports none.
  [[nodiscard]] std::vector<std::string> scopes() const {
    return detail::list(appmint_token_scopes(c_handle()));
  }
  /// The login of the user's account, of a token that `App::check_token`, `App::reset_token` or
  /// `App::scope_token` returned. No value if it is another token, or the platform did not report
  /// it.
  [[nodiscard]] std::optional<std::string> account() const {
    return detail::optional_text(appmint_token_account(c_handle()));
  }
  /// The id of the user's account: of a token of a session that was started with it, or of one that
  /// `App::check_token` and its kin returned. No value if it is another token, or the platform did
  /// not report it.
  [[nodiscard]] std::optional<std::string> account_id() const {
    return detail::optional_text(appmint_token_account_id(c_handle()));
  }
  /// The payload of a JWT, which holds no secret. No value if it is another token.
  ///
  /// JSON.
  [[nodiscard]] std::optional<std::string> claims() const {
    return detail::optional_text(appmint_token_claims(c_handle()));
  }
  /// Returns the refresh token itself. No value if none came with the token.
  [[nodiscard]] std::optional<std::string> reveal_refresh_token() const {
    return detail::optional_text(appmint_token_reveal_refresh_token(c_handle(), nullptr));
  }
  /// When the refresh token expires. No value if there is none, or its end is not known.
  [[nodiscard]] std::optional<Time> refresh_token_expires_at() const {
    return detail::time(appmint_token_refresh_token_expires_at_ms(c_handle()));
  }
  /// Whether both have the same secret, in constant time.
  friend bool operator==(const Token &left, const Token &right) {
    return detail::are_equal(left.secret(), right.secret());
  }
  friend bool operator!=(const Token &left, const Token &right) { return !(left == right); }
  [[nodiscard]] const appmint_token *c_handle() const { return token_.get(); }

 private:
  std::string_view secret() const {
    std::size_t size = 0;
    auto start = appmint_token_reveal(c_handle(), &size);
    return start ? std::string_view(start, size) : std::string_view();
  }

  std::shared_ptr<const appmint_token> token_;
};

/// A description for logs: kind, expiry and permissions. It contains no secret.
[[nodiscard]] inline std::string to_string(const Token &token) {
  return detail::text(appmint_token_to_string(token.c_handle()));
}

inline std::ostream &operator<<(std::ostream &out, const Token &token) {
  return out << to_string(token);
}

/// A part of the permissions and repositories of an installation or a token:
///
///     Scope().repository("api").permission("contents", "read")
///
/// A function that takes a scope refuses an empty one, and one that was moved from, and reports the
/// first wrong argument of the setters.
class Scope {
 public:
  Scope() : scope_(appmint_scope_new(), appmint_scope_free) {}
  Scope(Scope &&other) noexcept : Scope() { scope_.swap(other.scope_); }
  Scope &operator=(Scope &&other) noexcept {
    Scope taken(std::move(other));
    scope_.swap(taken.scope_);
    return *this;
  }

  /// Adds a repository by its name without its owner.
  Scope &repository(std::string_view name) &;
  Scope repository(std::string_view name) && { return std::move(repository(name)); }
  /// Adds a repository by its id.
  Scope &repository_id(std::string_view id) &;
  Scope repository_id(std::string_view id) && { return std::move(repository_id(id)); }
  /// Sets a permission to a level, such as "contents" to "read".
  Scope &permission(std::string_view name, std::string_view level) &;
  Scope permission(std::string_view name, std::string_view level) && {
    return std::move(permission(name, level));
  }
  [[nodiscard]] const appmint_scope *c_handle() const { return scope_.get(); }

 private:
  std::unique_ptr<appmint_scope, void (*)(appmint_scope *)> scope_;
};

/// The optional arguments of the app's own tokens, on a platform that takes the app's assertion
/// (RFC 7523: a service account).
struct AppTokenRequest {
  /// OAuth scopes, on a platform that takes the app's assertion. Default: none.
  std::vector<std::string> scopes = {};
  /// The user for whom the app acts, on a platform that takes the app's assertion. Default: the app
  /// itself.
  std::optional<std::string> subject = std::nullopt;
};

/// A callback that `TokenSource::on_change` registered. Its destructor takes the callback back.
class Subscription {
 public:
  explicit Subscription(appmint_subscription *subscription) : subscription_(subscription) {}
  Subscription(Subscription &&other) noexcept = default;
  Subscription &operator=(Subscription &&other) noexcept {
    if (this != &other) {
      unsubscribe();
      subscription_ = std::move(other.subscription_);
    }
    return *this;
  }
  ~Subscription() { unsubscribe(); }

  /// Takes the callback back: it is not called any more, and is not running on another thread.
  /// Blocks while the callback runs on another thread, so do not hold a lock that the callback
  /// takes. Inside of a callback of `TokenSource::on_change` it does not wait, because two
  /// callbacks that take each other back would wait for ever. Nothing happens the second time.
  void unsubscribe() const { appmint_subscription_unsubscribe(subscription_.get()); }
  /// Leaves the callback registered until the app and its sources are gone.
  void detach() { subscription_.reset(); }
  [[nodiscard]] const appmint_subscription *c_handle() const { return subscription_.get(); }

 private:
  struct Free {
    void operator()(appmint_subscription *subscription) const {
      appmint_subscription_free(subscription);
    }
  };

  std::unique_ptr<appmint_subscription, Free> subscription_;
};

/// Keeps one token valid: an installation's, the app's own, or a user's. A token comes from memory
/// while it lives long enough. It is renewed in the background before it expires, and minted once
/// for all callers that wait. If minting fails for a temporary reason, a token that is still valid
/// is returned to its end. Sources of one installation and scope share one token.
class TokenSource {
 public:
  explicit TokenSource(std::shared_ptr<const appmint_source> source) : source_(std::move(source)) {}

  /// The installation's id. No value if these are the app's own tokens or a user's, or the
  /// installation was not looked up yet.
  [[nodiscard]] std::optional<std::string> installation_id() const;
  /// Returns a token that lives at least `min_valid` longer, from memory or newly minted. It is
  /// minted once for all callers that need one at the same time. Near its end a token is renewed in
  /// the background, and the caller goes on with the one in memory. If renewing fails for a reason
  /// that will pass, the token in memory is returned until it expires. A failure counts for every
  /// caller for one second, or for as long as a rate limit says, but at most for a minute.
  ///
  /// Where the platform documents how long its tokens live, a longer `min_valid` is refused.
  /// Elsewhere a new token that lives for less is returned, with an event
  /// `EventKind::served_stale`, and serves for half of its life.
  ///
  /// - `min_valid`: How much longer the token must live at least. Default: 60 s, or half of a life
  ///   of less than two minutes.
  /// - `timeout`: How long this caller waits. Minting goes on for the other callers. Default: the
  ///   app's `timeout`.
  ///
  /// Errors:
  /// - `ErrorKind::unauthorized` (`Reason::app_key_mismatch` or `Reason::app_not_found`) if the
  ///   platform does not accept the app's credentials.
  /// - `ErrorKind::forbidden` (`Reason::suspended`, `Reason::permission_not_granted` or
  ///   `Reason::repository_not_accessible`) if the installation is suspended, or lacks what was
  ///   asked for.
  /// - `ErrorKind::not_found` (`Reason::not_installed`) if the app is not installed there.
  /// - `ErrorKind::rejected` if the platform refuses the repositories or permissions to narrow to.
  /// - `ErrorKind::reauthorize` (`Reason::no_session`, `Reason::invalid_refresh_token` or
  ///   `Reason::rotation_interrupted`) if a session has ended; the user must authorize the app
  ///   again.
  /// - `ErrorKind::store` if the store of a session failed; installation tokens are minted without
  ///   it.
  /// - `ErrorKind::key` if the signer's signature cannot be used.
  /// - `ErrorKind::callback` if the signer failed.
  /// - `ErrorKind::invalid_argument` if no token of the platform lives for `min_valid`.
  /// - Those of every call over the network: see appmint.hpp.
  [[nodiscard]] Token token(std::optional<std::chrono::milliseconds> min_valid = std::nullopt,
                            std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;
  /// Returns the value of an Authorization header with such a token. It is secret.
  ///
  /// - `min_valid`: How much longer the token must live at least, as in `token`. Default: 60 s, or
  ///   half of a life of less than two minutes.
  /// - `timeout`: How long this caller waits, as in `token`. Default: the app's `timeout`.
  ///
  /// Errors:
  /// - Those of `token`.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
  [[nodiscard]] std::string authorization_header(
      std::optional<std::chrono::milliseconds> min_valid = std::nullopt,
      std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;
  /// token(), authorization_header(), revoke() and request() without waiting: their callbacks run on a
  /// thread of the library, or in Queue::dispatch(). Include <appmint/async.hpp>.
  [[nodiscard]] AsyncTokenSource async() const;
  [[nodiscard]] AsyncTokenSource async(const Queue &queue) const;
  /// When the token in memory expires. No value if there is none, or the platform did not report
  /// it.
  [[nodiscard]] std::optional<Time> expires_at() const;
  /// Returns the quota of the source's requests, as the platform told it in its last answer to one
  /// of them. It is that of the installation, whatever its tokens are narrowed to, of the app, or
  /// of the session's user. No value if there was no such answer yet, or the platform does not tell
  /// it. No network I/O.
  ///
  /// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
  [[nodiscard]] std::optional<Quota> quota() const;
  /// Forgets a token if it is still the one in memory: the answer to a 401 of a request that was
  /// made with it. However many callers got it, one new token is minted for all of them. Without a
  /// token, forgets whichever is in memory or being minted, so that the next call mints one; then
  /// each of many callers would forget what the others have just minted. A token that was already
  /// returned still works. No network I/O.
  ///
  /// - `token`: The text of the token that was refused. Nothing happens if it is another one's.
  ///   Default: whichever is in memory.
  void invalidate(const Token &token) const;
  /// The same, given the token's text.
  void invalidate(std::string_view token) const;
  /// Forgets the token in memory, whichever it is, so that the next call mints one. After a 401 name
  /// the token: else each of many callers would forget what the others have just minted.
  void invalidate() const;
  /// Registers a callback for new tokens, until it is taken back or the app is closed. A source
  /// with a lookup calls back once the installation was found.
  ///
  /// The callback runs on the thread that fetched the token, for which other callers may be
  /// waiting: it must be quick, and must not wait for a token. No network I/O.
  ///
  /// The callback is taken back when the subscription is destroyed.
  ///
  /// - `callback`: Takes the token before, which is missing for the first one, and the new token.
  [[nodiscard]] Subscription on_change(
      std::function<void(const std::optional<Token> &before, const Token &token)> callback) const;
  /// Forgets the token in memory and ends it on the platform, for everybody who has it. It succeeds
  /// if the token is already invalid. No network I/O without a valid token in memory. A token that
  /// is being minted is not revoked.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform does not offer this, or these are a user's tokens
  ///   or others of the token endpoint: see `App::delete_grant`, `App::delete_token`,
  ///   `App::revoke_token` and `App::end_session`.
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
  void revoke() const;
  /// Lists the repositories that the token can access. Pages are requested as the items are asked
  /// for, none before.
  ///
  /// Errors:
  /// - `ErrorKind::unsupported` if the platform does not list them.
  ///
  /// Source:
  /// https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
  [[nodiscard]] Listing<Repository> repositories() const;
  /// Calls the platform's API with the source's token. Every HTTP status is a response and no
  /// error. A token that the platform refuses before it expires is replaced once, and a new token
  /// is given a few seconds to become known. A path that the platform reserves for the app or the
  /// OAuth client is called with that credential.
  ///
  /// - `method`: The HTTP method, such as "GET".
  /// - `path`: A path of the API that begins with "/", with its query, or a URL on one of the
  ///   platform's own hosts.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if the method, path, headers or body cannot be sent.
  /// - `ErrorKind::invalid_argument` (`Reason::foreign_host`) if the URL is on another host than
  ///   the platform's.
  /// - Those of `token`.
  ///
  /// Source: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
  [[nodiscard]] Response request(std::string_view method, std::string_view path,
                                 const RequestOptions &options = {}) const;
  /// Lists the items of any endpoint of the API, with the source's token. The items are the list
  /// that the endpoint answers, or the only member of its answer that is a list, such as
  /// "repositories" beside a "total_count". Each one is a JSON value: the order of its members, and
  /// the digits of a number beyond 64 bits, are not kept.
  ///
  /// A next page is the one that the answer's Link header names, which must be on the same host and
  /// for the same credential, or as `api.paging` of the platform's descriptor says: by its number,
  /// until a page has no items or those of the page before, or by a cursor. As many items are asked
  /// for at once as the platform allows, unless the path's query has that parameter already. An
  /// item that moves to another page while the list is read may come twice, or not at all.
  ///
  /// Each page is asked for with the token that the source has by then, and one that is refused is
  /// replaced, as in `request`.
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
  [[nodiscard]] const appmint_source *c_handle() const { return source_.get(); }

 private:
  static void call(void *callback, const appmint_token *before,
                   const appmint_token *token) noexcept;

  std::shared_ptr<const appmint_source> source_;
};

inline Scope &Scope::repository(std::string_view name) & {
  appmint_scope_add_repository(scope_.get(), detail::start(name), name.size());
  return *this;
}

inline Scope &Scope::repository_id(std::string_view id) & {
  appmint_scope_add_repository_id(scope_.get(), detail::start(id), id.size());
  return *this;
}

inline Scope &Scope::permission(std::string_view name, std::string_view level) & {
  appmint_scope_set_permission(scope_.get(), detail::start(name), name.size(), detail::start(level),
                               level.size());
  return *this;
}

inline std::optional<std::string> TokenSource::installation_id() const {
  return detail::optional_text(appmint_source_installation_id(c_handle()));
}

inline Token TokenSource::token(std::optional<std::chrono::milliseconds> min_valid,
                                std::optional<std::chrono::milliseconds> timeout) const {
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_source_token(c_handle(), detail::count(min_valid), detail::count(timeout), out,
                                error);
  }));
}

inline std::string TokenSource::authorization_header(
    std::optional<std::chrono::milliseconds> min_valid,
    std::optional<std::chrono::milliseconds> timeout) const {
  return detail::revealed(detail::made(appmint_text_free, [&](auto out, auto error) {
    return appmint_source_authorization_header(c_handle(), detail::count(min_valid),
                                               detail::count(timeout), out, error);
  }));
}

inline std::optional<Time> TokenSource::expires_at() const {
  return detail::time(appmint_source_expires_at_ms(c_handle()));
}

inline std::optional<Quota> TokenSource::quota() const {
  return detail::owned_quota(appmint_source_quota(c_handle()));
}

inline void TokenSource::invalidate(const Token &token) const { invalidate(token.reveal()); }

inline void TokenSource::invalidate(std::string_view token) const {
  appmint_source_invalidate_token(c_handle(), token.data(), token.size());
}

inline void TokenSource::invalidate() const { appmint_source_invalidate(c_handle()); }

inline Subscription TokenSource::on_change(
    std::function<void(const std::optional<Token> &, const Token &)> callback) const {
  auto function = callback ? &TokenSource::call : nullptr;
  appmint_subscription *subscription = nullptr;
  detail::check([&](auto error) {
    return detail::hand_over(std::move(callback), [&](auto userdata, auto drop) {
      return appmint_source_on_change(c_handle(), function, userdata, drop, &subscription, error);
    });
  });
  return Subscription(subscription);
}

inline void TokenSource::revoke() const {
  detail::check([&](auto error) { return appmint_source_revoke(c_handle(), error); });
}

inline Listing<Repository> TokenSource::repositories() const {
  return Listing<Repository>(detail::made(appmint_repositories_free, [&](auto out, auto error) {
    return appmint_source_repositories(c_handle(), out, error);
  }));
}

inline Listing<std::string> TokenSource::paginate(std::string_view path,
                                                  std::optional<std::string_view> items,
                                                  const RequestOptions &options) const {
  auto request = detail::request("GET", path, options);
  return Listing<std::string>(detail::made(appmint_items_free, [&](auto out, auto error) {
    return appmint_source_paginate(c_handle(), request.get(), detail::start(items), detail::size(items),
                                  out, error);
  }));
}

inline Response TokenSource::request(std::string_view method, std::string_view path,
                                     const RequestOptions &options) const {
  auto request = detail::request(method, path, options);
  return Response(detail::made(appmint_response_free, [&](auto out, auto error) {
    return appmint_source_request(c_handle(), request.get(), out, error);
  }));
}

inline void TokenSource::call(void *callback, const appmint_token *before,
                              const appmint_token *token) noexcept {
  using Callback = std::function<void(const std::optional<Token> &, const Token &)>;
  auto copy = [](const appmint_token *borrowed) {
    return Token(
        std::shared_ptr<const appmint_token>(appmint_token_copy(borrowed), appmint_token_free));
  };
  auto work = [&] {
    auto last = before ? std::optional<Token>(copy(before)) : std::nullopt;
    (*static_cast<Callback *>(callback))(last, copy(token));
  };
  detail::guarded(work, [] {});
}

inline Token App::jwt() const {
  return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
    return appmint_app_jwt(c_handle(), out, error);
  }));
}

inline TokenSource App::installation(std::string_view id) const {
  return TokenSource(
      detail::made_with(appmint_source_free, c_handle(), appmint_app_installation, id));
}

inline TokenSource App::installation(std::string_view id, const Scope &scope) const {
  return installation(Lookup::id(id), scope);
}

inline TokenSource App::installation(const Lookup &lookup) const {
  return TokenSource(detail::made(appmint_source_free, [&](auto out, auto error) {
    return appmint_app_installation_by(c_handle(), lookup.kind_, lookup.text_.data(),
                                       lookup.text_.size(), nullptr, out, error);
  }));
}

inline TokenSource App::installation(const Lookup &lookup, const Scope &scope) const {
  return TokenSource(detail::made(appmint_source_free, [&](auto out, auto error) {
    return appmint_app_installation_by(c_handle(), lookup.kind_, lookup.text_.data(),
                                       lookup.text_.size(), scope.c_handle(), out, error);
  }));
}

inline TokenSource App::app_tokens() const { return app_tokens(AppTokenRequest()); }

inline TokenSource App::app_tokens(const AppTokenRequest &request) const {
  detail::Texts scopes(request.scopes);
  std::optional<std::string_view> subject = request.subject;
  return TokenSource(detail::made(appmint_source_free, [&](auto out, auto error) {
    return appmint_app_app_tokens(c_handle(), scopes.starts(), scopes.lens(), scopes.count(),
                                  detail::start(subject), detail::size(subject), out, error);
  }));
}

inline void App::revoke_installation_token(std::string_view token) const {
  detail::check_with(c_handle(), appmint_app_revoke_installation_token, token);
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_TOKENS_HPP
