// The configuration of an app. Part of appmint.hpp.

#ifndef APPMINT_SETTINGS_HPP
#define APPMINT_SETTINGS_HPP

#include "app.hpp"
#include "callbacks.hpp"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace appmint {
inline namespace abi0 {

class Event;
class Store;
class Transport;

/// Makes the RS256 signature over a message. It runs on the library's threads, on several at once;
/// it may block and may throw.
using Signer = std::function<std::string(std::string_view message)>;

/// A clock for tests, which shows the same time until it is moved. Copies share one time.
class ManualClock {
 public:
  explicit ManualClock(Time now)
      : clock_(appmint_clock_new(now.time_since_epoch().count()), appmint_clock_free) {}

  /// Returns the time that the clock shows.
  [[nodiscard]] Time now() const;
  /// Sets the time, forwards or backwards, for every app that was made with this clock.
  ///
  /// - `now`: The new time.
  void set(Time now) const;
  /// Moves the time forwards, for every app that was made with this clock.
  ///
  /// - `by`: How far to move it.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if the duration is negative.
  void advance(std::chrono::milliseconds by) const;
  [[nodiscard]] const appmint_clock *c_handle() const { return clock_.get(); }

 private:
  std::shared_ptr<appmint_clock> clock_;
};

/// The settings of an app. A setter does not throw: build() reports the first wrong argument, such
/// as a negative duration. A builder can be moved, but not copied, and belongs to one thread at a
/// time.
class App::Builder {
 public:
  Builder() : config_(appmint_config_new(), appmint_config_free) {}

  /// The prefix of environment variables, such as "APPMINT_", from which each setting that is not
  /// given is read. Each is read from the variable of its name in capitals (APPMINT_APP_ID); a long
  /// or secret one also from the file that a variable ending in _FILE names
  /// (APPMINT_PRIVATE_KEY_FILE), up to 16 MiB. Durations have a unit (30s), switches are true or
  /// false, an empty variable counts as not set, and a proxy "none" is no proxy. Default: the
  /// environment is not read.
  Builder &environment(std::string_view prefix) &;
  Builder environment(std::string_view prefix) && { return std::move(environment(prefix)); }

  // ---- the platform

  /// The name of a built-in platform, such as "github": see `platforms`. Required unless
  /// `platform_descriptor` is given. Default: none.
  Builder &platform(std::string_view name) &;
  Builder platform(std::string_view name) && { return std::move(platform(name)); }
  /// A descriptor of another platform as JSON text, instead of `platform`. Default: none.
  Builder &platform_descriptor(std::string_view json) &;
  Builder platform_descriptor(std::string_view json) && {
    return std::move(platform_descriptor(json));
  }
  /// The host of a platform that can be at several, such as "git.corp.example". Default: the
  /// platform's own; some platforms require one.
  Builder &host(std::string_view host_name) &;
  Builder host(std::string_view host_name) && { return std::move(host(host_name)); }
  /// The base URL of the API. The web pages follow it where the platform's hosts say how; else the
  /// error asks for `web_url`. Default: the platform's own.
  Builder &api_url(std::string_view url) &;
  Builder api_url(std::string_view url) && { return std::move(api_url(url)); }
  /// The base URL of the pages on which users authorize the app, and of OAuth. The API follows it
  /// as the web pages follow the API. Default: the platform's own.
  Builder &web_url(std::string_view url) &;
  Builder web_url(std::string_view url) && { return std::move(web_url(url)); }

  // ---- the app's credentials

  /// The app's id, as the platform's settings page shows it. JWTs need it. Default: none.
  Builder &app_id(std::string_view id) &;
  Builder app_id(std::string_view id) && { return std::move(app_id(id)); }
  /// The OAuth client id. Users' tokens need it. Default: none.
  Builder &client_id(std::string_view id) &;
  Builder client_id(std::string_view id) && { return std::move(client_id(id)); }
  /// The OAuth client secret. Default: none.
  Builder &client_secret(std::string_view secret) &;
  Builder client_secret(std::string_view secret) && { return std::move(client_secret(secret)); }
  /// The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or any form in which keys are
  /// pasted. Default: none.
  Builder &private_key(std::string_view key) &;
  Builder private_key(std::string_view key) && { return std::move(private_key(key)); }
  /// Reads the private key from a file. Throws std::system_error if the file cannot be read; without
  /// exceptions the key is then refused when the app is made.
  Builder &private_key_file(const std::filesystem::path &path) &;
  Builder private_key_file(const std::filesystem::path &path) && {
    return std::move(private_key_file(path));
  }
  /// A second key during a key rotation, in any form that the first may have. It is used from the
  /// moment when the platform does not know the first. Default: none.
  Builder &fallback_private_key(std::string_view key) &;
  Builder fallback_private_key(std::string_view key) && {
    return std::move(fallback_private_key(key));
  }
  /// The passphrase of an encrypted PKCS#8 key. A key whose file demands more than 2 000 000 rounds
  /// of PBKDF2, or more than 128 MiB for scrypt, is refused; reading one within that may take
  /// seconds. Default: none.
  Builder &private_key_passphrase(std::string_view passphrase) &;
  Builder private_key_passphrase(std::string_view passphrase) && {
    return std::move(private_key_passphrase(passphrase));
  }
  /// The platform's name of the key, for platforms that name keys: the kid of the JWTs that the app
  /// signs. Default: none.
  Builder &key_id(std::string_view id) &;
  Builder key_id(std::string_view id) && { return std::move(key_id(id)); }
  /// The platform's name of `fallback_private_key`. Default: none.
  Builder &fallback_key_id(std::string_view id) &;
  Builder fallback_key_id(std::string_view id) && { return std::move(fallback_key_id(id)); }
  /// Signs instead of a private key, such as a KMS or an HSM: takes the message and returns its
  /// RS256 signature. If it fails, the call fails with `ErrorKind::callback`.
  ///
  /// It is called on worker threads, several at a time, and may block. Default: none.
  Builder &signer(Signer callback) &;
  Builder signer(Signer callback) && { return std::move(signer(std::move(callback))); }
  /// How far a JWT's iat lies in the past. Default: the platform's, 60 s on those that are built
  /// in.
  Builder &jwt_back_date(std::chrono::seconds by) &;
  Builder jwt_back_date(std::chrono::seconds by) && { return std::move(jwt_back_date(by)); }
  /// How far a JWT's exp lies in the future. Default: the platform's, 540 s on those that are built
  /// in, which allow 600 s at most.
  Builder &jwt_lifetime(std::chrono::seconds by) &;
  Builder jwt_lifetime(std::chrono::seconds by) && { return std::move(jwt_lifetime(by)); }

  // ---- the network

  /// The time for a whole call with its retries; more than 0. Default: 30 s.
  Builder &timeout(std::chrono::milliseconds after) &;
  Builder timeout(std::chrono::milliseconds after) && { return std::move(timeout(after)); }
  /// The time to connect, which is lowered to three quarters of `timeout` if it is longer. Default:
  /// 10 s.
  Builder &connect_timeout(std::chrono::milliseconds after) &;
  Builder connect_timeout(std::chrono::milliseconds after) && {
    return std::move(connect_timeout(after));
  }
  /// The URL of a proxy, such as "http://user:password@host:port" or "socks5h://host:port"; an
  /// empty text for no proxy. Its scheme is http, https, socks5 or socks5h. This machine is always
  /// reached without a proxy. Default: the one that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names,
  /// except for the hosts in NO_PROXY.
  Builder &proxy(std::string_view url) &;
  Builder proxy(std::string_view url) && { return std::move(proxy(url)); }
  /// Root certificates that are trusted besides the system's: PEM, or the DER of one. A server's
  /// own certificate may be its root. A store in Redis over TLS trusts them, too. The environment
  /// variables SSL_CERT_FILE and SSL_CERT_DIR name others in the place of the system's. Default:
  /// none.
  Builder &root_certificates(std::string_view certificates) &;
  Builder root_certificates(std::string_view certificates) && {
    return std::move(root_certificates(certificates));
  }
  /// The certificate that is shown to a server that wants one (mTLS), with those between it and its
  /// root: PEM, or the DER of one. Needs `client_key`. A store in Redis over TLS that wants one
  /// gets it, too. Default: none.
  Builder &client_certificate(std::string_view certificates) &;
  Builder client_certificate(std::string_view certificates) && {
    return std::move(client_certificate(certificates));
  }
  /// The private key of `client_certificate`: RSA or ECDSA, in PEM or DER, not encrypted. Default:
  /// none.
  Builder &client_key(std::string_view key) &;
  Builder client_key(std::string_view key) && { return std::move(client_key(key)); }
  /// Text that precedes appmint's own User-Agent header. Default: none.
  Builder &user_agent(std::string_view prefix) &;
  Builder user_agent(std::string_view prefix) && { return std::move(user_agent(prefix)); }
  /// Whether to send requests without TLS to hosts other than this machine. Anybody on the way can
  /// then read and change what is sent, tokens included. Default: false.
  Builder &allow_plain_http(bool allow = true) &;
  Builder allow_plain_http(bool allow = true) && { return std::move(allow_plain_http(allow)); }
  /// Whether to refuse connections to addresses that are not public: this machine, private
  /// networks, link-local and reserved addresses. For a host that somebody else named. The address
  /// that is connected to is checked, so no proxy is used, and none may be given. The call that
  /// would connect fails with `ErrorKind::invalid_argument` (`Reason::private_address`). Default:
  /// false.
  Builder &refuse_private_addresses(bool refuse = true) &;
  Builder refuse_private_addresses(bool refuse = true) && {
    return std::move(refuse_private_addresses(refuse));
  }
  /// The largest accepted body of an API response, in bytes. Default: 33 554 432 (32 MiB).
  Builder &max_response_body(std::size_t bytes) &;
  Builder max_response_body(std::size_t bytes) && { return std::move(max_response_body(bytes)); }
  /// How many times a request is sent again after a temporary failure or a rate limit, if repeating
  /// it is safe. 0 sends every request once, except after a refused signature. Default: 2.
  Builder &retries(std::uint32_t times) &;
  Builder retries(std::uint32_t times) && { return std::move(retries(times)); }
  /// The wait before the first retry, which doubles with each further one. Default: 0.25 s.
  Builder &retry_wait(std::chrono::milliseconds wait) &;
  Builder retry_wait(std::chrono::milliseconds wait) && { return std::move(retry_wait(wait)); }

  /// Sends all requests by the program's own HTTP client instead of the built-in one. It takes the
  /// method, the URL, the headers, the body, the time that is left, and whether the request may be
  /// sent twice, and returns the status, the headers and the body, or says how it failed: not sent,
  /// or perhaps sent. It must not send a request a second time by itself that may be sent once
  /// only: a refresh token would be spent twice. Proxies and certificates are those of the client,
  /// and the settings for them are refused beside it.
  ///
  /// It is called on worker threads, several at a time. Default: the built-in HTTP client.
  Builder &transport(std::shared_ptr<Transport> implementation) &;
  Builder transport(std::shared_ptr<Transport> implementation) && {
    return std::move(transport(std::move(implementation)));
  }

  // ---- events and stores

  /// Where tokens live between processes: "sqlite:FILE", "redis://..." or "rediss://..." (TLS);
  /// "memory:" keeps them in this process. A Redis URL may have "?prefix=" for the names of its
  /// keys (default "appmint:") and "?wait_replicas=N" for writes that count only once N replicas
  /// have them (default 0). It may hold a password, and is treated as a secret. A store that other
  /// processes can read needs `store_key` or `store_unencrypted`. If the store fails, installation
  /// tokens are minted as without it, while the calls of a session fail. Default: none.
  Builder &store(std::string_view location) &;
  Builder store(std::string_view location) && { return std::move(store(location)); }
  /// A store that the program implements, instead of one of the library's. Default: none.
  Builder &own_store(std::shared_ptr<Store> implementation) &;
  Builder own_store(std::shared_ptr<Store> implementation) && {
    return std::move(own_store(std::move(implementation)));
  }
  /// The key that seals stored tokens and authorizations: 32 bytes in hexadecimal or base64.
  /// "openssl rand -hex 32" makes one.
  ///
  /// "keychain:NAME" takes the key of that name from the system's keychain: that of macOS or
  /// Windows, where it is made if it is missing, or the kernel's keyring on Linux, where somebody
  /// puts it. A key that has sealed records and was deleted is not made anew. Whoever builds the
  /// app waits for the keychain, until `timeout` at most, while a person may be asked to unlock it.
  /// Default: none.
  Builder &store_key(std::string_view key) &;
  Builder store_key(std::string_view key) && { return std::move(store_key(key)); }
  /// The previous key during a rotation of `store_key`. It opens what it has sealed, and seals
  /// nothing. "keychain:NAME" is one that the keychain has already. Default: none.
  Builder &previous_store_key(std::string_view key) &;
  Builder previous_store_key(std::string_view key) && { return std::move(previous_store_key(key)); }
  /// Whether the store holds tokens without encryption, readable for everybody who can read the
  /// store. Default: false.
  Builder &store_unencrypted(bool allow = true) &;
  Builder store_unencrypted(bool allow = true) && { return std::move(store_unencrypted(allow)); }
  /// How many tokens are held in memory; at least 1. Beyond it, tokens are dropped that no source
  /// refers to. Default: 1 000 000.
  Builder &capacity(std::size_t tokens) &;
  Builder capacity(std::size_t tokens) && { return std::move(capacity(tokens)); }
  /// Is called with each event, which never holds a secret. It is called on the thread on which the
  /// event happens, which waits for it, and on several at once: it must be quick, and must not wait
  /// for a token.
  ///
  /// An exception that it throws is dropped. Default: none.
  Builder &on_event(std::function<void(const Event &)> callback) &;
  Builder on_event(std::function<void(const Event &)> callback) && {
    return std::move(on_event(std::move(callback)));
  }
  /// A clock that shows a fixed time, for tests. Default: the system's clock.
  Builder &clock(const ManualClock &manual) &;
  Builder clock(const ManualClock &manual) && { return std::move(clock(manual)); }

  /// Makes an app of these settings, which are checked here. No network I/O. The first wrong
  /// argument of the setters is reported here. The builder can be used again.
  ///
  /// Errors:
  /// - `ErrorKind::invalid_argument` if a setting is missing, malformed, or contradicts another;
  ///   the message names it.
  /// - `ErrorKind::unsupported` if the platform does not take a setting.
  /// - `ErrorKind::key` (`Reason::not_a_private_key`, `Reason::damaged_key`,
  ///   `Reason::passphrase_needed`, `Reason::wrong_passphrase` or `Reason::unsuitable_key`) if a
  ///   private key cannot be used; the reason says why.
  /// - `ErrorKind::store` if the system's keychain gives no key for the store.
  [[nodiscard]] App build() const;
  [[nodiscard]] const appmint_config *c_handle() const { return config_.get(); }

 private:
  template <class Setter>
  Builder &text(Setter setter, std::string_view value);
  template <class Setter, class Value>
  Builder &value(Setter setter, Value value);
  static void call(void *callback, const appmint_event *event) noexcept;
  static int sign(void *callback, const std::uint8_t *message, std::size_t message_len,
                  std::uint8_t *signature, std::size_t *signature_len) noexcept;

  std::unique_ptr<appmint_config, void (*)(appmint_config *)> config_;
};

/// Makes a platform's descriptor from the metadata of its authorization server. The metadata are
/// those of RFC 8414 or of OpenID Connect Discovery. Keep the descriptor, or change it: an app that
/// is made of it by `platform_descriptor` needs no request. For an issuer that somebody else named
/// set `refuse_private_addresses` here, and on the app, too: the metadata name hosts.
///
/// Only the network settings of `settings` count.
///
/// - `issuer`: The issuer's URL, exactly as the server writes it.
///
/// Errors:
/// - `ErrorKind::invalid_argument` if the issuer is not a URL with TLS, or a setting is malformed.
/// - `ErrorKind::invalid_argument` (`Reason::private_address`) if the host has no public address,
///   and private ones are refused.
/// - `ErrorKind::not_found` if the server has no metadata.
/// - `ErrorKind::protocol` (`Reason::issuer_mismatch`) if the metadata are another issuer's, or
///   cannot be used.
/// - Those of every call over the network: see appmint.hpp.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8414#section-3,
/// https://openid.net/specs/openid-connect-discovery-1_0.html
[[nodiscard]] inline std::string discover(std::string_view issuer,
                                          const App::Builder &settings = {}) {
  return detail::revealed(detail::made(appmint_text_free, [&](auto out, auto error) {
    return appmint_discover(settings.c_handle(), detail::start(issuer), issuer.size(), out, error);
  }));
}

inline Time ManualClock::now() const {
  return Time(std::chrono::milliseconds(appmint_clock_now_ms(clock_.get())));
}

inline void ManualClock::set(Time now) const {
  appmint_clock_set_ms(clock_.get(), now.time_since_epoch().count());
}

inline void ManualClock::advance(std::chrono::milliseconds by) const {
  detail::check([&](auto error) {
    return appmint_clock_advance_ms(clock_.get(), by.count(), error);
  });
}

inline App::Builder App::builder() { return Builder(); }

inline App::Builder App::builder(std::string_view platform) { return Builder().platform(platform); }

inline App App::Builder::build() const {
  return App(detail::made(appmint_app_free, [&](auto out, auto error) {
    return appmint_app_new(config_.get(), out, error);
  }));
}

template <class Setter>
App::Builder &App::Builder::text(Setter setter, std::string_view value) {
  setter(config_.get(), detail::start(value), value.size());
  return *this;
}

template <class Setter, class Value>
App::Builder &App::Builder::value(Setter setter, Value value) {
  setter(config_.get(), value);
  return *this;
}

inline App::Builder &App::Builder::environment(std::string_view prefix) & {
  return text(appmint_config_set_environment, prefix);
}

inline App::Builder &App::Builder::platform(std::string_view name) & {
  return text(appmint_config_set_platform, name);
}

inline App::Builder &App::Builder::platform_descriptor(std::string_view json) & {
  return text(appmint_config_set_platform_descriptor, json);
}

inline App::Builder &App::Builder::host(std::string_view host_name) & {
  return text(appmint_config_set_host, host_name);
}

inline App::Builder &App::Builder::api_url(std::string_view url) & {
  return text(appmint_config_set_api_url, url);
}

inline App::Builder &App::Builder::web_url(std::string_view url) & {
  return text(appmint_config_set_web_url, url);
}

inline App::Builder &App::Builder::app_id(std::string_view id) & {
  return text(appmint_config_set_app_id, id);
}

inline App::Builder &App::Builder::client_id(std::string_view id) & {
  return text(appmint_config_set_client_id, id);
}

inline App::Builder &App::Builder::client_secret(std::string_view secret) & {
  return text(appmint_config_set_client_secret, secret);
}

inline App::Builder &App::Builder::private_key(std::string_view key) & {
  return text(appmint_config_set_private_key, key);
}

inline App::Builder &App::Builder::fallback_private_key(std::string_view key) & {
  return text(appmint_config_set_fallback_private_key, key);
}

inline App::Builder &App::Builder::private_key_passphrase(std::string_view passphrase) & {
  return text(appmint_config_set_private_key_passphrase, passphrase);
}

inline App::Builder &App::Builder::key_id(std::string_view id) & {
  return text(appmint_config_set_key_id, id);
}

inline App::Builder &App::Builder::fallback_key_id(std::string_view id) & {
  return text(appmint_config_set_fallback_key_id, id);
}

inline App::Builder &App::Builder::proxy(std::string_view url) & {
  return text(appmint_config_set_proxy, url);
}

inline App::Builder &App::Builder::root_certificates(std::string_view certificates) & {
  return text(appmint_config_set_root_certificates, certificates);
}

inline App::Builder &App::Builder::client_certificate(std::string_view certificates) & {
  return text(appmint_config_set_client_certificate, certificates);
}

inline App::Builder &App::Builder::client_key(std::string_view key) & {
  return text(appmint_config_set_client_key, key);
}

inline App::Builder &App::Builder::user_agent(std::string_view prefix) & {
  return text(appmint_config_set_user_agent, prefix);
}

inline App::Builder &App::Builder::store(std::string_view location) & {
  return text(appmint_config_set_store, location);
}

inline App::Builder &App::Builder::store_key(std::string_view key) & {
  return text(appmint_config_set_store_key, key);
}

inline App::Builder &App::Builder::previous_store_key(std::string_view key) & {
  return text(appmint_config_set_previous_store_key, key);
}

inline App::Builder &App::Builder::private_key_file(const std::filesystem::path &path) & {
  std::ifstream file;
  file.rdbuf()->pubsetbuf(nullptr, 0);  // a buffer of the stream's own would keep a copy
  file.open(path, std::ios::binary);
  detail::Wiped key(8192);
  std::size_t len = 0;
  while (file.read(key.data() + len, static_cast<std::streamsize>(key.size() - len))) {
    len = key.size();
    key.grow();
  }
#if APPMINT_EXCEPTIONS
  if (!file.eof()) throw std::system_error(errno, std::generic_category(), path.string());
#endif
  return private_key({key.data(), len + static_cast<std::size_t>(file.gcount())});
}

inline App::Builder &App::Builder::signer(Signer callback) & {
  auto drop = [](void *userdata) { delete static_cast<Signer *>(userdata); };
  auto function = callback ? &Builder::sign : nullptr;
  auto owned = new Signer(std::move(callback));
  appmint_signer signer = {sizeof(appmint_signer), owned, function, drop};
  return value(appmint_config_set_signer, &signer);
}

inline App::Builder &App::Builder::jwt_back_date(std::chrono::seconds by) & {
  return value(appmint_config_set_jwt_back_date_s, by.count());
}

inline App::Builder &App::Builder::jwt_lifetime(std::chrono::seconds by) & {
  return value(appmint_config_set_jwt_lifetime_s, by.count());
}

inline App::Builder &App::Builder::timeout(std::chrono::milliseconds after) & {
  return value(appmint_config_set_timeout_ms, after.count());
}

inline App::Builder &App::Builder::connect_timeout(std::chrono::milliseconds after) & {
  return value(appmint_config_set_connect_timeout_ms, after.count());
}

inline App::Builder &App::Builder::allow_plain_http(bool allow) & {
  return value(appmint_config_set_allow_plain_http, allow ? 1 : 0);
}

inline App::Builder &App::Builder::refuse_private_addresses(bool refuse) & {
  return value(appmint_config_set_refuse_private_addresses, refuse ? 1 : 0);
}

inline App::Builder &App::Builder::max_response_body(std::size_t bytes) & {
  return value(appmint_config_set_max_response_body, bytes);
}

inline App::Builder &App::Builder::retries(std::uint32_t times) & {
  return value(appmint_config_set_retries, times);
}

inline App::Builder &App::Builder::retry_wait(std::chrono::milliseconds wait) & {
  return value(appmint_config_set_retry_wait_ms, wait.count());
}

inline App::Builder &App::Builder::store_unencrypted(bool allow) & {
  return value(appmint_config_set_store_unencrypted, allow ? 1 : 0);
}

inline App::Builder &App::Builder::capacity(std::size_t tokens) & {
  return value(appmint_config_set_capacity, tokens);
}

inline App::Builder &App::Builder::clock(const ManualClock &manual) & {
  return value(appmint_config_set_clock, manual.c_handle());
}

inline int App::Builder::sign(void *callback, const std::uint8_t *message, std::size_t message_len,
                              std::uint8_t *signature, std::size_t *signature_len) noexcept {
  auto work = [&] {
    std::string_view text(reinterpret_cast<const char *>(message), message_len);
    auto made = (*static_cast<Signer *>(callback))(text);
    if (made.size() > *signature_len) return 2;
    std::memcpy(signature, made.data(), made.size());
    *signature_len = made.size();
    return 0;
  };
  return detail::guarded(work, [] { return detail::failed(); });
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_SETTINGS_HPP
