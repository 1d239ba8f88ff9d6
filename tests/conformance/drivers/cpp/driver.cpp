// The C++ driver of the conformance suite: it speaks what tests/conformance/PROTOCOL.md says.
#include "output.hpp"
#include "users.hpp"
#include "watching.hpp"
#include <iostream>

using appmint::App;
#ifdef WITHOUT_WAITING
#include "waited.hpp"
using DriverApp = WaitedApp;
using DriverSource = WaitedSource;
#else
using DriverApp = App;
using DriverSource = appmint::TokenSource;
#endif
using Words = std::multimap<std::string, std::string>;

static std::string decode(const std::string &text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); i++) {
    bool escaped = text[i] == '%';
    plain += escaped ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
    i += escaped ? 2 : 0;
  }
  return plain;
}

struct Driver {
  App::Builder builder = App::builder();
  std::optional<DriverApp> app;
  std::optional<appmint::ManualClock> clock;
  std::shared_ptr<MemoryStore> store = std::make_shared<MemoryStore>();
  std::shared_ptr<Watch> watch = std::make_shared<Watch>();
  std::vector<appmint::Subscription> watching;
  Users users;
  Words words;

  Text maybe(const char *key) const {
    auto found = words.find(key);
    return found == words.end() ? std::nullopt : Text(found->second);
  }
  std::string arg(const char *key) const { return maybe(key).value_or(""); }

  void config(const std::string &key, const std::string &value) {
    using Setter = App::Builder &(App::Builder::*)(std::string_view) &;
    using B = App::Builder;
    static const std::map<std::string, Setter> texts = {
        {"environment", &B::environment}, {"platform", &B::platform}, {"platform_descriptor", &B::platform_descriptor}, {"host", &B::host}, {"api_url", &B::api_url},
        {"web_url", &B::web_url}, {"app_id", &B::app_id}, {"client_id", &B::client_id}, {"client_secret", &B::client_secret},
        {"private_key", &B::private_key}, {"fallback_private_key", &B::fallback_private_key}, {"private_key_passphrase", &B::private_key_passphrase},
        {"key_id", &B::key_id}, {"fallback_key_id", &B::fallback_key_id}, {"proxy", &B::proxy},
        {"root_certificates", &B::root_certificates}, {"client_certificate", &B::client_certificate}, {"client_key", &B::client_key}, {"user_agent", &B::user_agent}, {"store", &B::store},
        {"store_key", &B::store_key}, {"previous_store_key", &B::previous_store_key}};
    if (auto text = texts.find(key); text != texts.end()) (builder.*text->second)(value);
    else if (key == "private_key_hex" || key == "fallback_private_key_hex") {
      std::string key_bytes;
      for (std::size_t i = 0; i < value.size(); i += 2) key_bytes += static_cast<char>(std::stoi(value.substr(i, 2), nullptr, 16));
      (builder.*texts.at(key.substr(0, key.size() - 4)))(key_bytes);
    } else if (key == "clock_ms") builder.clock(clock.emplace(appmint::Time(std::chrono::milliseconds(std::stoll(value)))));
    else if (key == "jwt_back_date") builder.jwt_back_date(std::chrono::seconds(std::stoll(value)));
    else if (key == "jwt_lifetime") builder.jwt_lifetime(std::chrono::seconds(std::stoll(value)));
    else if (key == "timeout") builder.timeout(std::chrono::milliseconds(std::stoll(value)));
    else if (key == "connect_timeout") builder.connect_timeout(std::chrono::milliseconds(std::stoll(value)));
    else if (key == "retry_wait") builder.retry_wait(std::chrono::milliseconds(std::stoll(value)));
    else if (key == "allow_plain_http") builder.allow_plain_http(value == "true");
    else if (key == "refuse_private_addresses") builder.refuse_private_addresses(value == "true");
    else if (key == "max_response_body") builder.max_response_body(std::stoull(value));
    else if (key == "retries") builder.retries(static_cast<std::uint32_t>(std::stoul(value)));
    else if (key == "store_unencrypted") builder.store_unencrypted(value == "true");
    else if (key == "capacity") builder.capacity(std::stoull(value));
    else if (key == "own_store" && value == "ok") builder.own_store(store);
    else if (key == "own_store") builder.own_store(std::make_shared<BrokenStore>(value));
    else if (key == "on_event") builder.on_event([fails = value != "true", watch = watch](const appmint::Event &event) {
      if (fails) throw std::runtime_error("the callback failed");
      watch->note(event);
    });
    else if (key == "signer") builder.signer([fails = value != "ok"](std::string_view) {
      return fails ? throw std::runtime_error("no signature today") : std::string(256, '\1');
    });
    else throw std::logic_error("unknown setting " + key);
  }

