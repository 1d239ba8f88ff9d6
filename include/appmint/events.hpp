// Events in an app's work. Part of appmint.hpp.

#ifndef APPMINT_EVENTS_HPP
#define APPMINT_EVENTS_HPP

#include "settings.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace appmint {
inline namespace abi0 {

/// The kind of an event. Later versions may add values.
enum class EventKind : std::int32_t {
  /// A token was minted while a caller waited for it.
  minted = APPMINT_EVENT_MINTED,
  /// A token was minted before its predecessor expired.
  renewed = APPMINT_EVENT_RENEWED,
  /// Minting failed. Callers got the error, or the token in memory if it was still valid.
  mint_failed = APPMINT_EVENT_MINT_FAILED,
  /// A token was returned that lives for less than was asked for: no new one could be minted, or
  /// new ones live no longer.
  served_stale = APPMINT_EVENT_SERVED_STALE,
  /// A request will be sent again, after a wait.
  retried = APPMINT_EVENT_RETRIED,
  /// The platform's clock differs from this machine's.
  skew_found = APPMINT_EVENT_SKEW_FOUND,
  /// The platform refused a token before it expired. Another one is minted.
  refused = APPMINT_EVENT_REFUSED,
  /// A token that another process had minted was read from the store.
  taken_from_store = APPMINT_EVENT_TAKEN_FROM_STORE,
  /// The store failed. Installation tokens are minted without it.
  store_failed = APPMINT_EVENT_STORE_FAILED,
};

/// The name of a kind, such as "renewed".
[[nodiscard]] inline std::string to_string(EventKind kind) {
  return detail::text(appmint_event_kind_name(static_cast<std::int32_t>(kind)));
}

inline std::ostream &operator<<(std::ostream &out, EventKind kind) {
  return out << to_string(kind);
}

/// An event in an app's work. It never holds a secret. It is valid until the callback that receives
/// it returns.
class Event {
 public:
  explicit Event(const appmint_event *event) : event_(event) {}
  Event(const Event &) = delete;
  Event &operator=(const Event &) = delete;

  /// The kind of the event.
  [[nodiscard]] EventKind kind() const {
    return static_cast<EventKind>(appmint_event_kind(c_handle()));
  }
  /// The id of the installation that the event is about. No value if it is about none.
  [[nodiscard]] std::optional<std::string> installation_id() const {
    return detail::optional_text(appmint_event_installation_id(c_handle()));
  }
  /// How long the call took, or the wait until the request is sent again. No value if the event has
  /// none.
  [[nodiscard]] std::optional<std::chrono::milliseconds> duration() const {
    return detail::duration(appmint_event_duration_ms(c_handle()));
  }
  /// How far the platform's clock is ahead of this machine's. No value if the event is not about
  /// clocks.
  [[nodiscard]] std::optional<std::chrono::milliseconds> clock_offset() const;
  /// The quota of requests as it was last told: the app's after minting, and that of a request that
  /// is sent again. No value if the platform told none.
  [[nodiscard]] std::optional<Quota> quota() const {
    return detail::quota(appmint_event_quota(c_handle()));
  }
  /// The error that caused the event. No value if no error did.
  [[nodiscard]] std::optional<Error> error() const;
  /// Whether an operator should look into it.
  [[nodiscard]] bool is_warning() const { return appmint_event_is_warning(c_handle()) != 0; }
  [[nodiscard]] const appmint_event *c_handle() const { return event_; }

 private:
  const appmint_event *event_;
};

/// A description in one line, for logs.
[[nodiscard]] inline std::string to_string(const Event &event) {
  return detail::text(appmint_event_to_string(event.c_handle()));
}

inline std::ostream &operator<<(std::ostream &out, const Event &event) {
  return out << to_string(event);
}

inline std::optional<std::chrono::milliseconds> Event::clock_offset() const {
  auto ms = appmint_event_clock_offset_ms(c_handle());
  return ms == APPMINT_NO_TIME ? std::nullopt : std::optional(std::chrono::milliseconds(ms));
}

inline std::optional<Error> Event::error() const {
  auto error = appmint_error_copy(appmint_event_error(c_handle()));
  return error ? std::optional<Error>(Error(error)) : std::nullopt;
}

inline App::Builder &App::Builder::on_event(std::function<void(const Event &)> callback) & {
  auto function = callback ? &Builder::call : nullptr;
  detail::hand_over(std::move(callback), [&](auto userdata, auto drop) {
    appmint_config_set_on_event(config_.get(), function, userdata, drop);
  });
  return *this;
}

inline void App::Builder::call(void *callback, const appmint_event *event) noexcept {
  detail::guarded(
      [&] { (*static_cast<std::function<void(const Event &)> *>(callback))(Event(event)); }, [] {});
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_EVENTS_HPP
