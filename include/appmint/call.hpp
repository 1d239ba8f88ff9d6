// Calls of appmint.h that can fail. Part of appmint.hpp.

#ifndef APPMINT_CALL_HPP
#define APPMINT_CALL_HPP

#include "errors.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace appmint {
inline namespace abi0 {

namespace detail {

// Makes a call, and throws its error.
template <class Call>
void check(Call call) {
  appmint_error *error = nullptr;
  if (call(&error) != APPMINT_OK) raise(Error(error));
}

// Makes a call, and owns the object that it makes.
template <class T, class Call>
std::shared_ptr<T> made(void (*free)(T *), Call call) {
  T *object = nullptr;
  check([&](appmint_error **error) { return call(&object, error); });
  return {object, free};
}

// Makes a call with one text.
template <class App, class Call>
void check_with(const App *app, Call call, std::string_view text) {
  check([&](auto error) { return call(app, start(text), text.size(), error); });
}

// Makes a call with one text, and owns the object that it makes.
template <class T, class App, class Call>
std::shared_ptr<T> made_with(void (*free)(T *), const App *app, Call call, std::string_view text) {
  return made(free, [&](auto out, auto error) {
    return call(app, start(text), text.size(), out, error);
  });
}

// The text of an object that exists for this text only.
inline std::string revealed(const std::shared_ptr<appmint_text> &text) {
  return detail::text(appmint_text_reveal(text.get(), nullptr));
}

// An item of a list.
template <class T, class Object>
T listed(const std::shared_ptr<Object> &item) {
  return T(item);
}
template <>
inline std::string listed<std::string>(const std::shared_ptr<appmint_text> &json) {
  return revealed(json);
}

// Sets a text of an object, if there is one.
template <class T, class Setter>
void set(const std::shared_ptr<T> &object, Setter setter, const std::optional<std::string> &text) {
  if (text) setter(object.get(), text->data(), text->size());
}

// Passes a callback to the library, which deletes it after the last call.
template <class T, class Setter>
auto hand_over(T owned, Setter setter) {
  auto drop = [](void *userdata) { delete static_cast<T *>(userdata); };
  return setter(static_cast<void *>(new T(std::move(owned))), drop);
}

}  // namespace detail

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_CALL_HPP
