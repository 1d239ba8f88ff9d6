// The app's webhook: where events are sent, what was sent, and what came. Part of appmint.hpp.

#ifndef APPMINT_WEBHOOK_HPP
#define APPMINT_WEBHOOK_HPP

#include "error.hpp"
#include "listing.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace appmint {

// Where the platform sends the app's events. The secret is never told.
class WebhookConfig {
 public:
  explicit WebhookConfig(std::shared_ptr<const appmint_webhook_config> config)
      : config_(std::move(config)) {}

  std::optional<std::string> url() const {
    return detail::maybe(appmint_webhook_config_url(c_handle()));
  }
  // "json" or "form".
  std::optional<std::string> content_type() const {
    return detail::maybe(appmint_webhook_config_content_type(c_handle()));
  }
  // Whether the receiver's certificate is left unchecked.
  std::optional<bool> insecure_ssl() const {
    return detail::flag(appmint_webhook_config_insecure_ssl(c_handle()));
  }
  // The whole object as the platform sent it, JSON.
  std::string raw() const { return detail::text(appmint_webhook_config_raw(c_handle(), nullptr)); }
  const appmint_webhook_config *c_handle() const { return config_.get(); }

 private:
  std::shared_ptr<const appmint_webhook_config> config_;
};

// What to change of it; what is not given stays.
struct WebhookUpdate {
  std::optional<std::string> url = std::nullopt;
  std::optional<std::string> content_type = std::nullopt;  // "json" or "form"
  std::optional<std::string> secret = std::nullopt;        // to sign with
  // True leaves the receiver's certificate unchecked: anybody on the way can pose as it.
  std::optional<bool> insecure_ssl = std::nullopt;
};

// An event that was sent to the app, or was tried to be. Only its id is certain.
class WebhookDelivery {
 public:
  explicit WebhookDelivery(std::shared_ptr<const appmint_webhook_delivery> delivery)
      : delivery_(std::move(delivery)) {}

  // As App::redeliver_webhook takes it.
  std::string id() const { return detail::text(appmint_webhook_delivery_id(c_handle())); }
  // What the receiver saw; the same for each attempt.
  std::optional<std::string> guid() const {
    return detail::maybe(appmint_webhook_delivery_guid(c_handle()));
  }
  // Its name.
  std::optional<std::string> event() const {
    return detail::maybe(appmint_webhook_delivery_event(c_handle()));
  }
  // What happened, such as "opened".
  std::optional<std::string> action() const {
    return detail::maybe(appmint_webhook_delivery_action(c_handle()));
  }
  // What became of it, in the platform's words.
  std::optional<std::string> status() const {
    return detail::maybe(appmint_webhook_delivery_status(c_handle()));
  }
  // The HTTP status that the receiver answered.
  std::optional<int> status_code() const {
    int code = appmint_webhook_delivery_status_code(c_handle());
    return code ? std::optional<int>(code) : std::nullopt;
  }
  std::optional<Time> delivered_at() const {
    return detail::time(appmint_webhook_delivery_delivered_at_ms(c_handle()));
  }
  // Whether it had been sent before.
  std::optional<bool> is_redelivery() const {
    return detail::flag(appmint_webhook_delivery_is_redelivery(c_handle()));
  }
  std::optional<std::string> installation_id() const {
    return detail::maybe(appmint_webhook_delivery_installation_id(c_handle()));
  }
  std::optional<std::string> repository_id() const {
    return detail::maybe(appmint_webhook_delivery_repository_id(c_handle()));
  }
  // The whole object as the platform sent it, JSON; of a single delivery with request and response.
  std::string raw() const { return detail::text(appmint_webhook_delivery_raw(c_handle(), nullptr)); }
  const appmint_webhook_delivery *c_handle() const { return delivery_.get(); }

 private:
  std::shared_ptr<const appmint_webhook_delivery> delivery_;
};

namespace detail {

template <>
struct Listed<WebhookDelivery> {
  using List = appmint_webhook_deliveries;
  static constexpr auto next = appmint_webhook_deliveries_next;
  static constexpr auto free = appmint_webhook_delivery_free;
};

}  // namespace detail

// An event that a platform sent, with a signature that was proved.
class WebhookEvent {
 public:
  explicit WebhookEvent(std::shared_ptr<const appmint_webhook_event> webhook) : webhook_(std::move(webhook)) {}

  // From a header on most platforms, which no signature covers: the payload decides.
  std::optional<std::string> name() const {
    return detail::maybe(appmint_webhook_event_name(c_handle()));
  }
  // To recognise a delivery that comes twice. From a header, too.
  std::optional<std::string> delivery_id() const {
    return detail::maybe(appmint_webhook_event_delivery_id(c_handle()));
  }
  // From the part that was signed.
  std::optional<std::string> installation_id() const {
    return detail::maybe(appmint_webhook_event_installation_id(c_handle()));
  }
  // What was signed, JSON: the body, or the part of it that the platform signs.
  std::string payload() const { return detail::text(appmint_webhook_event_payload(c_handle(), nullptr)); }
  const appmint_webhook_event *c_handle() const { return webhook_.get(); }

 private:
  std::shared_ptr<const appmint_webhook_event> webhook_;
};

}  // namespace appmint

#endif  // APPMINT_WEBHOOK_HPP
