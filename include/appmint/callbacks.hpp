// Callbacks of the program that fail. Part of appmint.hpp.

#ifndef APPMINT_CALLBACKS_HPP
#define APPMINT_CALLBACKS_HPP

#include "../appmint.h"

#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

namespace appmint {

/// Thrown by a callback (a Signer, a Store) that says why it failed, and whether that passes. The text
/// must contain no secret: it is in the error's message. Of other exceptions, whose texts nobody has
/// checked for secrets, only Error::cause() knows.
class CallbackFailure : public std::runtime_error {
 public:
  explicit CallbackFailure(const std::string &text, bool is_retryable = false)
      : std::runtime_error(text), is_retryable_(is_retryable) {}

  [[nodiscard]] bool is_retryable() const { return is_retryable_; }

 private:
  bool is_retryable_;
};

namespace detail {

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

}  // namespace detail

}  // namespace appmint

#endif  // APPMINT_CALLBACKS_HPP
