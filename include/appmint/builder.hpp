// How an app is described. Part of appmint.hpp.

#ifndef APPMINT_BUILDER_HPP
#define APPMINT_BUILDER_HPP

#include "app.hpp"
#include "store.hpp"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace appmint {

// Makes the RS256 signature over a message. It may throw and may block; it is called on threads
// of appmint's, on several at once where several calls need it.
using Signer = std::function<std::string(std::string_view message)>;

// A clock that stands still until it is moved, for tests. Copies share one time.
class ManualClock {
 public:
  explicit ManualClock(Time now)
      : clock_(appmint_clock_new(now.time_since_epoch().count()), appmint_clock_free) {}

  Time now() const { return Time(std::chrono::milliseconds(appmint_clock_now_ms(clock_.get()))); }
  void set(Time now) const { appmint_clock_set_ms(clock_.get(), now.time_since_epoch().count()); }
  void advance(std::chrono::milliseconds by) const {
    appmint_clock_advance_ms(clock_.get(), detail::count(by));
  }
  const appmint_clock *c_handle() const { return clock_.get(); }

 private:
  std::shared_ptr<appmint_clock> clock_;
};

// What a program says about its app.
class App::Builder {
 public:
  Builder() : config_(appmint_config_new(), appmint_config_free) {}

  Builder &platform(std::string_view name) {
    return set(appmint_config_set_platform, name);
  }
  // A descriptor as JSON text, instead of a name.
  Builder &platform_descriptor(std::string_view platform_descriptor) {
    return set(appmint_config_set_platform_descriptor, platform_descriptor);
  }
  // The host that the platform is at, where it can be at several: "git.corp.example".
  Builder &host(std::string_view host) {
    return set(appmint_config_set_host, host);
  }
  // The base of the API, instead of the platform's own.
  Builder &api_url(std::string_view api_url) {
    return set(appmint_config_set_api_url, api_url);
  }
  // The base of the web pages, where a user authorizes.
  Builder &web_url(std::string_view web_url) {
    return set(appmint_config_set_web_url, web_url);
  }
  Builder &app_id(std::string_view app_id) {
    return set(appmint_config_set_app_id, app_id);
  }
  Builder &client_id(std::string_view client_id) {
    return set(appmint_config_set_client_id, client_id);
  }
  Builder &client_secret(std::string_view client_secret) {
    return set(appmint_config_set_client_secret, client_secret);
  }
  // PEM, DER, or any pasted form.
  Builder &private_key(std::string_view private_key) {
    return set(appmint_config_set_private_key, private_key);
  }
  // For the time of a rotation: turned to when the platform does not know the first.
  Builder &fallback_private_key(std::string_view fallback_private_key) {
    return set(appmint_config_set_fallback_private_key, fallback_private_key);
  }
  // Of an encrypted PKCS#8 key.
  Builder &private_key_passphrase(std::string_view private_key_passphrase) {
    return set(appmint_config_set_private_key_passphrase, private_key_passphrase);
  }
  // What the platform calls the key, where it names keys: the kid of what the app signs.
  Builder &key_id(std::string_view key_id) {
    return set(appmint_config_set_key_id, key_id);
  }
  // The same of the second key.
  Builder &fallback_key_id(std::string_view fallback_key_id) {
    return set(appmint_config_set_fallback_key_id, fallback_key_id);
  }
  // Signs instead of a private key.
  Builder &signer(Signer signer) {
    auto drop = [](void *userdata) { delete static_cast<Signer *>(userdata); };
    auto owned = std::make_unique<Signer>(std::move(signer));
    appmint_signer callback = {sizeof(appmint_signer), owned.release(), &Builder::sign, drop};
    return put(appmint_config_set_signer, &callback);
  }
  // How far iat lies back; default 60 s.
  Builder &jwt_back_date(std::chrono::seconds by) {
    return put(appmint_config_set_jwt_back_date_s, detail::count(by));
  }
  // How far exp lies ahead; default 540 s.
  Builder &jwt_lifetime(std::chrono::seconds by) {
    return put(appmint_config_set_jwt_lifetime_s, detail::count(by));
  }
  // For a whole call; default 30 s.
  Builder &timeout(std::chrono::milliseconds after) {
    return put(appmint_config_set_timeout_ms, detail::count(after));
  }
  // Default 10 s.
  Builder &connect_timeout(std::chrono::milliseconds after) {
    return put(appmint_config_set_connect_timeout_ms, detail::count(after));
  }
  // A URL instead of the environment's; empty for none.
  Builder &proxy(std::string_view proxy) {
    return set(appmint_config_set_proxy, proxy);
  }
  // PEM of extra roots to trust.
  Builder &root_certificates(std::string_view root_certificates) {
    return set(appmint_config_set_root_certificates, root_certificates);
  }
  // Put before appmint's own User-Agent.
  Builder &user_agent(std::string_view user_agent) {
    return set(appmint_config_set_user_agent, user_agent);
  }
  // Also speaks http to other hosts than this machine: everybody on the way can read the tokens.
  Builder &allow_plain_http(bool allow = true) {
    return put(appmint_config_set_allow_plain_http, allow ? 1 : 0);
  }
  // In bytes; default 32 MiB.
  Builder &max_response_body(std::size_t bytes) {
    return put(appmint_config_set_max_response_body, bytes);
  }
  // Further attempts after a passing failure or a limit, where that is safe; default 2, 0 to send
  // everything once.
  Builder &retries(std::uint32_t times) { return put(appmint_config_set_retries, times); }
  // Before the first of them, doubled for each further one; default 250 ms.
  Builder &retry_wait(std::chrono::milliseconds wait) {
    return put(appmint_config_set_retry_wait_ms, detail::count(wait));
  }
  // Where tokens live between processes: "sqlite:FILE", "redis://…" or "rediss://…" (TLS), with
  // "?prefix=" for the names. Needs store_key or store_unencrypted.
  Builder &store(std::string_view store) {
    return set(appmint_config_set_store, store);
  }
  // A store of the program's own instead.
  Builder &own_store(std::shared_ptr<Store> store) {
    auto calls = detail::StoreCalls::all();
    auto given = store ? &calls : nullptr;
    detail::hand_over(std::move(store), [&](auto userdata, auto drop, auto error) {
      return appmint_config_set_own_store(config_.get(), given, userdata, drop, error);
    });
    return *this;
  }
  // Seals what is stored: 32 bytes in hexadecimal or base64.
  Builder &store_key(std::string_view store_key) {
    return set(appmint_config_set_store_key, store_key);
  }
  // For the time of a rotation: it opens what it has sealed.
  Builder &previous_store_key(std::string_view previous_store_key) {
    return set(appmint_config_set_previous_store_key, previous_store_key);
  }
  // Lets the store hold tokens as they are, for whoever reads it.
  Builder &store_unencrypted(bool allow = true) {
    return put(appmint_config_set_store_unencrypted, allow ? 1 : 0);
  }
  // How many tokens are held in memory; default a million. Beyond it those go that no source refers to.
  Builder &capacity(std::size_t tokens) { return put(appmint_config_set_capacity, tokens); }
  // Is told what happens, on the thread that does it, and on several at once: it must be quick, and
  // must not wait for a token. Default nobody.
  Builder &on_event(std::function<void(const Event &)> callback) {
    using Callback = std::function<void(const Event &)>;
    auto call = callback ? &Builder::tell : nullptr;
    detail::hand_over<Callback>(std::move(callback), [&](auto userdata, auto drop, auto error) {
      return appmint_config_set_on_event(config_.get(), call, userdata, drop, error);
    });
    return *this;
  }
  // Tells the time, for tests.
  Builder &clock(const ManualClock &clock) {
    return put(appmint_config_set_clock, clock.c_handle());
  }
  // Reads the key from a file; std::system_error if it cannot be read.
  Builder &private_key_file(const std::filesystem::path &path) {
    std::ifstream file(path, std::ios::binary);
    std::string key{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) throw std::system_error(errno, std::generic_category(), path.string());
    return private_key(key);
  }

