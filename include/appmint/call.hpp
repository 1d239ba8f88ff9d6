// Calls of the platform's API. Part of appmint.hpp.

#ifndef APPMINT_CALL_HPP
#define APPMINT_CALL_HPP

#include "error.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace appmint {

// What an API call carries.
struct RequestOptions {
  std::multimap<std::string, std::string> headers = {};
  std::optional<std::string> json = std::nullopt;   // JSON text, or …
  std::optional<std::string> body = std::nullopt;   // … bytes
  std::optional<std::string> token = std::nullopt;  // instead of the app's own
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;  // instead of the app's
};

// The platform's answer to an API call, whatever its status.
class Response {
 public:
  explicit Response(std::shared_ptr<const appmint_response> response)
      : response_(std::move(response)) {}

  int status() const { return appmint_response_status(c_handle()); }
  // Names in lower case.
  std::multimap<std::string, std::string> headers() const {
    return detail::map<std::multimap<std::string, std::string>>(
        appmint_response_headers(c_handle()));
  }
  std::string body() const {
    std::size_t size = 0;
    auto bytes = reinterpret_cast<const char *>(appmint_response_body(c_handle(), &size));
    return bytes ? std::string(bytes, size) : std::string();
  }
  const appmint_response *c_handle() const { return response_.get(); }

 private:
  std::shared_ptr<const appmint_response> response_;
};

namespace detail {

inline std::shared_ptr<appmint_request> request(std::string_view method, std::string_view path,
                                                const RequestOptions &options) {
  auto request = made(appmint_request_free, [&](auto out, auto error) {
    return appmint_request_new(start(method), method.size(), start(path), path.size(), out, error);
  });
  for (const auto &[name, value] : options.headers)
    check([&, &name = name, &value = value](auto error) {
      return appmint_request_add_header(request.get(), name.data(), name.size(), value.data(),
                                        value.size(), error);
    });
  put(request, appmint_request_set_json, options.json);
  put(request, appmint_request_set_body, options.body);
  put(request, appmint_request_set_token, options.token);
  if (options.timeout)
    check([&](auto error) {
      return appmint_request_set_timeout_ms(request.get(), count(*options.timeout), error);
    });
  return request;
}

}  // namespace detail

}  // namespace appmint

#endif  // APPMINT_CALL_HPP
