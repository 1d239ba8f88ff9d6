// The app itself as the platform has it registered. Part of appmint.hpp.

#ifndef APPMINT_REGISTRATION_HPP
#define APPMINT_REGISTRATION_HPP

#include "values.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace appmint {

// An app's registration. Only its id is certain; its secrets are told once, by
// App::convert_manifest.
class Registration {
 public:
  explicit Registration(std::shared_ptr<const appmint_registration> registration)
      : registration_(std::move(registration)) {}

  // The app's id.
  std::string id() const { return detail::text(appmint_registration_id(c_handle())); }
  // Its short name, which stands in URLs.
  std::optional<std::string> slug() const {
    return detail::maybe(appmint_registration_slug(c_handle()));
  }
  // Its name for people.
  std::optional<std::string> name() const {
    return detail::maybe(appmint_registration_name(c_handle()));
  }
  std::optional<std::string> client_id() const {
    return detail::maybe(appmint_registration_client_id(c_handle()));
  }
  // The account that owns it.
  std::optional<std::string> owner() const {
    return detail::maybe(appmint_registration_owner(c_handle()));
  }
  // What it asks for.
  std::map<std::string, std::string> permissions() const {
    return detail::map(appmint_registration_permissions(c_handle()));
  }
  // What it hears of.
  std::vector<std::string> events() const {
    return detail::list(appmint_registration_events(c_handle()));
  }
  std::optional<Time> created_at() const {
    return detail::time(appmint_registration_created_at_ms(c_handle()));
  }
  std::optional<Time> updated_at() const {
    return detail::time(appmint_registration_updated_at_ms(c_handle()));
  }
  std::optional<std::string> reveal_client_secret() const {
    return detail::maybe(appmint_registration_reveal_client_secret(c_handle(), nullptr));
  }
  std::optional<std::string> reveal_webhook_secret() const {
    return detail::maybe(appmint_registration_reveal_webhook_secret(c_handle(), nullptr));
  }
  // The app's key, PEM.
  std::optional<std::string> reveal_private_key() const {
    return detail::maybe(appmint_registration_reveal_private_key(c_handle(), nullptr));
  }
  // The whole object as the platform sent it, without the secrets, JSON.
  std::string raw() const { return detail::text(appmint_registration_raw(c_handle(), nullptr)); }
  const appmint_registration *c_handle() const { return registration_.get(); }

 private:
  std::shared_ptr<const appmint_registration> registration_;
};

}  // namespace appmint

#endif  // APPMINT_REGISTRATION_HPP
