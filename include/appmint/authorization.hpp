// The browser's part of an authorization or an install. Part of appmint.hpp.

#ifndef APPMINT_AUTHORIZATION_HPP
#define APPMINT_AUTHORIZATION_HPP

#include "convert.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace appmint {
inline namespace abi0 {

/// A URL to send a user to, and the values that the program must keep until the user comes back.
class Authorization {
 public:
  explicit Authorization(std::shared_ptr<const appmint_authorization> authorization)
      : authorization_(std::move(authorization)) {}

  /// The URL for the user's browser.
  [[nodiscard]] std::string url() const {
    return detail::text(appmint_authorization_url(c_handle()));
  }
  /// The state that the callback must bring back. Keep it with the user's web session.
  [[nodiscard]] std::string state() const {
    return detail::text(appmint_authorization_state(c_handle()));
  }
  /// Where the user returns to; none if the request named no URI.
  [[nodiscard]] std::optional<std::string> redirect_uri() const {
    return detail::optional_text(appmint_authorization_redirect_uri(c_handle()));
  }
  /// The PKCE verifier (RFC 7636) for App::exchange_code; none on a platform without PKCE.
  [[nodiscard]] std::optional<std::string> code_verifier() const {
    return detail::optional_text(appmint_authorization_code_verifier(c_handle(), nullptr));
  }
  [[nodiscard]] const appmint_authorization *c_handle() const { return authorization_.get(); }

 private:
  std::shared_ptr<const appmint_authorization> authorization_;
};

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_AUTHORIZATION_HPP
