// A transport: the program's own HTTP client sends the requests. Part of appmint.hpp.

#ifndef APPMINT_TRANSPORT_HPP
#define APPMINT_TRANSPORT_HPP

#include "callbacks.hpp"
#include "settings.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {
inline namespace abi0 {

/// A request that a transport sends. What it refers to is valid until the transport returns.
struct TransportRequest {
  std::string_view method;
  /// An absolute URL.
  std::string_view url;
  /// All headers but Host and Content-Length, with the credential. Send no other credential.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  /// None: then send `Content-Length: 0` with a POST, PUT or PATCH.
  std::optional<std::string_view> body;
  /// The time for the response. Nobody waits for a later one.
  std::chrono::milliseconds timeout;
  /// The time for the connection: the request must not be sent after that.
  std::chrono::milliseconds send_within;
  /// Whether it may be sent a second time. If not, it spends what it sends: send it on a new
  /// connection, and not twice, whatever comes.
  bool may_repeat;
  /// The largest body of a response, in bytes. A larger one is refused.
  std::size_t max_response_body;
};

/// A response, whatever its status.
struct TransportResponse {
  int status;
  Headers headers = {};
  std::string body = {};
};

/// How a request without a response ended.
enum class TransportEnd {
  /// There was no connection, and not one byte of the request was sent. A refresh token whose
  /// request
  /// ends so is sent again: say it only if that is certain.
  not_sent = APPMINT_TRANSPORT_NOT_SENT,
  /// TLS was not agreed upon, so that the request was not sent, and later attempts will fail, too.
  tls = APPMINT_TRANSPORT_TLS,
  /// The time was over before there was a connection: not one byte was sent.
  not_sent_in_time = APPMINT_TRANSPORT_NOT_SENT_IN_TIME,
  /// The time was over before there was a complete response. The request may have been carried out.
  timeout = APPMINT_TRANSPORT_TIMEOUT,
  /// Anything else. The request may have been carried out.
  maybe_sent = APPMINT_TRANSPORT_MAYBE_SENT,
};

/// Thrown by a transport that has no response. Any other exception counts as `maybe_sent`.
class TransportFailure : public std::runtime_error {
 public:
  TransportFailure(TransportEnd end, const std::string &text)
      : std::runtime_error(text), end_(end) {}

  [[nodiscard]] TransportEnd end() const { return end_; }

 private:
  TransportEnd end_;
};

/// Sends requests, on the library's threads, on several at once; blocks until there is a response
/// or the time is over. It must not follow redirects, retry, or decode `Content-Encoding` without
/// removing that header, and must verify the server's certificate: the request holds credentials.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends a request once. Throws TransportFailure if there is no response.
  virtual TransportResponse send(const TransportRequest &request) = 0;
  /// Closes idle connections: the app is closed. It may be used again.
  virtual void close() {}
};

namespace detail {

// The callbacks of a Transport. An exception ends here: C code must not be unwound.
class TransportCalls {
 public:
  static constexpr appmint_transport all() { return {sizeof(appmint_transport), send, close}; }

 private:
  static int send(void *transport, const appmint_transport_request *request,
                  appmint_transport_response *response) noexcept {
    return guarded([&] { return fill(of(transport), *request, response); }, end_of);
  }
  static void close(void *transport) noexcept {
    guarded([&] { of(transport).close(); }, [] {});  // nobody asked for a result
  }

  static int fill(Transport &transport, const appmint_transport_request &request,
                  appmint_transport_response *response) {
    auto sent = transport.send(value_of(request));
    appmint_transport_response_set_status(response, sent.status);
    for (const auto &[name, value] : sent.headers)
      appmint_transport_response_add_header(response, name.data(), name.size(), value.data(),
                                            value.size(), nullptr);
    appmint_transport_response_add_body(response, sent.body.data(), sent.body.size(), nullptr);
    wipe(sent.body.data(), sent.body.size());  // it may hold a token
    return APPMINT_TRANSPORT_OK;
  }

  // Of the exception that is being handled.
  static int end_of() noexcept {
#if APPMINT_EXCEPTIONS
    try {
      throw;
    } catch (const TransportFailure &failure) {
      failed(failure.what(), false);
      return static_cast<int>(failure.end());
    } catch (...) {
      failed();
    }
#endif
    return APPMINT_TRANSPORT_MAYBE_SENT;
  }

  static TransportRequest value_of(const appmint_transport_request &request) {
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    for (std::size_t i = 0; i < request.headers_count; i++) {
      const auto &[name, name_len, value, value_len] = request.headers[i];
      headers.emplace_back(std::string_view(name, name_len), std::string_view(value, value_len));
    }
    std::optional<std::string_view> body;
    if (request.body) body.emplace(reinterpret_cast<const char *>(request.body), request.body_len);
    return {request.method,
            request.url,
            std::move(headers),
            body,
            std::chrono::milliseconds(request.timeout_ms),
            std::chrono::milliseconds(request.send_within_ms),
            request.may_repeat != 0,
            request.max_response_body};
  }
  static Transport &of(void *transport) {
    return **static_cast<std::shared_ptr<Transport> *>(transport);
  }
};

}  // namespace detail

inline App::Builder &App::Builder::transport(std::shared_ptr<Transport> implementation) & {
  auto callbacks = detail::TransportCalls::all();
  auto pointer = implementation ? &callbacks : nullptr;
  detail::hand_over(std::move(implementation), [&](auto userdata, auto drop) {
    appmint_config_set_transport(config_.get(), pointer, userdata, drop);
  });
  return *this;
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_TRANSPORT_HPP
