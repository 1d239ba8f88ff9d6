// How the values of appmint.h become those of C++. Part of appmint.hpp.

#ifndef APPMINT_CONVERT_HPP
#define APPMINT_CONVERT_HPP

#include "../appmint.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define APPMINT_EXCEPTIONS 1
#else
#define APPMINT_EXCEPTIONS 0
#endif

namespace appmint {
inline namespace abi0 {

/// A point in time, in the resolution of platforms.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// Names and values of HTTP headers. A name may occur several times.
using Headers = std::multimap<std::string, std::string>;

namespace detail {

inline std::optional<std::string> optional_text(const char *text) {
  return text ? std::optional<std::string>(text) : std::nullopt;
}

inline std::string text(const char *text) { return text ? text : ""; }

inline std::optional<Time> time(std::int64_t ms) {
  if (ms == APPMINT_NO_TIME) return std::nullopt;
  return Time(std::chrono::milliseconds(ms));
}

// A duration of C, which is -1 if there is none.
inline std::optional<std::chrono::milliseconds> duration(std::int64_t ms) {
  return ms < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(ms));
}

// A flag of C: 1, 0, or -1 if it is not known.
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

// NULL is an absent text to C. The data of an empty view may be NULL, too, but is not absent.
inline const char *start(std::string_view text) { return text.data() ? text.data() : ""; }
inline const char *start(const std::optional<std::string_view> &text) {
  return text ? start(*text) : nullptr;
}
inline std::size_t size(const std::optional<std::string_view> &text) {
  return text ? text->size() : 0;
}

// A duration that may be left out. C refuses every negative one but APPMINT_DEFAULT.
inline std::int64_t count(const std::optional<std::chrono::milliseconds> &duration) {
  if (!duration) return APPMINT_DEFAULT;
  return duration->count() < 0 ? APPMINT_DEFAULT - 1 : duration->count();
}

// Overwrites memory in a way that compilers do not leave out.
inline void wipe(char *start, std::size_t size) {
  for (volatile char *byte = start; size > 0; size--) *byte++ = 0;
}

// Whether two texts are equal. The time tells nothing but whether their lengths differ.
inline bool are_equal(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < left.size(); i++)
    difference = static_cast<unsigned char>(difference | (left[i] ^ right[i]));
  return difference == 0;
}

// Bytes that are wiped before they are freed.
class Wiped {
 public:
  explicit Wiped(std::size_t size) : bytes_(size) {}
  Wiped(const Wiped &) = delete;
  Wiped &operator=(const Wiped &) = delete;
  ~Wiped() { wipe(data(), size()); }

  char *data() { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }
  // Doubles the size. The first half keeps its bytes.
  void grow() {
    Wiped more(2 * size());
    std::copy(bytes_.begin(), bytes_.end(), more.bytes_.begin());
    bytes_.swap(more.bytes_);
  }

 private:
  std::vector<char> bytes_;
};

// An array of texts, as C reads it.
class Texts {
 public:
  template <class Container>
  explicit Texts(const Container &texts) {
    for (std::string_view text : texts) {
      starts_.push_back(start(text));
      lens_.push_back(text.size());
    }
  }

  const char *const *starts() const { return starts_.data(); }
  const std::size_t *lens() const { return lens_.data(); }
  std::size_t count() const { return starts_.size(); }

 private:
  std::vector<const char *> starts_;
  std::vector<std::size_t> lens_;
};

}  // namespace detail

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_CONVERT_HPP
