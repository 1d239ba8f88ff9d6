// The app on its platform, and credentials that have leaked. Part of appmint.hpp.

#ifndef APPMINT_OPERATIONS_HPP
#define APPMINT_OPERATIONS_HPP

#include "app.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {
inline namespace abi0 {

/// An app as it is registered on the platform. Only its id is certain. Its secrets are part of the
/// result of `App::convert_manifest` only, and are shown by `reveal_client_secret`,
/// `reveal_webhook_secret` and `reveal_private_key` only.
///
/// Source: https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
class Registration {
 public:
  explicit Registration(std::shared_ptr<const appmint_registration> registration)
      : registration_(std::move(registration)) {}

  /// The app's id.
  [[nodiscard]] std::string id() const { return detail::text(appmint_registration_id(c_handle())); }
  /// The app's short name, which is part of its URL.
  [[nodiscard]] std::optional<std::string> slug() const {
    return detail::optional_text(appmint_registration_slug(c_handle()));
  }
  /// The app's display name.
  [[nodiscard]] std::optional<std::string> name() const {
    return detail::optional_text(appmint_registration_name(c_handle()));
  }
  /// The OAuth client id.
  [[nodiscard]] std::optional<std::string> client_id() const {
    return detail::optional_text(appmint_registration_client_id(c_handle()));
  }
  /// The account that owns the app.
  [[nodiscard]] std::optional<std::string> owner() const {
    return detail::optional_text(appmint_registration_owner(c_handle()));
  }
  /// The permissions that it requests, by name with their level.
  [[nodiscard]] std::map<std::string, std::string> permissions() const {
    return detail::map(appmint_registration_permissions(c_handle()));
  }
  /// The names of the webhook events that it receives.
  [[nodiscard]] std::vector<std::string> events() const {
    return detail::list(appmint_registration_events(c_handle()));
  }
  /// When the app was registered.
  [[nodiscard]] std::optional<Time> created_at() const {
    return detail::time(appmint_registration_created_at_ms(c_handle()));
  }
  /// When the registration last changed.
  [[nodiscard]] std::optional<Time> updated_at() const {
    return detail::time(appmint_registration_updated_at_ms(c_handle()));
  }
  /// Returns the OAuth client secret itself. No value if it is not the result of
  /// `App::convert_manifest`.
  [[nodiscard]] std::optional<std::string> reveal_client_secret() const {
    return detail::optional_text(appmint_registration_reveal_client_secret(c_handle(), nullptr));
  }
  /// Returns the secret that signs webhooks. No value if it is not the result of
  /// `App::convert_manifest`.
  [[nodiscard]] std::optional<std::string> reveal_webhook_secret() const {
    return detail::optional_text(appmint_registration_reveal_webhook_secret(c_handle(), nullptr));
  }
  /// Returns the app's private key itself, in PEM. No value if it is not the result of
  /// `App::convert_manifest`.
  [[nodiscard]] std::optional<std::string> reveal_private_key() const {
    return detail::optional_text(appmint_registration_reveal_private_key(c_handle(), nullptr));
  }
  /// The whole object as the platform sent it, without the secrets. JSON.
  [[nodiscard]] std::string raw() const {
    return detail::text(appmint_registration_raw(c_handle(), nullptr));
  }
  [[nodiscard]] const appmint_registration *c_handle() const { return registration_.get(); }

 private:
  std::shared_ptr<const appmint_registration> registration_;
};

inline Registration App::registration() const {
  return Registration(detail::made(appmint_registration_free, [&](auto out, auto error) {
    return appmint_app_registration(c_handle(), out, error);
  }));
}

inline Registration App::convert_manifest(std::string_view code) const {
  return Registration(detail::made_with(appmint_registration_free, c_handle(),
                                        appmint_app_convert_manifest, code));
}

inline void App::revoke_credentials(const std::vector<std::string_view> &credentials) const {
  detail::Texts texts(credentials);
  detail::check([&](auto error) {
    return appmint_app_revoke_credentials(c_handle(), texts.starts(), texts.lens(), texts.count(),
                                          error);
  });
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_OPERATIONS_HPP
