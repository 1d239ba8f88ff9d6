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

/// A URL to send a user to, and the secrets to keep until the user returns. It can be finished
/// once, and within an hour by the wall clock, since it may be sealed and opened by another
/// process. A clock that is set ahead ends it sooner; one that is set back prolongs it by as much.
/// One that began more than five minutes in the future is refused, so that a wrong date cannot
/// prolong it for days.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
class Authorization {
 public:
  explicit Authorization(std::shared_ptr<const appmint_authorization> authorization)
      : authorization_(std::move(authorization)) {}

  /// The URL to send the user's browser to.
  [[nodiscard]] std::string url() const {
    return detail::text(appmint_authorization_url(c_handle()));
  }
  /// The state that the callback must have; keep it in the user's web session.
  [[nodiscard]] std::string state() const {
    return detail::text(appmint_authorization_state(c_handle()));
  }
  /// The URL to which the user returns. No value if none was given.
  [[nodiscard]] std::optional<std::string> redirect_uri() const {
    return detail::optional_text(appmint_authorization_redirect_uri(c_handle()));
  }
  /// The PKCE verifier for `App::exchange_code`, a secret. No value if the platform does not use
  /// PKCE.
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
