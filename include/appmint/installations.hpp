// Where the app is installed. Part of appmint.hpp.

#ifndef APPMINT_INSTALLATIONS_HPP
#define APPMINT_INSTALLATIONS_HPP

#include "app.hpp"
#include "authorization.hpp"
#include "listing.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {
inline namespace abi0 {

/// An installation of the app on an account. Only its id is certain; platforms differ in the other
/// members. The whole object is in `raw`.
///
/// Source: https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app
class Installation {
 public:
  explicit Installation(std::shared_ptr<const appmint_installation> installation)
      : installation_(std::move(installation)) {}

  /// The installation's id.
  [[nodiscard]] std::string id() const { return detail::text(appmint_installation_id(c_handle())); }
  /// The account's path or login.
  [[nodiscard]] std::optional<std::string> account() const {
    return detail::optional_text(appmint_installation_account(c_handle()));
  }
  /// The account's display name.
  [[nodiscard]] std::optional<std::string> account_name() const {
    return detail::optional_text(appmint_installation_account_name(c_handle()));
  }
  /// The account's id.
  [[nodiscard]] std::optional<std::string> account_id() const {
    return detail::optional_text(appmint_installation_account_id(c_handle()));
  }
  /// The id of the account or other object on which the app is installed.
  [[nodiscard]] std::optional<std::string> target_id() const {
    return detail::optional_text(appmint_installation_target_id(c_handle()));
  }
  /// The app's id.
  [[nodiscard]] std::optional<std::string> app_id() const {
    return detail::optional_text(appmint_installation_app_id(c_handle()));
  }
  /// The app's short name, which is part of its URL.
  [[nodiscard]] std::optional<std::string> app_slug() const {
    return detail::optional_text(appmint_installation_app_slug(c_handle()));
  }
  /// The repositories that it can access: "all" or "selected".
  [[nodiscard]] std::optional<std::string> repository_selection() const {
    return detail::optional_text(appmint_installation_repository_selection(c_handle()));
  }
  /// The permissions that it was granted, by name with their level.
  [[nodiscard]] std::map<std::string, std::string> permissions() const {
    return detail::map(appmint_installation_permissions(c_handle()));
  }
  /// The names of the webhook events that the app receives.
  [[nodiscard]] std::vector<std::string> events() const {
    return detail::list(appmint_installation_events(c_handle()));
  }
  /// When the app was installed.
  [[nodiscard]] std::optional<Time> created_at() const {
    return detail::time(appmint_installation_created_at_ms(c_handle()));
  }
  /// When the installation last changed.
  [[nodiscard]] std::optional<Time> updated_at() const {
    return detail::time(appmint_installation_updated_at_ms(c_handle()));
  }
  /// When an owner suspended it. No value if it is not suspended, or the platform does not report
  /// it.
  [[nodiscard]] std::optional<Time> suspended_at() const {
    return detail::time(appmint_installation_suspended_at_ms(c_handle()));
  }
  /// The whole object as the platform sent it. JSON.
  [[nodiscard]] std::string raw() const {
    return detail::text(appmint_installation_raw(c_handle(), nullptr));
  }
  [[nodiscard]] const appmint_installation *c_handle() const { return installation_.get(); }

 private:
  std::shared_ptr<const appmint_installation> installation_;
};

/// How a text names an installation: Lookup::organization("acme").
class Lookup {
 public:
  /// The path, login, name or id of an account of any kind, as the platform writes it.
  [[nodiscard]] static Lookup account(std::string_view name) {
    return {APPMINT_LOOKUP_ACCOUNT, name};
  }
  /// The installation's id.
  [[nodiscard]] static Lookup id(std::string_view id) { return {APPMINT_LOOKUP_ID, id}; }
  /// An organization's login.
  [[nodiscard]] static Lookup organization(std::string_view name) {
    return {APPMINT_LOOKUP_ORGANIZATION, name};
  }
  /// A user's login.
  [[nodiscard]] static Lookup user(std::string_view login) { return {APPMINT_LOOKUP_USER, login}; }
  /// A repository, as "owner/name".
  [[nodiscard]] static Lookup repository(std::string_view full_name) {
    return {APPMINT_LOOKUP_REPOSITORY, full_name};
  }
  /// An enterprise's short name.
  [[nodiscard]] static Lookup enterprise(std::string_view name) {
    return {APPMINT_LOOKUP_ENTERPRISE, name};
  }

 private:
  friend class App;
  friend class AsyncApp;
  Lookup(appmint_lookup kind, std::string_view text) : kind_(kind), text_(text) {}

  appmint_lookup kind_;
  std::string text_;
};

/// A repository that an installation can access. Only its id and its name are certain.
///
/// Source:
/// https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
class Repository {
 public:
  explicit Repository(std::shared_ptr<const appmint_repository> repository)
      : repository_(std::move(repository)) {}

  /// The repository's id.
  [[nodiscard]] std::string id() const { return detail::text(appmint_repository_id(c_handle())); }
  /// Its name without its owner, as the argument "repositories" of `App::installation` takes it.
  [[nodiscard]] std::string name() const {
    return detail::text(appmint_repository_name(c_handle()));
  }
  /// Its name with its owner, such as "octocat/Hello-World".
  [[nodiscard]] std::optional<std::string> full_name() const {
    return detail::optional_text(appmint_repository_full_name(c_handle()));
  }
  /// The account that owns it.
  [[nodiscard]] std::optional<std::string> owner() const {
    return detail::optional_text(appmint_repository_owner(c_handle()));
  }
  /// Whether it is private.
  [[nodiscard]] std::optional<bool> is_private() const {
    return detail::flag(appmint_repository_is_private(c_handle()));
  }
  /// The whole object as the platform sent it. JSON.
  [[nodiscard]] std::string raw() const {
    return detail::text(appmint_repository_raw(c_handle(), nullptr));
  }
  [[nodiscard]] const appmint_repository *c_handle() const { return repository_.get(); }

 private:
  std::shared_ptr<const appmint_repository> repository_;
};

namespace detail {

template <>
struct Listed<Installation> {
  using List = appmint_installations;
  static constexpr auto next = appmint_installations_next;
  static constexpr auto next_async = appmint_installations_next_async;
  static constexpr auto free = appmint_installation_free;
};

}  // namespace detail

namespace detail {

template <>
struct Listed<Repository> {
  using List = appmint_repositories;
  static constexpr auto next = appmint_repositories_next;
  static constexpr auto next_async = appmint_repositories_next_async;
  static constexpr auto free = appmint_repository_free;
};

}  // namespace detail

inline Listing<std::string> App::paginate(std::string_view path,
                                          std::optional<std::string_view> items,
                                          const RequestOptions &options) const {
  auto request = detail::request("GET", path, options);
  return Listing<std::string>(detail::made(appmint_items_free, [&](auto out, auto error) {
    return appmint_app_paginate(c_handle(), request.get(), detail::start(items), detail::size(items),
                               out, error);
  }));
}

inline Listing<Installation> App::installations() const {
  return Listing<Installation>(detail::made(appmint_installations_free, [&](auto out, auto error) {
    return appmint_app_installations(c_handle(), out, error);
  }));
}

inline Installation App::find_installation(const Lookup &lookup) const {
  return Installation(detail::made(appmint_installation_free, [&](auto out, auto error) {
    return appmint_app_find_installation(c_handle(), lookup.kind_, lookup.text_.data(),
                                         lookup.text_.size(), out, error);
  }));
}

inline void App::suspend_installation(std::string_view id) const {
  detail::check_with(c_handle(), appmint_app_suspend_installation, id);
}

inline void App::unsuspend_installation(std::string_view id) const {
  detail::check_with(c_handle(), appmint_app_unsuspend_installation, id);
}

inline void App::delete_installation(std::string_view id) const {
  detail::check_with(c_handle(), appmint_app_delete_installation, id);
}

inline Authorization App::install_url(std::string_view app_slug,
                                      std::optional<std::string_view> state,
                                      std::optional<std::string_view> redirect_uri) const {
  return Authorization(detail::made(appmint_authorization_free, [&](auto out, auto error) {
    return appmint_app_install_url(c_handle(), detail::start(app_slug), app_slug.size(),
                                   detail::start(state), detail::size(state),
                                   detail::start(redirect_uri), detail::size(redirect_uri), out,
                                   error);
  }));
}

inline Installation App::finish_install(std::string_view callback_url,
                                        std::string_view state) const {
  return Installation(detail::made(appmint_installation_free, [&](auto out, auto error) {
    return appmint_app_finish_install(c_handle(), detail::start(callback_url), callback_url.size(),
                                      detail::start(state), state.size(), out, error);
  }));
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_INSTALLATIONS_HPP
