// What a program may see of an app at work: events, as they happen, and counts. Part of appmint.hpp.

#ifndef APPMINT_EVENT_HPP
#define APPMINT_EVENT_HPP

#include "error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace appmint {

// Something that happened; it holds no secret. It lives as long as the call that is given it.
class Event {
 public:
  explicit Event(const appmint_event *event) : event_(event) {}
  Event(const Event &) = delete;
  Event &operator=(const Event &) = delete;

  // What happened: "minted", "renewed", "mint_failed", "served_stale", "retried", "skew_found",
  // "refused", "taken_from_store" or "store_failed"; later versions may add to these.
  std::string kind() const { return detail::text(appmint_event_kind(c_handle())); }
  // The installation that it is about.
  std::optional<std::string> installation_id() const {
    return detail::maybe(appmint_event_installation_id(c_handle()));
  }
  // How long the call took, or the wait until it is sent again.
  std::optional<std::chrono::milliseconds> duration() const {
    auto ms = appmint_event_duration_ms(c_handle());
    return ms < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(ms));
  }
  // How far the platform's clock is ahead of ours.
  std::optional<std::chrono::milliseconds> clock_offset() const {
    auto ms = appmint_event_clock_offset_ms(c_handle());
    return ms == APPMINT_NO_TIME ? std::nullopt : std::optional(std::chrono::milliseconds(ms));
  }
  // Why.
  std::optional<Error> error() const {
    auto error = appmint_error_copy(appmint_event_error(c_handle()));
    return error ? std::optional<Error>(Error(error)) : std::nullopt;
  }
  // Whether somebody should look at it.
  bool is_warning() const { return appmint_event_is_warning(c_handle()) != 0; }
  // The event in a line, as a log wants it.
  std::string text() const { return detail::text(appmint_event_text(c_handle())); }
  const appmint_event *c_handle() const { return event_; }

  friend std::ostream &operator<<(std::ostream &out, const Event &event) {
    return out << event.text();
  }

 private:
  const appmint_event *event_;
};

// How often things happened since an app was made: a snapshot.
class Stats {
 public:
  explicit Stats(std::shared_ptr<const appmint_stats> stats) : stats_(std::move(stats)) {}

  // Tokens minted because somebody waited.
  std::uint64_t minted() const { return appmint_stats_minted(c_handle()); }
  // Tokens minted ahead of time.
  std::uint64_t renewed() const { return appmint_stats_renewed(c_handle()); }
  // Mintings that failed.
  std::uint64_t failed() const { return appmint_stats_failed(c_handle()); }
  // Live tokens handed out beyond their margin because no new one came.
  std::uint64_t served_stale() const { return appmint_stats_served_stale(c_handle()); }
  // Requests sent again.
  std::uint64_t retried() const { return appmint_stats_retried(c_handle()); }
  // Callers who joined a minting that was on its way.
  std::uint64_t joined() const { return appmint_stats_joined(c_handle()); }
  // Tokens that the platform refused before their time.
  std::uint64_t refused() const { return appmint_stats_refused(c_handle()); }
  // Tokens taken from the store.
  std::uint64_t from_store() const { return appmint_stats_from_store(c_handle()); }
  // What the store did not do.
  std::uint64_t store_failed() const { return appmint_stats_store_failed(c_handle()); }
  // Keys (an installation and a scope) that have a place in memory.
  std::uint64_t sources() const { return appmint_stats_sources(c_handle()); }
  const appmint_stats *c_handle() const { return stats_.get(); }

 private:
  std::shared_ptr<const appmint_stats> stats_;
};

}  // namespace appmint

#endif  // APPMINT_EVENT_HPP
