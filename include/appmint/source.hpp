// Sources of tokens. Part of appmint.hpp.

#ifndef APPMINT_SOURCE_HPP
#define APPMINT_SOURCE_HPP

#include "call.hpp"
#include "installation.hpp"
#include "token.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace appmint {

// Keeps one token of an installation, or of the app itself, valid. Sources of one installation
// share it.
class TokenSource {
 public:
  explicit TokenSource(std::shared_ptr<const appmint_source> source) : source_(std::move(source)) {}

  // None for the app's own tokens, and for what was not looked up yet.
  std::optional<std::string> installation_id() const {
    return detail::maybe(appmint_source_installation_id(c_handle()));
  }
  // A token that lives at least min_valid longer (default 60 s), from memory or newly minted. After
  // timeout (default: the app's) this caller stops waiting; minting goes on for the others.
  Token token(std::optional<std::chrono::milliseconds> min_valid = std::nullopt,
              std::optional<std::chrono::milliseconds> timeout = std::nullopt) const {
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_source_token(c_handle(), detail::count(min_valid), detail::count(timeout), out,
                                  error);
    }));
  }
  // The value for an Authorization header, with such a token.
  std::string authorization_header(
      std::optional<std::chrono::milliseconds> min_valid = std::nullopt,
      std::optional<std::chrono::milliseconds> timeout = std::nullopt) const {
    auto value = detail::made(appmint_text_free, [&](auto out, auto error) {
      return appmint_source_authorization_header(c_handle(), detail::count(min_valid),
                                          detail::count(timeout), out, error);
    });
    return detail::text(appmint_text_reveal(value.get(), nullptr));
  }
  // When the token in memory stops working; none without one, or if the platform did not say.
  std::optional<Time> expires_at() const {
    return detail::time(appmint_source_expires_at_ms(c_handle()));
  }
  // Forgets the token in memory: the next call mints.
  void invalidate() const { appmint_source_invalidate(c_handle()); }
  // Forgets it and has the platform end it, wherever it was handed out; nothing goes out without
  // one that still works.
  void revoke() const {
    detail::check([&](auto error) { return appmint_source_revoke(c_handle(), error); });
  }
  // Calls back with the token before (none for the first) and the new one, until the app and its
  // sources are gone. The callback is called on the thread that fetched the token: it must be quick,
  // and must not wait for a token itself.
  void on_change(
      std::function<void(const std::optional<Token> &before, const Token &token)> callback) const {
    using Callback = std::function<void(const std::optional<Token> &, const Token &)>;
    auto call = callback ? &TokenSource::tell : nullptr;
    detail::hand_over<Callback>(std::move(callback), [&](auto userdata, auto drop, auto error) {
      return appmint_source_on_change(c_handle(), call, userdata, drop, error);
    });
  }
  // The repositories that the token reaches.
  Listing<Repository> repositories() const {
    return Listing<Repository>(detail::made(appmint_repositories_free, [&](auto out, auto error) {
      return appmint_source_repositories(c_handle(), out, error);
    }));
  }
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
  static void tell(void *callback, const appmint_token *before,
                   const appmint_token *token) noexcept try {
    using Callback = std::function<void(const std::optional<Token> &, const Token &)>;
    auto last = before ? std::optional<Token>(kept(before)) : std::nullopt;
    (*static_cast<Callback *>(callback))(last, kept(token));
  } catch (...) {  // C code must not be unwound
  }
  static Token kept(const appmint_token *token) {
    return Token(std::shared_ptr<const appmint_token>(appmint_token_copy(token), appmint_token_free));
  }

  std::shared_ptr<const appmint_source> source_;
};

}  // namespace appmint

#endif  // APPMINT_SOURCE_HPP
