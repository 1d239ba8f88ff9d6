// A store of the program's own, where tokens live between processes. Part of appmint.hpp.

#ifndef APPMINT_STORE_HPP
#define APPMINT_STORE_HPP

#include "error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace appmint {

// Keeps bytes by name; what is in them is sealed, unless the app was told otherwise. All methods are
// called on threads of appmint's, on several at once; each may block for a moment. One that throws
// has failed: an installation token is then minted without the store. What they are handed lives
// until they return.
class Store {
 public:
  virtual ~Store() = default;

  // The value of this name, if there is one.
  virtual std::optional<std::string> get(std::string_view name) = 0;
  // Puts a value in the place of expected (none: of nothing), in one step, unless something else is
  // there by now; whether it did. After keep_until the value may be dropped.
  virtual bool put(std::string_view name, std::string_view value,
                   std::optional<std::string_view> expected, std::optional<Time> keep_until) = 0;
  // Takes a value away, in one step, if it is still the expected one.
  virtual void remove(std::string_view name, std::string_view expected) = 0;
  // Takes the lock of this name for an owner, unless another one has it; whether it did. It is free
  // again after the lease, whatever became of the owner.
  virtual bool lock(std::string_view name, std::string_view owner,
                    std::chrono::milliseconds lease) = 0;
  // Gives the lock back, if it is still the owner's.
  virtual void unlock(std::string_view name, std::string_view owner) = 0;
};

namespace detail {

// A Store as C calls it. What it throws ends here: C code must not be unwound.
class StoreCalls {
 public:
  static constexpr appmint_store_callbacks all() {
    return {sizeof(appmint_store_callbacks), get, put, remove, lock, unlock};
  }

 private:
  static int get(void *store, const char *name, appmint_bytes *value) noexcept {
    return answered([&] {
      auto found = of(store).get(name);
      if (found) check([&](auto error) {
        return appmint_bytes_put(value, found->data(), found->size(), error);
      });
      return found.has_value();
    });
  }
  static int put(void *store, const char *name, const std::uint8_t *value, std::size_t value_len,
                 const std::uint8_t *expected, std::size_t expected_len,
                 std::int64_t keep_until_ms) noexcept {
    return answered([&] {
      auto before = expected ? std::optional(view(expected, expected_len)) : std::nullopt;
      return of(store).put(name, view(value, value_len), before, time(keep_until_ms));
    });
  }
  static int remove(void *store, const char *name, const std::uint8_t *expected,
                    std::size_t expected_len) noexcept {
    return answered([&] {
      of(store).remove(name, view(expected, expected_len));
      return true;
    });
  }
  static int lock(void *store, const char *name, const char *owner,
                  std::uint64_t lease_ms) noexcept {
    return answered([&] { return of(store).lock(name, owner, std::chrono::milliseconds(lease_ms)); });
  }
  static int unlock(void *store, const char *name, const char *owner) noexcept {
    return answered([&] {
      of(store).unlock(name, owner);
      return true;
    });
  }

  template <class Work>
  static int answered(Work work) noexcept try {
    return work() ? APPMINT_STORE_YES : APPMINT_STORE_NO;
  } catch (...) {
    return -1;
  }
  static Store &of(void *store) { return **static_cast<std::shared_ptr<Store> *>(store); }
  static std::string_view view(const std::uint8_t *bytes, std::size_t size) {
    return {reinterpret_cast<const char *>(bytes), size};
  }
};

}  // namespace detail

}  // namespace appmint

#endif  // APPMINT_STORE_HPP
