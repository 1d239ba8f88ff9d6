// How the results of calls without waiting are read. Part of async.hpp.

#ifndef APPMINT_RESULTS_HPP
#define APPMINT_RESULTS_HPP

#include "installations.hpp"
#include "oauth.hpp"
#include "operations.hpp"
#include "tokens.hpp"
#include "waiting.hpp"
#include "webhooks.hpp"

#include <memory>
#include <optional>
#include <string>

namespace appmint {
inline namespace abi0 {

namespace detail {

template <>
struct Result<Token> : ObjectResult<Token, appmint_token, appmint_call_token, appmint_token_free> {
};
template <>
struct Result<Response>
    : ObjectResult<Response, appmint_response, appmint_call_response, appmint_response_free> {};
template <>
struct Result<Installation> : ObjectResult<Installation, appmint_installation,
                                           appmint_call_installation, appmint_installation_free> {};
template <>
struct Result<DeviceLogin> : ObjectResult<DeviceLogin, appmint_device_login,
                                          appmint_call_device_login, appmint_device_login_free> {};
template <>
struct Result<Introspection>
    : ObjectResult<Introspection, appmint_introspection, appmint_call_introspection,
                   appmint_introspection_free> {};
template <>
struct Result<WebhookConfig>
    : ObjectResult<WebhookConfig, appmint_webhook_config, appmint_call_webhook_config,
                   appmint_webhook_config_free> {};
template <>
struct Result<WebhookDelivery>
    : ObjectResult<WebhookDelivery, appmint_webhook_delivery, appmint_call_webhook_delivery,
                   appmint_webhook_delivery_free> {};
template <>
struct Result<Registration> : ObjectResult<Registration, appmint_registration,
                                           appmint_call_registration, appmint_registration_free> {};
template <>
struct Result<App> : ObjectResult<App, appmint_app, appmint_call_app, appmint_app_free> {};
template <>
struct Result<std::optional<Installation>>
    : ItemResult<Installation, appmint_installation, appmint_call_installation,
                 appmint_installation_free> {};
template <>
struct Result<std::optional<Repository>>
    : ItemResult<Repository, appmint_repository, appmint_call_repository, appmint_repository_free> {
};
template <>
struct Result<std::optional<WebhookDelivery>>
    : ItemResult<WebhookDelivery, appmint_webhook_delivery, appmint_call_webhook_delivery,
                 appmint_webhook_delivery_free> {};
template <>
struct Result<std::optional<std::string>>
    : ItemResult<std::string, appmint_text, appmint_call_text, appmint_text_free> {};
template <>
struct Result<std::string> {
  static Outcome<std::string> read(const appmint_call *call) {
    using Text = ObjectResult<std::shared_ptr<appmint_text>, appmint_text, appmint_call_text,
                              appmint_text_free>;
    auto text = Text::read(call);
    if (!text) return text.error();
    return revealed(*text);
  }
};

}  // namespace detail

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_RESULTS_HPP
