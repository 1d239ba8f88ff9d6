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

/// A store that the program implements, which keeps bytes by name, outside of the process. The
/// bytes are sealed with the app's `store_key`, unless `store_unencrypted` is set. A function that
/// fails, or that takes longer than five seconds or than its caller has time, causes an event
/// `EventKind::store_failed`: an installation token is then minted without the store, while the
/// calls of a session fail.
///
/// The functions run on the library's threads, on several at once; each may block for a moment. One
/// that throws has failed. Arguments are valid until the function returns.
class Store {
 public:
  virtual ~Store() = default;

  /// Returns the value of a name. No value if there is none.
  ///
  /// - `name`: The value's name.
  virtual std::optional<std::string> get(std::string_view name) = 0;
  /// Replaces a value, atomically, if it is still the expected one.
  ///
  /// - `name`: The value's name.
  /// - `value`: The new value.
  /// - `expected`: The value to replace; no value to add one only if there is none.
  /// - `keep_until`: When the value may be dropped, by this machine's clock even if the app has
  ///   another one; no value to keep it.
  virtual bool put(std::string_view name, std::string_view value,
                   std::optional<std::string_view> expected, std::optional<Time> keep_until) = 0;
  /// Removes a value, atomically, if it is still the expected one.
  ///
  /// - `name`: The value's name.
  /// - `expected`: The value to remove.
  virtual void remove(std::string_view name, std::string_view expected) = 0;
  /// Takes a lock for an owner, atomically, unless another owner has it. The lock is free again
  /// after the lease, even if its owner has died. If the owner has it already, the lease begins
  /// anew. Leases are best measured by a clock that nobody sets: the store's own, or the time since
  /// the machine started.
  ///
  /// - `name`: The lock's name.
  /// - `owner`: The owner's name.
  /// - `lease`: How long the lock is held if it is not released before.
  virtual bool lock(std::string_view name, std::string_view owner,
                    std::chrono::milliseconds lease) = 0;
  /// Releases a lock if the owner still has it.
  ///
  /// - `name`: The lock's name.
  /// - `owner`: The owner that took it.
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
