// Times, and how the values of appmint.h become those of C++. Part of appmint.hpp.

#ifndef APPMINT_VALUES_HPP
#define APPMINT_VALUES_HPP

#include "../appmint.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace appmint {

// A point in time, and how platforms count it.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

namespace detail {

inline std::optional<std::string> maybe(const char *text) {
  return text ? std::optional<std::string>(text) : std::nullopt;
}

inline std::string text(const char *text) { return text ? text : ""; }

inline std::optional<Time> time(std::int64_t ms) {
  if (ms == APPMINT_NO_TIME) return std::nullopt;
  return Time(std::chrono::milliseconds(ms));
}

// As C says yes, no and not known.
inline std::optional<bool> flag(int flag) {
  return flag < 0 ? std::nullopt : std::optional<bool>(flag != 0);
}

inline std::vector<std::string> list(const appmint_list *list) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < appmint_list_len(list); i++)
    texts.push_back(appmint_list_at(list, i));
  return texts;
}

template <class Map = std::map<std::string, std::string>>
Map map(const appmint_map *map) {
  Map texts;
  for (std::size_t i = 0; i < appmint_map_len(map); i++)
    texts.emplace(appmint_map_name_at(map, i), appmint_map_value_at(map, i));
  return texts;
}

// An absent text is NULL to C; an empty view may be NULL too, and must not become absent.
inline const char *start(std::string_view text) { return text.data() ? text.data() : ""; }
inline const char *start(const std::optional<std::string_view> &text) {
  return text ? start(*text) : nullptr;
}
inline std::size_t size(const std::optional<std::string_view> &text) {
  return text ? text->size() : 0;
}

template <class Duration>
std::uint64_t count(Duration duration) {
  return duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count());
}

// As C is told a duration that may be left out.
inline std::int64_t count(const std::optional<std::chrono::milliseconds> &duration) {
  return duration ? static_cast<std::int64_t>(count(*duration)) : -1;
}

}  // namespace detail

}  // namespace appmint

#endif  // APPMINT_VALUES_HPP
