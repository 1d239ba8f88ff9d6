// People who log in: with a browser that comes back, or on another device. Part of appmint.hpp.

#ifndef APPMINT_LOGIN_HPP
#define APPMINT_LOGIN_HPP

#include "token.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace appmint {

// What a login asks for.
struct LoginRequest {
  std::vector<std::string> scopes = {};
  std::optional<std::string> login_hint = std::nullopt;  // the account to suggest
  // Of 127.0.0.1, the first free one counting; default any free port.
  std::vector<std::uint16_t> ports = {};
  std::optional<std::string> path = std::nullopt;  // default "/callback"
};

// A login that waits for a browser to come back.
class Login {
 public:
  explicit Login(std::shared_ptr<const appmint_login> login) : login_(std::move(login)) {}

  // Where the person is to go.
  std::string url() const { return detail::text(appmint_login_url(c_handle())); }
  // Where the browser comes back to.
  std::string redirect_uri() const { return detail::text(appmint_login_redirect_uri(c_handle())); }
  // Opens the person's browser there; ErrorKind::unsupported where there is none.
  void open_browser() const {
    detail::check([&](auto error) { return appmint_login_open_browser(c_handle(), error); });
  }
  // The person's token, once the browser has come back; the listener then closes. After timeout
  // (default five minutes) ErrorKind::timeout. A login is waited for once.
  Token wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt) const {
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_login_wait(c_handle(), detail::count(timeout), out, error);
    }));
  }
  // Ends the waiting, on whatever thread it is, with ErrorKind::cancelled; closes the listener.
  void cancel() const { appmint_login_cancel(c_handle()); }
  const appmint_login *c_handle() const { return login_.get(); }

 private:
  std::shared_ptr<const appmint_login> login_;
};

// A login that waits for a person to type a code at another place.
class DeviceLogin {
 public:
  explicit DeviceLogin(std::shared_ptr<const appmint_device_login> login)
      : login_(std::move(login)) {}

  // What the person types.
  std::string user_code() const { return detail::text(appmint_device_login_user_code(c_handle())); }
  // Where the person types it.
  std::string verification_uri() const {
    return detail::text(appmint_device_login_verification_uri(c_handle()));
  }
  // The same with the code in it, for a link or a QR code, where the platform has it.
  std::optional<std::string> verification_uri_complete() const {
    return detail::maybe(appmint_device_login_verification_uri_complete(c_handle()));
  }
  // When the code stops working.
  std::optional<Time> expires_at() const {
    return detail::time(appmint_device_login_expires_at_ms(c_handle()));
  }
  // Asks once whether the person is done; ErrorKind::pending with the time to wait when not. Asked
  // too early it answers that without asking the platform.
  Token poll() const {
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_device_login_poll(c_handle(), out, error);
    }));
  }
  // Asks in the platform's pace until the person is done, says no, or the code expires.
  Token wait() const {
    return Token(detail::made(appmint_token_free, [&](auto out, auto error) {
      return appmint_device_login_wait(c_handle(), out, error);
    }));
  }
  // Ends the waiting, on whatever thread it is, with ErrorKind::cancelled. The code itself goes on
  // working until it expires.
  void cancel() const { appmint_device_login_cancel(c_handle()); }
  const appmint_device_login *c_handle() const { return login_.get(); }

 private:
  std::shared_ptr<const appmint_device_login> login_;
};

}  // namespace appmint

#endif  // APPMINT_LOGIN_HPP
