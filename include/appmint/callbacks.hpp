// Callbacks of the program that fail. Part of appmint.hpp.

#ifndef APPMINT_CALLBACKS_HPP
#define APPMINT_CALLBACKS_HPP

#include "convert.hpp"

#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

namespace appmint {
inline namespace abi0 {

/// Thrown by a callback (a Signer, a Store) that says why it failed, and whether that passes. The
/// text must contain no secret: it is in the error's message. Of other exceptions, whose texts
/// nobody has checked for secrets, only Error::cause() knows.
class CallbackFailure : public std::runtime_error {
 public:
  explicit CallbackFailure(const std::string &text, bool is_retryable = false)
      : std::runtime_error(text), is_retryable_(is_retryable) {}

  [[nodiscard]] bool is_retryable() const { return is_retryable_; }

 private:
  bool is_retryable_;
};

namespace detail {

#if APPMINT_EXCEPTIONS
// Notes the exception that is being handled, and a text if there is one, for the error of the call that
// needs the callback: Error::cause() returns it. Returns -1.
inline int failed(const char *text, bool is_retryable) noexcept try {
  auto drop = [](void *cause) { delete static_cast<std::exception_ptr *>(cause); };
  auto cause = new std::exception_ptr(std::current_exception());
  return appmint_callback_failed(text, text ? std::strlen(text) : 0, is_retryable, cause, drop);
} catch (...) {  // no memory
  return -1;
}

// The same for an exception of any type.
inline int failed() noexcept {
  try {
    throw;
  } catch (const CallbackFailure &failure) {
    return failed(failure.what(), failure.is_retryable());
  } catch (...) {
    return failed(nullptr, false);
  }
}

// The result of a callback. What it throws ends here, because C code must not be unwound: the result is
// then that of `failed`, in which the exception is being handled.
template <class Work, class Failed>
auto guarded(Work work, Failed failed) noexcept -> decltype(work()) try {
  return work();
} catch (...) {
  return failed();
}
#else
inline int failed() noexcept { return -1; }

template <class Work, class Failed>
auto guarded(Work work, Failed) noexcept -> decltype(work()) {
  return work();
}
#endif

}  // namespace detail

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_CALLBACKS_HPP
