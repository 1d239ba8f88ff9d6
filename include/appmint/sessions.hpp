// Users who stay logged in: their tokens are in the store, and are renewed. Part of appmint.hpp.

#ifndef APPMINT_SESSIONS_HPP
#define APPMINT_SESSIONS_HPP

#include "tokens.hpp"

#include <optional>
#include <string_view>

namespace appmint {
inline namespace abi0 {

inline TokenSource App::session(std::string_view name) const {
  return TokenSource(detail::made_with(appmint_source_free, c_handle(), appmint_app_session, name));
}

inline void App::start_session(std::string_view name, const Token &token,
                               std::optional<std::string_view> account_id) const {
  detail::check([&](auto error) {
    return appmint_app_start_session(c_handle(), detail::start(name), name.size(),
                                     token.c_handle(), detail::start(account_id),
                                     detail::size(account_id), error);
  });
}

inline void App::end_session(std::string_view name) const {
  detail::check_with(c_handle(), appmint_app_end_session, name);
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_SESSIONS_HPP
