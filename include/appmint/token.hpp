// Tokens, and what they are narrowed to. Part of appmint.hpp.

#ifndef APPMINT_TOKEN_HPP
#define APPMINT_TOKEN_HPP

#include "error.hpp"

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {

// A token: a snapshot. Printing it shows no secret.
class Token {
 public:
  explicit Token(std::shared_ptr<const appmint_token> token) : token_(std::move(token)) {}

  // "jwt", "app", "installation" or "user".
  std::string kind() const { return detail::text(appmint_token_kind(c_handle())); }
  // The secret itself.
  std::string reveal() const { return detail::text(appmint_token_reveal(c_handle(), nullptr)); }
  // The value for an Authorization header.
  std::string authorization_header() const {
    return detail::text(appmint_token_authorization_header(c_handle(), nullptr));
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
  // Whose it is, where the platform was asked (App::check_token and its like) and said so.
  std::optional<std::string> account() const {
    return detail::maybe(appmint_token_account(c_handle()));
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

// A part of what was granted, everything at first:
// Scope().repository("api").permission("contents", "read"). One that narrows nothing is refused,
// as is one that was moved from.
class Scope {
 public:
  Scope() : scope_(appmint_scope_new(), appmint_scope_free) {}
  Scope(Scope &&other) noexcept : Scope() { scope_.swap(other.scope_); }
  Scope &operator=(Scope &&other) noexcept {
    Scope taken(std::move(other));
    scope_.swap(taken.scope_);
    return *this;
  }

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

// The account that a user's token is scoped to: Target::account("acme").
class Target {
 public:
  // A login or an organization's name.
  static Target account(std::string_view name) { return {std::string(name), std::nullopt}; }
  static Target id(std::string_view id) { return {std::nullopt, std::string(id)}; }

 private:
  friend class App;
  Target(std::optional<std::string> account, std::optional<std::string> id)
      : account_(std::move(account)), id_(std::move(id)) {}

  std::optional<std::string> account_, id_;
};

}  // namespace appmint

#endif  // APPMINT_TOKEN_HPP
