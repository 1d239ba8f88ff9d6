// The C++ driver of the conformance suite: it speaks what tests/conformance/PROTOCOL.md says.
#include "answer.hpp"
#include <iostream>

using appmint::App;
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
  std::optional<App> app;
  std::optional<appmint::ManualClock> clock;
  Words words;

  Text maybe(const char *key) const {
    auto found = words.find(key);
    return found == words.end() ? std::nullopt : Text(found->second);
  }
  std::string arg(const char *key) const { return maybe(key).value_or(""); }

  void config(const std::string &key, const std::string &value) {
    using Setter = App::Builder &(App::Builder::*)(std::string_view);
    using B = App::Builder;
    static const std::map<std::string, Setter> texts = {
        {"platform", &B::platform}, {"platform_descriptor", &B::platform_descriptor}, {"host", &B::host}, {"api_url", &B::api_url},
        {"web_url", &B::web_url}, {"app_id", &B::app_id}, {"client_id", &B::client_id}, {"client_secret", &B::client_secret},
        {"private_key", &B::private_key}, {"other_private_key", &B::other_private_key}, {"private_key_passphrase", &B::private_key_passphrase}, {"proxy", &B::proxy},
        {"root_certificates", &B::root_certificates}, {"user_agent", &B::user_agent}};
    if (auto text = texts.find(key); text != texts.end()) (builder.*text->second)(value);
    else if (key == "private_key_hex" || key == "other_private_key_hex") {
      std::string key_bytes;
      for (std::size_t i = 0; i < value.size(); i += 2) key_bytes += static_cast<char>(std::stoi(value.substr(i, 2), nullptr, 16));
      (builder.*texts.at(key.substr(0, key.size() - 4)))(key_bytes);
    } else if (key == "clock_ms") builder.clock(clock.emplace(appmint::Time(std::chrono::milliseconds(std::stoll(value)))));
    else if (key == "jwt_back_date") builder.jwt_back_date(std::chrono::seconds(std::stoll(value)));
    else if (key == "jwt_lifetime") builder.jwt_lifetime(std::chrono::seconds(std::stoll(value)));
    else if (key == "timeout") builder.timeout(std::chrono::milliseconds(std::stoll(value)));
    else if (key == "connect_timeout") builder.connect_timeout(std::chrono::milliseconds(std::stoll(value)));
    else if (key == "allow_plain_http") builder.allow_plain_http(value == "true");
    else if (key == "max_response_body") builder.max_response_body(std::stoull(value));
    else if (key == "retries") builder.retries(static_cast<std::uint32_t>(std::stoul(value)));
    else if (key == "signer") builder.signer([fails = value != "ok"](std::string_view) {
      return fails ? throw std::runtime_error("no signature today") : std::string(256, '\1');
    });
    else throw std::logic_error("unknown setting " + key);
  }

  appmint::TokenSource source() const {
    if (!maybe("repositories") && !maybe("repository_ids") && !maybe("permissions")) return app->installation(arg("id"));
    appmint::Scope scope;
    for (const auto &name : split(arg("repositories"))) scope.repository(name);
    for (const auto &id : split(arg("repository_ids"))) scope.repository_id(id);
    for (const auto &pair : split(arg("permissions"))) scope.permission(pair.substr(0, pair.find(':')), pair.substr(pair.find(':') + 1));
    return app->installation(arg("id"), scope);
  }

  appmint::Installation found() const {
    using appmint::Lookup;
    static const std::map<std::string, Lookup (*)(std::string_view)> kinds = {
        {"id", Lookup::id}, {"organization", Lookup::organization}, {"user", Lookup::user},
        {"repository", Lookup::repository}, {"enterprise", Lookup::enterprise}};
    for (const auto &[key, value] : words)
      if (auto kind = kinds.find(key); kind != kinds.end()) return app->find_installation(kind->second(value));
    return app->find_installation(arg("account"));
  }

  void call(Answer &answer) const {
    auto op = arg("op");
    appmint::RequestOptions options{{}, maybe("json"), maybe("body"), maybe("token")};
    for (const auto &[key, value] : words)
      if (key.rfind("header.", 0) == 0) options.headers.emplace(key.substr(7), value);
    if (op == "version") answer.add("value", appmint::version());
    else if (op == "platforms") answer.add("value", joined(appmint::platforms()));
    else if (op == "jwt") answer.add(app->jwt());
    else if (op == "fingerprint") answer.add("value", app->fingerprint());
    else if (op == "platform_name") answer.add("value", app->platform_name());
    else if (op == "find_installation") answer.add("", found());
    else if (op == "clock_offset") answer.add("value", std::to_string(app->clock_offset().count()));
    else if (op == "invalidate") source().invalidate();
    else if (op == "refresh") answer.add(app->refresh(arg("refresh_token")));
    else if (op == "request") answer.add(app->request(arg("method"), arg("path"), options));
    else if (op == "source_request") answer.add(source().request(arg("method"), arg("path"), options));
    else if (op == "exchange_code") answer.add(app->exchange_code(arg("code"), maybe("redirect_uri"), maybe("code_verifier")));
    else if (op == "authorization_code") answer.add("reveal.value", app->authorization_code(arg("callback_url"), arg("state")));
    else if (op == "token") {
      auto min = maybe("min_valid_ms");
      answer.add(source().token(min ? std::optional(std::chrono::milliseconds(std::stoll(*min))) : std::nullopt));
    } else if (op == "installations") {
      auto list = app->installations();
      answer.add("count", std::to_string(list.size()));
      for (std::size_t i = 0; i < list.size(); i++) answer.add(std::to_string(i) + ".", list[i]);
    } else if (op == "authorize") {
      appmint::AuthorizationRequest asked{maybe("redirect_uri"), maybe("state"), split(arg("scopes")), maybe("login")};
      auto authorization = app->authorize(asked);
      answer.add("url", authorization.url()), answer.add("state", authorization.state());
      answer.add("reveal.code_verifier", authorization.code_verifier());
    } else if (op == "verify_webhook") {
      auto secrets = split(arg("secrets"));
      answer.add(app->verify_webhook({options.headers.begin(), options.headers.end()}, arg("body"), {secrets.begin(), secrets.end()}));
    } else throw std::logic_error("unknown operation " + op);
  }

  void obey(const std::string &command, Answer &answer) {
    if (command == "config") for (const auto &[key, value] : words) config(key, value);
    else if (command == "advance") clock->advance(std::chrono::milliseconds(std::stoll(arg("ms"))));
    else if (command == "app") app = std::exchange(builder, App::builder()).build();
    else call(answer);
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
    Answer answer{"ok"};
    try {
      driver.obey(command, answer);
    } catch (const appmint::Error &error) {
      answer.line = "error";
      answer.add(error);
    }
    std::cout << answer.line << std::endl;
  }
}
