// Where the app is installed, and what it reaches there. Part of appmint.hpp.

#ifndef APPMINT_INSTALLATION_HPP
#define APPMINT_INSTALLATION_HPP

#include "error.hpp"
#include "listing.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {

// One installation of the app on an account. Only its id is certain.
class Installation {
 public:
  explicit Installation(std::shared_ptr<const appmint_installation> installation)
      : installation_(std::move(installation)) {}

  std::string id() const { return detail::text(appmint_installation_id(c_handle())); }
  // The account's path or login.
  std::optional<std::string> account() const {
    return detail::maybe(appmint_installation_account(c_handle()));
  }
  // Its name for people.
  std::optional<std::string> account_name() const {
    return detail::maybe(appmint_installation_account_name(c_handle()));
  }
  std::optional<std::string> account_id() const {
    return detail::maybe(appmint_installation_account_id(c_handle()));
  }
  // The id of what the app is installed on.
  std::optional<std::string> target_id() const {
    return detail::maybe(appmint_installation_target_id(c_handle()));
  }
  std::optional<std::string> app_id() const {
    return detail::maybe(appmint_installation_app_id(c_handle()));
  }
  std::optional<std::string> app_slug() const {
    return detail::maybe(appmint_installation_app_slug(c_handle()));
  }
  // "all" or "selected".
  std::optional<std::string> repository_selection() const {
    return detail::maybe(appmint_installation_repository_selection(c_handle()));
  }
  std::map<std::string, std::string> permissions() const {
    return detail::map(appmint_installation_permissions(c_handle()));
  }
  std::vector<std::string> events() const {
    return detail::list(appmint_installation_events(c_handle()));
  }
  std::optional<Time> created_at() const {
    return detail::time(appmint_installation_created_at_ms(c_handle()));
  }
  std::optional<Time> updated_at() const {
    return detail::time(appmint_installation_updated_at_ms(c_handle()));
  }
  std::optional<Time> suspended_at() const {
    return detail::time(appmint_installation_suspended_at_ms(c_handle()));
  }
  // The whole object as the platform sent it, JSON.
  std::string raw() const { return detail::text(appmint_installation_raw(c_handle(), nullptr)); }
  const appmint_installation *c_handle() const { return installation_.get(); }

 private:
  std::shared_ptr<const appmint_installation> installation_;
};

namespace detail {

template <>
struct Listed<Installation> {
  using List = appmint_installations;
  static constexpr auto next = appmint_installations_next;
  static constexpr auto free = appmint_installation_free;
};

}  // namespace detail

// What an installation is looked up by: Lookup::organization("acme").
class Lookup {
 public:
  // An account of any kind, as the platform writes it: path, login, name or id.
  static Lookup account(std::string_view name) { return {APPMINT_LOOKUP_ACCOUNT, name}; }
  // An installation's id.
  static Lookup id(std::string_view id) { return {APPMINT_LOOKUP_ID, id}; }
  static Lookup organization(std::string_view name) { return {APPMINT_LOOKUP_ORGANIZATION, name}; }
  // A user's login.
  static Lookup user(std::string_view login) { return {APPMINT_LOOKUP_USER, login}; }
  // As "owner/name".
  static Lookup repository(std::string_view name) { return {APPMINT_LOOKUP_REPOSITORY, name}; }
  // Its short name.
  static Lookup enterprise(std::string_view name) { return {APPMINT_LOOKUP_ENTERPRISE, name}; }

 private:
  friend class App;
  Lookup(appmint_lookup kind, std::string_view text) : kind_(kind), text_(text) {}

  appmint_lookup kind_;
  std::string text_;
};

// A repository that an installation reaches. Only its id and its name are certain.
class Repository {
 public:
  explicit Repository(std::shared_ptr<const appmint_repository> repository)
      : repository_(std::move(repository)) {}

  std::string id() const { return detail::text(appmint_repository_id(c_handle())); }
  // Without its owner, as Scope::repository takes it.
  std::string name() const { return detail::text(appmint_repository_name(c_handle())); }
  // With its owner.
  std::optional<std::string> full_name() const {
    return detail::maybe(appmint_repository_full_name(c_handle()));
  }
  std::optional<std::string> owner() const {
    return detail::maybe(appmint_repository_owner(c_handle()));
  }
  // Whether it is hidden from the public.
  std::optional<bool> is_private() const {
    return detail::flag(appmint_repository_is_private(c_handle()));
  }
  // The whole object as the platform sent it, JSON.
  std::string raw() const { return detail::text(appmint_repository_raw(c_handle(), nullptr)); }
  const appmint_repository *c_handle() const { return repository_.get(); }

 private:
  std::shared_ptr<const appmint_repository> repository_;
};

namespace detail {

template <>
struct Listed<Repository> {
  using List = appmint_repositories;
  static constexpr auto next = appmint_repositories_next;
  static constexpr auto free = appmint_repository_free;
};

}  // namespace detail

}  // namespace appmint

#endif  // APPMINT_INSTALLATION_HPP