  std::optional<std::chrono::milliseconds> ms(const char *key) const {
    auto text = maybe(key);
    return text ? std::optional(std::chrono::milliseconds(std::stoll(*text))) : std::nullopt;
  }

  std::optional<appmint::Scope> scope_of_call() const {
    if (!maybe("repositories") && !maybe("repository_ids") && !maybe("permissions")) return std::nullopt;
    appmint::Scope scope;
    for (const auto &name : split(arg("repositories"))) scope.repository(name);
    for (const auto &id : split(arg("repository_ids"))) scope.repository_id(id);
    for (const auto &pair : split(arg("permissions"))) scope.permission(pair.substr(0, pair.find(':')), pair.substr(pair.find(':') + 1));
    return scope;
  }
  DriverSource source() const {
    auto scope = scope_of_call();
    if (maybe("id")) return scope ? app->installation(arg("id"), *scope) : app->installation(arg("id"));
    return scope ? app->installation(lookup(), *scope) : app->installation(lookup());
  }
  appmint::Token scoped() const {
    using appmint::Target;
    auto scope = scope_of_call();
    auto target = maybe("target") ? Target::account(arg("target")) : Target::id(arg("target_id"));
    return scope ? app->scope_token(arg("token"), target, *scope) : app->scope_token(arg("token"), target);
  }

  appmint::Lookup lookup() const {
    using appmint::Lookup;
    static const std::map<std::string, Lookup (*)(std::string_view)> kinds = {
        {"account", Lookup::account}, {"id", Lookup::id}, {"organization", Lookup::organization}, {"user", Lookup::user},
        {"repository", Lookup::repository}, {"enterprise", Lookup::enterprise}};
    for (const auto &[key, value] : words)
      if (auto kind = kinds.find(key); kind != kinds.end()) return kind->second(value);
    return Lookup::account("");
  }

  // Does an operation of the app. Returns whether it is one.
  bool operate(const std::string &op, Output &output) const {
    using Act = void (DriverApp::*)(std::string_view) const;
    static const std::map<std::string, std::pair<Act, const char *>> acts = {
        {"suspend_installation", {&DriverApp::suspend_installation, "id"}}, {"unsuspend_installation", {&DriverApp::unsuspend_installation, "id"}},
        {"delete_installation", {&DriverApp::delete_installation, "id"}}, {"redeliver_webhook", {&DriverApp::redeliver_webhook, "id"}},
        {"delete_token", {&DriverApp::delete_token, "token"}}, {"delete_grant", {&DriverApp::delete_grant, "token"}},
        {"revoke_installation_token", {&DriverApp::revoke_installation_token, "token"}}};
    if (auto act = acts.find(op); act != acts.end()) (*app.*act->second.first)(arg(act->second.second));
    else if (op == "registration") output.add(app->registration());
    else if (op == "convert_manifest") output.add(app->convert_manifest(arg("code")));
    else if (op == "webhook_config") output.add(app->webhook_config());
    else if (op == "update_webhook_config") {
      auto insecure = maybe("insecure_ssl");
      appmint::WebhookUpdate update{maybe("url"), maybe("content_type"), maybe("secret"), insecure ? std::optional<bool>(*insecure == "true") : std::nullopt};
      output.add(app->update_webhook_config(update));
    } else if (op == "webhook_deliveries") output.add(app->webhook_deliveries(), limit());
    else if (op == "webhook_delivery") output.add("", app->webhook_delivery(arg("id")));
    else if (op == "check_token") output.add(app->check_token(arg("token")));
    else if (op == "reset_token") output.add(app->reset_token(arg("token")));
    else if (op == "scope_token") output.add(scoped());
    else if (op == "revoke_token") app->revoke_token(arg("token"), maybe("token_type_hint"));
    else if (op == "introspect_token") output.add(app->introspect_token(arg("token"), maybe("token_type_hint")));
    else if (op == "revoke_credentials") {
      auto credentials = split(arg("credentials"));
      app->revoke_credentials({credentials.begin(), credentials.end()});
    } else if (op == "finish_install") output.add("", app->finish_install(arg("callback_url"), arg("state")));
    else return false;
    return true;
  }
  std::size_t limit() const { return maybe("limit") ? std::stoul(arg("limit")) : std::string::npos; }

