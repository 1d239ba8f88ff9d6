// What an authorization server knows of a token. Part of appmint.hpp.

#ifndef APPMINT_INTROSPECTION_HPP
#define APPMINT_INTROSPECTION_HPP

#include "values.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace appmint {

// What an authorization server knows of a token (RFC 7662).
class Introspection {
 public:
  explicit Introspection(std::shared_ptr<const appmint_introspection> introspection)
      : introspection_(std::move(introspection)) {}

  // Whether the token works now. If not, nothing else is told.
  bool active() const { return appmint_introspection_active(c_handle()) != 0; }
  // The OAuth scopes that it was granted.
  std::vector<std::string> scopes() const {
    return detail::list(appmint_introspection_scopes(c_handle()));
  }
  // The client that asked for it.
  std::optional<std::string> client_id() const {
    return detail::maybe(appmint_introspection_client_id(c_handle()));
  }
  // Who authorized it, for people.
  std::optional<std::string> username() const {
    return detail::maybe(appmint_introspection_username(c_handle()));
  }
  // Who authorized it, for machines: sub.
  std::optional<std::string> subject() const {
    return detail::maybe(appmint_introspection_subject(c_handle()));
  }
  // How it is used, such as "Bearer".
  std::optional<std::string> token_type() const {
    return detail::maybe(appmint_introspection_token_type(c_handle()));
  }
  // Who issued it: iss.
  std::optional<std::string> issuer() const {
    return detail::maybe(appmint_introspection_issuer(c_handle()));
  }
  // Whom it is meant for: aud.
  std::vector<std::string> audience() const {
    return detail::list(appmint_introspection_audience(c_handle()));
  }
  std::optional<Time> expires_at() const {
    return detail::time(appmint_introspection_expires_at_ms(c_handle()));
  }
  std::optional<Time> issued_at() const {
    return detail::time(appmint_introspection_issued_at_ms(c_handle()));
  }
  // From when on it works.
  std::optional<Time> not_before() const {
    return detail::time(appmint_introspection_not_before_ms(c_handle()));
  }
  // The whole object as the server sent it, JSON.
  std::string raw() const { return detail::text(appmint_introspection_raw(c_handle(), nullptr)); }
  const appmint_introspection *c_handle() const { return introspection_.get(); }

 private:
  std::shared_ptr<const appmint_introspection> introspection_;
};

}  // namespace appmint

#endif  // APPMINT_INTROSPECTION_HPP
