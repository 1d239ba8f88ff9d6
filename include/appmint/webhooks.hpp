// The app's webhook. Part of appmint.hpp.

#ifndef APPMINT_WEBHOOKS_HPP
#define APPMINT_WEBHOOKS_HPP

#include "app.hpp"
#include "listing.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appmint {
inline namespace abi0 {

/// An event that a platform sent, whose signature was verified. On most platforms the name and the
/// delivery's id come from headers, which the signature does not cover: decide by the payload.
///
/// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
class WebhookEvent {
 public:
  explicit WebhookEvent(std::shared_ptr<const appmint_webhook_event> webhook)
      : webhook_(std::move(webhook)) {}

  /// The event's name, such as "push". Most platforms send it in a header, which the signature does
  /// not cover.
  [[nodiscard]] std::optional<std::string> name() const {
    return detail::optional_text(appmint_webhook_event_name(c_handle()));
  }
  /// The delivery's id, by which one that comes twice is recognised. It comes from a header, too.
  [[nodiscard]] std::optional<std::string> delivery_id() const {
    return detail::optional_text(appmint_webhook_event_delivery_id(c_handle()));
  }
  /// The id of the installation that it is about, from the signed payload. No value if it is about
  /// none.
  [[nodiscard]] std::optional<std::string> installation_id() const {
    return detail::optional_text(appmint_webhook_event_installation_id(c_handle()));
  }
  /// The signed JSON: the body, the part of it that the platform signs, or the field of a body that
  /// is a form.
  [[nodiscard]] std::string payload() const {
    return detail::text(appmint_webhook_event_payload(c_handle(), nullptr));
  }
  [[nodiscard]] const appmint_webhook_event *c_handle() const { return webhook_.get(); }

 private:
  std::shared_ptr<const appmint_webhook_event> webhook_;
};

/// The configuration of the app's webhook. The secret is not part of it.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
class WebhookConfig {
 public:
  explicit WebhookConfig(std::shared_ptr<const appmint_webhook_config> config)
      : config_(std::move(config)) {}

  /// The URL to which the platform sends events.
  [[nodiscard]] std::optional<std::string> url() const {
    return detail::optional_text(appmint_webhook_config_url(c_handle()));
  }
  /// The format of events: "json" or "form".
  [[nodiscard]] std::optional<std::string> content_type() const {
    return detail::optional_text(appmint_webhook_config_content_type(c_handle()));
  }
  /// Whether the platform skips the check of the receiver's certificate.
  [[nodiscard]] std::optional<bool> insecure_ssl() const {
    return detail::flag(appmint_webhook_config_insecure_ssl(c_handle()));
  }
  /// The whole object as the platform sent it. JSON.
  [[nodiscard]] std::string raw() const {
    return detail::text(appmint_webhook_config_raw(c_handle(), nullptr));
  }
  [[nodiscard]] const appmint_webhook_config *c_handle() const { return config_.get(); }

 private:
  std::shared_ptr<const appmint_webhook_config> config_;
};

/// A change of the webhook's configuration. Members without a value stay as they are.
struct WebhookUpdate {
  /// The URL to which the platform sends events. Default: unchanged.
  std::optional<std::string> url = std::nullopt;
  /// The format of events: "json" or "form". Default: unchanged.
  std::optional<std::string> content_type = std::nullopt;
  /// The secret that signs events. Default: unchanged.
  std::optional<std::string> secret = std::nullopt;
  /// Whether the platform skips the check of the receiver's certificate, so that anybody on the way
  /// can pose as it. Default: unchanged.
  std::optional<bool> insecure_ssl = std::nullopt;
};

/// An attempt of the platform to send an event to the app. Only its id is certain.
///
/// Source: https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
class WebhookDelivery {
 public:
  explicit WebhookDelivery(std::shared_ptr<const appmint_webhook_delivery> delivery)
      : delivery_(std::move(delivery)) {}

  /// The delivery's id, which `App::webhook_delivery` and `App::redeliver_webhook` take.
  [[nodiscard]] std::string id() const {
    return detail::text(appmint_webhook_delivery_id(c_handle()));
  }
  /// The id that the receiver gets, which is the same for each attempt.
  [[nodiscard]] std::optional<std::string> guid() const {
    return detail::optional_text(appmint_webhook_delivery_guid(c_handle()));
  }
  /// The event's name, such as "push".
  [[nodiscard]] std::optional<std::string> event() const {
    return detail::optional_text(appmint_webhook_delivery_event(c_handle()));
  }
  /// The event's action, such as "opened".
  [[nodiscard]] std::optional<std::string> action() const {
    return detail::optional_text(appmint_webhook_delivery_action(c_handle()));
  }
  /// The outcome, in the platform's words.
  [[nodiscard]] std::optional<std::string> status() const {
    return detail::optional_text(appmint_webhook_delivery_status(c_handle()));
  }
  /// When it was sent.
  [[nodiscard]] std::optional<Time> delivered_at() const {
    return detail::time(appmint_webhook_delivery_delivered_at_ms(c_handle()));
  }
  /// Whether the event had been sent before.
  [[nodiscard]] std::optional<bool> is_redelivery() const {
    return detail::flag(appmint_webhook_delivery_is_redelivery(c_handle()));
  }
  /// The id of the installation that it is about.
  [[nodiscard]] std::optional<std::string> installation_id() const {
    return detail::optional_text(appmint_webhook_delivery_installation_id(c_handle()));
  }
  /// The id of the repository that it is about.
  [[nodiscard]] std::optional<std::string> repository_id() const {
    return detail::optional_text(appmint_webhook_delivery_repository_id(c_handle()));
  }
  /// The whole object as the platform sent it. That of `App::webhook_delivery` has the request and
  /// the response in it, too. JSON.
  [[nodiscard]] std::string raw() const {
    return detail::text(appmint_webhook_delivery_raw(c_handle(), nullptr));
  }
  /// The HTTP status of the receiver's response.
  [[nodiscard]] std::optional<int> status_code() const {
    int code = appmint_webhook_delivery_status_code(c_handle());
    return code ? std::optional<int>(code) : std::nullopt;
  }
  [[nodiscard]] const appmint_webhook_delivery *c_handle() const { return delivery_.get(); }

 private:
  std::shared_ptr<const appmint_webhook_delivery> delivery_;
};

namespace detail {

template <>
struct Listed<WebhookDelivery> {
  using List = appmint_webhook_deliveries;
  static constexpr auto next = appmint_webhook_deliveries_next;
  static constexpr auto next_async = appmint_webhook_deliveries_next_async;
  static constexpr auto free = appmint_webhook_delivery_free;
};

inline std::shared_ptr<appmint_webhook_update> update(const WebhookUpdate &update) {
  std::shared_ptr<appmint_webhook_update> object(appmint_webhook_update_new(),
                                                 appmint_webhook_update_free);
  set(object, appmint_webhook_update_set_url, update.url);
  set(object, appmint_webhook_update_set_content_type, update.content_type);
  set(object, appmint_webhook_update_set_secret, update.secret);
  if (update.insecure_ssl)
    appmint_webhook_update_set_insecure_ssl(object.get(), *update.insecure_ssl ? 1 : 0);
  return object;
}

}  // namespace detail

inline WebhookEvent App::verify_webhook(const Headers &headers, std::string_view body,
                                        const std::vector<std::string_view> &secrets) const {
  std::vector<appmint_header> all;
  for (const auto &[name, value] : headers)
    all.push_back({name.data(), name.size(), value.data(), value.size()});
  detail::Texts texts(secrets);
  return WebhookEvent(detail::made(appmint_webhook_event_free, [&](auto out, auto error) {
    return appmint_app_verify_webhook(c_handle(), all.data(), all.size(), detail::start(body),
                                      body.size(), texts.starts(), texts.lens(), texts.count(), out,
                                      error);
  }));
}

inline std::size_t App::apply_webhook(const WebhookEvent &webhook) const {
  return appmint_app_apply_webhook(c_handle(), webhook.c_handle());
}

inline WebhookConfig App::webhook_config() const {
  return WebhookConfig(detail::made(appmint_webhook_config_free, [&](auto out, auto error) {
    return appmint_app_webhook_config(c_handle(), out, error);
  }));
}

inline WebhookConfig App::update_webhook_config(const WebhookUpdate &update) const {
  auto object = detail::update(update);
  return WebhookConfig(detail::made(appmint_webhook_config_free, [&](auto out, auto error) {
    return appmint_app_update_webhook_config(c_handle(), object.get(), out, error);
  }));
}

inline Listing<WebhookDelivery> App::webhook_deliveries() const {
  return Listing<WebhookDelivery>(
      detail::made(appmint_webhook_deliveries_free, [&](auto out, auto error) {
        return appmint_app_webhook_deliveries(c_handle(), out, error);
      }));
}

inline WebhookDelivery App::webhook_delivery(std::string_view id) const {
  return WebhookDelivery(detail::made_with(appmint_webhook_delivery_free, c_handle(),
                                           appmint_app_webhook_delivery, id));
}

inline void App::redeliver_webhook(std::string_view delivery_id) const {
  detail::check_with(c_handle(), appmint_app_redeliver_webhook, delivery_id);
}

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_WEBHOOKS_HPP