  appmint::RequestOptions options() const {
    appmint::RequestOptions options{{}, maybe("json"), maybe("body"), maybe("token"), ms("timeout_ms")};
    for (const auto &[key, value] : words)
      if (key.rfind("header.", 0) == 0) options.headers.emplace(key.substr(7), value);
    return options;
  }

  void call(Output &output) {
    auto op = arg("op");
    if (op == "version") output.add("value", appmint::version());
    else if (op == "secret_pattern") output.add("value", appmint::secret_pattern());
    else if (op == "platforms") output.add("value", joined(appmint::platforms()));
    else if (op == "discover") {
      auto descriptor = appmint::discover(arg("issuer"), builder);
      builder.platform_descriptor(descriptor);  // for the next app
      output.add("value", descriptor);
    } else if (op == "jwt") output.add(app->jwt());
    else if (op == "fingerprint") output.add("value", app->fingerprint());
    else if (op == "platform_name") output.add("value", app->platform_name());
    else if (op == "find_installation") output.add("", app->find_installation(lookup()));
    else if (op == "clock_offset") output.add("value", std::to_string(app->clock_offset().count()));
    else if (op == "invalidate" && maybe("token")) source().invalidate(arg("token"));
    else if (op == "invalidate") source().invalidate();
    else if (op == "request") output.add(app->request(arg("method"), arg("path"), options()));
    else if (op == "source_request") output.add(source().request(arg("method"), arg("path"), options()));
    else if (op == "paginate") output.add(app->paginate(arg("path"), maybe("items"), options()), limit());
    else if (op == "source_paginate") output.add(source().paginate(arg("path"), maybe("items"), options()), limit());
    else if (op == "authorization_code") output.add("reveal.value", app->authorization_code(arg("callback_url"), arg("state")));
    else if (op == "token") output.add(source().token(ms("min_valid_ms"), ms("timeout_ms")));
    else if (op == "app_token") output.add(app->app_tokens({split(arg("scopes")), maybe("subject")}).token(ms("min_valid_ms"), ms("timeout_ms")));
    else if (op == "source_authorization_header") output.add("reveal.value", source().authorization_header(ms("min_valid_ms"), ms("timeout_ms")));
    else if (op == "quota") output.add(app->quota());
    else if (op == "source_quota") output.add(source().quota());
    else if (op == "source_expires_at") {
      auto time = source().expires_at();
      output.add("value", time ? std::optional<long long>(time->time_since_epoch().count()) : std::nullopt);
    } else if (op == "revoke") source().revoke();
    else if (op == "repositories") output.add(source().repositories(), limit());
    else if (op == "installations") output.add(app->installations(), limit());
    else if (op == "verify_webhook" || op == "apply_webhook") {
      auto secrets = split(arg("secrets"));
      auto webhook = app->verify_webhook(options().headers, arg("body"), {secrets.begin(), secrets.end()});
      if (op == "verify_webhook") output.add(webhook);
      else output.add("value", std::to_string(app->apply_webhook(webhook)));
    } else if (op == "source_installation_id") output.add("value", source().installation_id());
    else if (op == "tokens") output.add("count", std::to_string(tokens_at_once(source(), std::stoul(arg("count")))));
    else if (op == "watch") watching.push_back(source().on_change([watch = watch](const auto &before, const auto &token) { watch->follow(before, token); }));
    else if (op == "unwatch") watching.pop_back();
    else if (op == "changes") watch->print_changes(output);
    else if (op == "events") watch->print_events(output);
    else if (op == "stats") output.add(app->stats());
    else if (op == "close") app->close();
    else if (!operate(op, output) && !users.operate(*this, op, output)) throw std::logic_error("unknown operation " + op);
  }

  void run(const std::string &command, Output &output) {
    if (command == "config") for (const auto &[key, value] : words) config(key, value);
    else if (command == "advance") clock->advance(std::chrono::milliseconds(std::stoll(arg("ms"))));
    else if (command == "set_clock") clock->set(appmint::Time(std::chrono::milliseconds(std::stoll(arg("ms")))));
    else if (command == "app") app = std::exchange(builder, App::builder()).build();
    else call(output);
  }
};

int main() {
  Driver driver;
  for (std::string line, command, word; std::getline(std::cin, line);) {
    std::istringstream in(line);
    in >> command;
    driver.words.clear();
    while (in >> word) {
      auto equals = word.find('=');
      driver.words.emplace(decode(word.substr(0, equals)), decode(word.substr(equals + 1)));
    }
    Output output{"ok"};
    try {
      driver.run(command, output);
    } catch (const appmint::Error &error) {
      output.line = "error";
      output.add(error);
    }
    std::cout << output.line << std::endl;
  }
}
