// An app and a source whose calls are made without waiting, for the driver that is compiled WITHOUT_WAITING.
#include <appmint.hpp>
#include <appmint/async.hpp>

// A call with one text, and one with any arguments: started, and then waited for.
#define WAITED_TEXT(name) auto name(std::string_view text) const { return async().name(text).get(); }
#define WAITED(name) template <class... A> auto name(const A &...arguments) const { return async().name(arguments...).get(); }

class WaitedSource : public appmint::TokenSource {
 public:
  WaitedSource(appmint::TokenSource source) : TokenSource(std::move(source)) {}
  WAITED(token) WAITED(authorization_header) WAITED(revoke) WAITED(request)
};

class WaitedApp : public appmint::App {
  using Texts = std::vector<std::string_view>;

 public:
  WaitedApp(App app) : App(std::move(app)) {}
  WAITED(jwt) WAITED(request) WAITED(find_installation) WAITED(finish_install) WAITED(exchange_code)
  WAITED(finish_authorization) WAITED(exchange_token) WAITED(revoke_token) WAITED(introspect_token) WAITED(start_session)
  WAITED(webhook_config) WAITED(update_webhook_config) WAITED(registration)
  WAITED_TEXT(suspend_installation) WAITED_TEXT(unsuspend_installation) WAITED_TEXT(delete_installation)
  WAITED_TEXT(revoke_installation_token) WAITED_TEXT(refresh) WAITED_TEXT(check_token) WAITED_TEXT(reset_token)
  WAITED_TEXT(delete_token) WAITED_TEXT(delete_grant) WAITED_TEXT(end_session) WAITED_TEXT(webhook_delivery)
  WAITED_TEXT(redeliver_webhook) WAITED_TEXT(convert_manifest)
  auto start_device_login(const Texts &scopes) const { return async().start_device_login(scopes).get(); }
  void revoke_credentials(const Texts &credentials) const { async().revoke_credentials(credentials).get(); }
  auto scope_token(std::string_view token, const appmint::Target &target) const { return async().scope_token(token, target).get(); }
  auto scope_token(std::string_view token, const appmint::Target &target, const appmint::Scope &scope) const {
    return async().scope_token(token, target, &scope).get();
  }
  template <class... A>
  WaitedSource installation(const A &...arguments) const { return App::installation(arguments...); }
  WaitedSource session(std::string_view name) const { return App::session(name); }
  WaitedSource app_tokens(const appmint::AppTokenRequest &request) const { return App::app_tokens(request); }
};
