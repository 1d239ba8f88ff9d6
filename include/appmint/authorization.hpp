// The browser's half of authorizing and installing. Part of appmint.hpp.

#ifndef APPMINT_AUTHORIZATION_HPP
#define APPMINT_AUTHORIZATION_HPP

#include "values.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace appmint {

// What an authorization asks for.
struct AuthorizationRequest {
  std::optional<std::string> redirect_uri = std::nullopt;
  std::optional<std::string> state = std::nullopt;  // must be unguessable; default 256 random bits
  std::vector<std::string> scopes = {};
  std::optional<std::string> login_hint = std::nullopt;
};

// A place to send a user to, and what must be kept until the user comes back.
class Authorization {
 public:
  explicit Authorization(std::shared_ptr<const appmint_authorization> authorization)
      : authorization_(std::move(authorization)) {}

  std::string url() const { return detail::text(appmint_authorization_url(c_handle())); }
  std::string state() const { return detail::text(appmint_authorization_state(c_handle())); }
  std::optional<std::string> redirect_uri() const {
    return detail::maybe(appmint_authorization_redirect_uri(c_handle()));
  }
  // The PKCE verifier to hand to exchange_code, where the platform has PKCE.
  std::optional<std::string> code_verifier() const {
    return detail::maybe(appmint_authorization_code_verifier(c_handle(), nullptr));
  }
  const appmint_authorization *c_handle() const { return authorization_.get(); }

 private:
  std::shared_ptr<const appmint_authorization> authorization_;
};

}  // namespace appmint

#endif  // APPMINT_AUTHORIZATION_HPP
