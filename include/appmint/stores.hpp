// A store that the program implements, which keeps tokens between processes. Part of appmint.hpp.

#ifndef APPMINT_STORES_HPP
#define APPMINT_STORES_HPP

#include "callbacks.hpp"
#include "settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace appmint {
inline namespace abi0 {

/// Keeps bytes by name. The bytes are encrypted, unless the app is set to leave them unencrypted.
/// The functions run on the library's threads, on several at once; each may block for a moment. One
/// that throws, or takes longer than five seconds (or half of the call's time), has failed: an
/// installation token is then minted without the store, and a session's call fails. Arguments are
/// valid until the function returns.
class Store {
 public:
  virtual ~Store() = default;

  /// The value of this name, if there is one.
  virtual std::optional<std::string> get(std::string_view name) = 0;
  /// Replaces the value `expected` (none: no value) atomically. Returns whether it did: not if
  /// there is another value. The store may drop the value after `keep_until`, a time of this
  /// machine's clock even if the app has another one.
  virtual bool put(std::string_view name, std::string_view value,
                   std::optional<std::string_view> expected, std::optional<Time> keep_until) = 0;
  /// Removes the value if it is `expected`, atomically.
  virtual void remove(std::string_view name, std::string_view expected) = 0;
  /// Locks this name for an owner. Returns whether it did: not while another owner has the lock.
  /// The lock ends after the lease, even if the owner has died. An owner that has it already begins
  /// the lease anew. Leases are best measured by a clock that nobody sets.
  virtual bool lock(std::string_view name, std::string_view owner,
                    std::chrono::milliseconds lease) = 0;
  /// Ends the lock, if the owner has it.
  virtual void unlock(std::string_view name, std::string_view owner) = 0;
};

namespace detail {

// The callbacks of a Store. An exception ends here: C code must not be unwound.
class StoreCalls {
 public:
  static constexpr appmint_store_callbacks all() {
    return {sizeof(appmint_store_callbacks), get, put, remove, lock, unlock};
  }

 private:
  static int get(void *store, const char *name, appmint_bytes *value) noexcept {
    bool has_failed = false;
    int code = outcome([&] {
      auto found = of(store).get(name);
      if (!found) return false;
      // Unencrypted, it holds tokens.
      auto status = appmint_bytes_put(value, found->data(), found->size(), nullptr);
      wipe(found->data(), found->size());
      has_failed = status != APPMINT_OK;
      return true;
    });
    return has_failed ? -1 : code;
  }
  static int put(void *store, const char *name, const std::uint8_t *value, std::size_t value_len,
                 const std::uint8_t *expected, std::size_t expected_len,
                 std::int64_t keep_until_ms) noexcept {
    return outcome([&] {
      auto before = expected ? std::optional(view(expected, expected_len)) : std::nullopt;
      return of(store).put(name, view(value, value_len), before, time(keep_until_ms));
    });
  }
  static int remove(void *store, const char *name, const std::uint8_t *expected,
                    std::size_t expected_len) noexcept {
    return outcome([&] {
      of(store).remove(name, view(expected, expected_len));
      return true;
    });
  }
  static int lock(void *store, const char *name, const char *owner,
                  std::uint64_t lease_ms) noexcept {
    return outcome([&] {
      return of(store).lock(name, owner, std::chrono::milliseconds(lease_ms));
    });
  }
  static int unlock(void *store, const char *name, const char *owner) noexcept {
    return outcome([&] {
      of(store).unlock(name, owner);
      return true;
    });
  }

  template <class Work>
  static int outcome(Work work) noexcept {
    auto code = [&]() -> int { return work() ? APPMINT_STORE_YES : APPMINT_STORE_NO; };
    return guarded(code, [] { return failed(); });
  }
  static Store &of(void *store) { return **static_cast<std::shared_ptr<Store> *>(store); }
  static std::string_view view(const std::uint8_t *bytes, std::size_t size) {
    return {reinterpret_cast<const char *>(bytes), size};
  }
};

}  // namespace detail

inline App::Builder &App::Builder::own_store(std::shared_ptr<Store> implementation) & {
  auto callbacks = detail::StoreCalls::all();
  auto pointer = implementation ? &callbacks : nullptr;
  detail::hand_over(std::move(implementation), [&](auto userdata, auto drop) {
    appmint_config_set_own_store(config_.get(), pointer, userdata, drop);
  });
  return *this;
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_STORES_HPP
