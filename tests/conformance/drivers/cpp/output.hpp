// How the C++ driver prints results: see "Answers" in tests/conformance/PROTOCOL.md.
#include <appmint.hpp>
#include <cctype>
#include <sstream>

using Text = std::optional<std::string>;

inline std::string encode(const std::string &text) {
  std::string out;
  for (unsigned char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", c);
    bool plain = c < 128 && (std::isalnum(c) || std::string_view("-._~").find(static_cast<char>(c)) != std::string_view::npos);
    out += plain ? std::string(1, static_cast<char>(c)) : hex;
  }
  return out;
}

inline std::vector<std::string> split(const std::string &text) {
  std::vector<std::string> list;
  std::istringstream in(text);
  for (std::string item; std::getline(in, item, ',');) list.push_back(item);
  return list;
}

inline std::string joined(const std::vector<std::string> &list) {
  std::string text;
  for (const auto &item : list) text += (text.empty() ? "" : ",") + item;
  return text;
}

// The line that the driver prints. Absent members are left out.
struct Output {
  std::string line;
  void add(const std::string &key, const std::string &value) { line += " " + key + "=" + encode(value); }
  void add(const std::string &key, const Text &value) { if (value) add(key, *value); }
  void add(const std::string &key, std::optional<long long> value) { if (value) add(key, std::to_string(*value)); }
  void add(const std::string &key, std::optional<appmint::Time> value) {
    if (value) add(key + "_ms", std::to_string(value->time_since_epoch().count()));
  }
  void add(const std::string &key, const std::map<std::string, std::string> &permissions) {
    std::vector<std::string> list;
    for (const auto &[name, level] : permissions) list.push_back(name + ":" + level);
    add(key, joined(list));
  }
  void add(const std::string &key, std::optional<bool> value) { if (value) add(key, std::string(*value ? "true" : "false")); }
  template <class T>
  void add(appmint::Listing<T> list, std::size_t limit) {
    std::vector<T> items;
    while (items.size() < limit) {
      auto item = list.next();
      if (!item) break;
      items.push_back(*item);
    }
    add("count", std::to_string(items.size()));
    for (std::size_t i = 0; i < items.size(); i++) tell(std::to_string(i) + ".", items[i]);
  }
  template <class T>
  void tell(const std::string &prefix, const T &item) { add(prefix, item); }
  void tell(const std::string &prefix, const std::string &json) { add(prefix + "value", json); }
  void add(const appmint::Token &token) {
    std::ostringstream printed;
    printed << token;
    add("kind", to_string(token.kind())), add("reveal.token", token.reveal()), add("reveal.authorization", token.authorization_header());
    add("expires_at", token.expires_at()), add("permissions", token.permissions());
    add("repository_selection", token.repository_selection()), add("repositories", joined(token.repositories()));
    add("scopes", joined(token.scopes())), add("account", token.account()), add("account_id", token.account_id());
    add("claims", token.claims()), add("reveal.refresh_token", token.reveal_refresh_token());
    add("refresh_token_expires_at", token.refresh_token_expires_at()), add("shown", printed.str());
  }
  void add(const std::string &p, const appmint::Installation &it) {
    add(p + "id", it.id()), add(p + "account", it.account()), add(p + "account_name", it.account_name());
    add(p + "account_id", it.account_id()), add(p + "target_id", it.target_id()), add(p + "app_id", it.app_id());
    add(p + "app_slug", it.app_slug()), add(p + "repository_selection", it.repository_selection());
    add(p + "permissions", it.permissions()), add(p + "events", joined(it.events())), add(p + "raw", it.raw());
    add(p + "created_at", it.created_at()), add(p + "updated_at", it.updated_at()), add(p + "suspended_at", it.suspended_at());
  }
  void add(const appmint::Registration &it) {
    add("id", it.id()), add("slug", it.slug()), add("name", it.name()), add("client_id", it.client_id());
    add("owner", it.owner()), add("permissions", it.permissions()), add("events", joined(it.events()));
    add("created_at", it.created_at()), add("updated_at", it.updated_at()), add("raw", it.raw());
    add("reveal.client_secret", it.reveal_client_secret()), add("reveal.webhook_secret", it.reveal_webhook_secret());
    add("reveal.private_key", it.reveal_private_key());
  }
  void add(const appmint::Introspection &it) {
    add("active", std::optional<bool>(it.active())), add("scopes", joined(it.scopes())), add("client_id", it.client_id());
    add("username", it.username()), add("subject", it.subject()), add("token_type", it.token_type()), add("issuer", it.issuer());
    add("audience", joined(it.audience())), add("expires_at", it.expires_at()), add("issued_at", it.issued_at());
    add("not_before", it.not_before()), add("raw", it.raw());
  }
  void add(const std::string &p, const appmint::Repository &it) {
    add(p + "id", it.id()), add(p + "name", it.name()), add(p + "full_name", it.full_name());
    add(p + "owner", it.owner()), add(p + "is_private", it.is_private()), add(p + "raw", it.raw());
  }
  void add(const appmint::WebhookConfig &it) {
    add("url", it.url()), add("content_type", it.content_type()), add("insecure_ssl", it.insecure_ssl()), add("raw", it.raw());
  }
  void add(const std::string &p, const appmint::WebhookDelivery &it) {
    auto code = it.status_code();
    add(p + "id", it.id()), add(p + "guid", it.guid()), add(p + "event", it.event()), add(p + "action", it.action());
    add(p + "status", it.status()), add(p + "status_code", code ? std::optional<long long>(*code) : std::nullopt);
    add(p + "delivered_at", it.delivered_at()), add(p + "is_redelivery", it.is_redelivery());
    add(p + "installation_id", it.installation_id()), add(p + "repository_id", it.repository_id()), add(p + "raw", it.raw());
  }
  void add(const appmint::Authorization &it) {
    add("url", it.url()), add("state", it.state()), add("redirect_uri", it.redirect_uri());
    add("reveal.code_verifier", it.code_verifier());
  }
  void add(const appmint::Login &it) { add("url", it.url()), add("redirect_uri", it.redirect_uri()); }
  void add(const appmint::DeviceLogin &it) {
    add("user_code", it.user_code()), add("verification_uri", it.verification_uri());
    add("verification_uri_complete", it.verification_uri_complete()), add("expires_at", it.expires_at());
  }
  void add(const appmint::Response &response) {
    add("status", std::to_string(response.status())), add("body", response.body());
    add("text", response.text());
    for (const auto &[name, value] : response.headers()) add("header." + encode(name), value);
  }
  void add(const appmint::WebhookEvent &it) {
    add("event", it.name()), add("delivery_id", it.delivery_id());
    add("installation_id", it.installation_id()), add("payload", it.payload());
  }
  void add(const std::optional<appmint::Quota> &it) {
    if (!it) return;
    auto limit = it->limit();
    add("limit", limit ? std::optional<long long>(*limit) : std::nullopt);
    add("remaining", std::to_string(it->remaining())), add("reset_at", it->reset_at());
    add("resource", it->resource());
  }
  void add(const appmint::Stats &it) {
    auto number = [&](const char *key, std::uint64_t value) { add(key, std::to_string(value)); };
    number("minted", it.minted()), number("renewed", it.renewed()), number("failed", it.failed());
    number("served_stale", it.served_stale()), number("retried", it.retried()), number("joined", it.joined());
    number("refused", it.refused()), number("from_store", it.from_store());
    number("store_failed", it.store_failed()), number("sources", it.sources());
  }
  void add(const appmint::Error &error) {
    auto wait = error.retry_after();
    add("kind", to_string(error.kind())), add("message", error.message()), add("hint", error.hint());
    if (error.reason()) add("reason", to_string(*error.reason()));
    add("status", error.status() ? std::optional<long long>(*error.status()) : std::nullopt);
    add("platform_code", error.platform_code()), add("request_id", error.request_id());
    add("sso_url", error.sso_url()), add("missing_permissions", joined(error.missing_permissions()));
    add("retry_after_ms", wait ? std::optional<long long>(wait->count()) : std::nullopt);
    add("is_retryable", std::string(error.is_retryable() ? "true" : "false")), add("shown", std::string(error.what()));
  }
};