  // The app; nothing goes out. The builder can be used again.
  App build() const {
    return App(detail::made(appmint_app_free, [&](auto out, auto error) {
      return appmint_app_new(config_.get(), out, error);
    }));
  }
  const appmint_config *c_handle() const { return config_.get(); }

 private:
  template <class Setter>
  Builder &set(Setter setter, std::string_view value) {
    detail::check([&](auto error) {
      return setter(config_.get(), detail::start(value), value.size(), error);
    });
    return *this;
  }
  template <class Setter, class Value>
  Builder &put(Setter setter, Value value) {
    detail::check([&](auto error) { return setter(config_.get(), value, error); });
    return *this;
  }
  static void tell(void *callback, const appmint_event *event) noexcept try {
    (*static_cast<std::function<void(const Event &)> *>(callback))(Event(event));
  } catch (...) {  // C code must not be unwound
  }
  static int sign(void *userdata, const std::uint8_t *message, std::size_t message_len,
                  std::uint8_t *signature, std::size_t *signature_len) noexcept try {
    auto text = reinterpret_cast<const char *>(message);
    auto made = (*static_cast<Signer *>(userdata))(std::string_view(text, message_len));
    if (made.size() > *signature_len) return 2;
    std::memcpy(signature, made.data(), made.size());
    *signature_len = made.size();
    return 0;
  } catch (...) {
    return 1;
  }

  std::unique_ptr<appmint_config, void (*)(appmint_config *)> config_;
};

inline App::Builder App::builder() { return Builder(); }

inline App::Builder App::builder(std::string_view platform) {
  Builder builder;
  builder.platform(platform);
  return builder;
}

}  // namespace appmint

#endif  // APPMINT_BUILDER_HPP
