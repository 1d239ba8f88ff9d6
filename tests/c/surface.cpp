// What a C++ program can observe and no conformance case can: exceptions, copies, callbacks.
#include <appmint.hpp>

#include <atomic>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>
#include <type_traits>

using appmint::App;
using appmint::Error;
using appmint::ErrorKind;
using appmint::Reason;

static int failures;
#define CHECK(condition) \
  do { if (!(condition)) { failures++; std::cout << "line " << __LINE__ << ": " #condition "\n"; } } while (0)

static_assert(std::is_nothrow_copy_constructible_v<Error>);  // or throwing one could terminate
static_assert(std::is_copy_constructible_v<App> && std::is_copy_constructible_v<appmint::Token>);
static_assert(std::is_copy_constructible_v<appmint::WebhookEvent> && std::is_copy_constructible_v<appmint::Lookup>);
static_assert(std::is_move_constructible_v<appmint::Scope> && !std::is_copy_constructible_v<appmint::Scope>);
using Installations = appmint::Listing<appmint::Installation>;
static_assert(std::is_move_constructible_v<Installations> && std::is_move_assignable_v<Installations>);
static_assert(!std::is_copy_constructible_v<Installations> && !std::is_copy_assignable_v<Installations>);
static_assert(std::is_same_v<std::iterator_traits<Installations::iterator>::iterator_category, std::input_iterator_tag>);
static_assert(!std::is_copy_constructible_v<App::Builder> && std::is_move_constructible_v<App::Builder>);

template <class Work>
static std::optional<Error> error_of(Work work) {
  try {
    work();
  } catch (const Error &error) {
    return error;
  }
  return std::nullopt;
}

static std::string all_ones(std::string_view) { return std::string(256, '\1'); }

static void what_fails_throws() {
  auto error = error_of([] { App::builder("nowhere").build(); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  CHECK(error && error->reason() == Reason::unknown_platform);
  CHECK(error && !error->status() && !error->retry_after() && !error->is_retryable());
  CHECK(error && error->hint() && error->what() == error->message() + ". " + *error->hint());
  CHECK(error && name(error->kind()) == "invalid_argument" && name(*error->reason()) == "unknown_platform");
}

static void a_builder_makes_several_apps() {
  auto clock = appmint::ManualClock(appmint::Time(std::chrono::seconds(1700000000)));
  auto builder = App::builder("atomgit");
  builder.app_id("75").signer(all_ones).clock(clock).jwt_lifetime(std::chrono::seconds(100));
  App one = builder.build(), two = builder.build();
  CHECK(one.platform_name() == "atomgit" && !one.fingerprint());
  clock.advance(std::chrono::milliseconds(1500));
  CHECK(one.jwt().expires_at() == clock.now() - std::chrono::milliseconds(500) + std::chrono::seconds(100));
  CHECK(one.jwt().reveal() == two.jwt().reveal());
  CHECK(one.jwt().authorization_header() == "Bearer " + one.jwt().reveal());
}

static void a_token_outlives_everything_and_hides_its_secret() {
  auto token = App::builder("atomgit").app_id("75").signer(all_ones).build().jwt();
  auto copy = token;
  std::ostringstream shown;
  shown << copy;
  CHECK(shown.str().find("[redacted]") != std::string::npos);
  CHECK(shown.str().find(token.reveal()) == std::string::npos);
  CHECK(token.kind() == "jwt" && token.claims() && !token.reveal_refresh_token());
  CHECK(token.permissions().empty() && token.repositories().empty() && token.scopes().empty() && !token.repository_selection());
}

static void a_signer_may_throw_and_is_destroyed() {
  auto kept = std::make_shared<int>(1);
  {
    auto app = App::builder("atomgit").app_id("75").signer([kept](std::string_view) -> std::string {
      throw std::runtime_error("no signature today");
    }).build();
    CHECK(kept.use_count() == 2);
    auto error = error_of([&] { app.jwt(); });
    CHECK(error && error->kind() == ErrorKind::callback);
  }
  auto app = App::builder("atomgit").app_id("75").signer([kept](std::string_view) {
    return std::string(5000, 'x');
  }).build();
  auto error = error_of([&] { app.jwt(); });
  CHECK(error && error->kind() == ErrorKind::callback);
}

// A store in memory that may throw what nobody must hear of.
class Shelf : public appmint::Store {
 public:
  bool throws = false;
  std::optional<std::string> get(std::string_view) override {
    if (throws) throw std::runtime_error("the password is hunter2");
    return std::nullopt;
  }
  bool put(std::string_view, std::string_view, std::optional<std::string_view>, std::optional<appmint::Time>) override { return true; }
  void remove(std::string_view, std::string_view) override {}
  bool lock(std::string_view, std::string_view, std::chrono::milliseconds) override { return true; }
  void unlock(std::string_view, std::string_view) override { unlocks++; }
  std::atomic<int> unlocks = 0;
};

static App::Builder unreachable() {
  auto builder = App::builder("github");
  builder.app_id("75").signer(all_ones).api_url("http://127.0.0.1:1").proxy("").retries(0);
  return builder;
}

static void what_happens_is_told() {
  auto shelf = std::make_shared<Shelf>();
  std::mutex mutex;
  std::vector<std::string> kinds, messages;
  std::optional<Error> last;
  auto app = unreachable().own_store(shelf).store_unencrypted().capacity(10).on_event([&](const appmint::Event &event) {
    std::lock_guard guard(mutex);
    std::ostringstream shown;
    shown << event;
    kinds.push_back(event.kind()), messages.push_back(event.text()), last = event.error();
    CHECK(shown.str() == event.text() && event.is_warning() && event.installation_id() == "14" && !event.clock_offset());
    CHECK(event.duration().has_value() == (event.kind() == "mint_failed"));
  }).build();
  auto source = app.installation("14");
  CHECK(error_of([&] { source.token(); }));
  CHECK(kinds == std::vector<std::string>{"mint_failed"} && shelf->unlocks == 1);
  CHECK(last && last->kind() == ErrorKind::transport);  // outlives its event
  shelf->throws = true;
  auto other = unreachable().own_store(shelf).store_unencrypted().on_event([&](const appmint::Event &event) {
    std::lock_guard guard(mutex);
    messages.push_back(event.text());
    throw std::runtime_error("the password is hunter2");
  }).build();
  auto error = error_of([&] { other.installation("14").token(); });
  CHECK(error && error->kind() == ErrorKind::transport);  // neither failure cost the call
  CHECK(messages.size() == 3 && messages[1] == "store_failed installation 14: the store's `get` returned -1");
  CHECK(other.stats().store_failed() == 1 && other.stats().failed() == 1 && other.stats().minted() == 0);
  for (const auto &message : messages) CHECK(message.find("hunter2") == std::string::npos);
}

static void what_cannot_be_called_is_refused() {
  auto builder = unreachable();
  auto error = error_of([&] { builder.on_event(nullptr); });
  CHECK(error && error->message() == "callback is NULL");
  error = error_of([&] { builder.own_store(nullptr); });
  CHECK(error && error->message() == "callbacks is NULL");
  auto source = builder.build().installation("14");
  error = error_of([&] { source.on_change(nullptr); });
  CHECK(error && error->message() == "callback is NULL");
  auto kept = std::make_shared<int>(1);
  {
    auto moved = std::move(source);
    moved.on_change([kept](const auto &, const appmint::Token &) {});
    CHECK(kept.use_count() == 2);
  }
  CHECK(kept.use_count() == 1);
  error = error_of([&] { unreachable().store("ftp://x").store_key(std::string(64, '0')).build(); });
  CHECK(error && error->message() == "the store is none that appmint knows");
  unreachable().store_key(std::string(64, '0')).previous_store_key(std::string(64, '1')).build();  // it seals authorizations
}

static void what_is_closed_is_refused() {
  auto app = unreachable().build();
  auto copy = app;
  app.close();
  auto error = error_of([&] { copy.installation("14").token(); });
  CHECK(error && error->message() == "the app is closed");
}

static void what_was_moved_from_throws() {
  auto app = App::builder("atomgit").app_id("75").signer(all_ones).build();
  auto source = app.installation("14");
  auto moved = std::move(source);
  CHECK(moved.installation_id() == "14");
  auto error = error_of([&] { source.token(); });
  CHECK(error && error->message() == "source is NULL");
}

static void a_key_file_that_is_missing_is_a_system_error() {
  try {
    App::builder("atomgit").private_key_file("/nonexistent/app.pem");
    CHECK(false);
  } catch (const std::system_error &error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
  }
}

static void nobody_answers_at_a_closed_port() {
  auto app = App::builder("atomgit").app_id("75").signer(all_ones).api_url("http://127.0.0.1:1")
                 .proxy({}).retries(0).timeout(std::chrono::seconds(20)).build();
  auto unreachable = [](const std::optional<Error> &error) {
    return error && error->kind() == ErrorKind::transport && error->is_retryable();
  };
  appmint::RequestOptions options;
  options.headers.emplace("x-one", "1");
  options.json = "{}";
  auto installations = app.installations();  // goes out for nothing
  CHECK(unreachable(error_of([&] { installations.next(); })));
  CHECK(unreachable(error_of([&] { installations.begin(); })));
  CHECK(unreachable(error_of([&] { app.find_installation("acme"); })));
  CHECK(unreachable(error_of([&] { app.request("POST", "/x", options); })));
  CHECK(unreachable(error_of([&] { app.installation("14").token(std::chrono::minutes(2)); })));
  CHECK(unreachable(error_of([&] { app.installation("14").request("GET", "/x"); })));
}

static void an_authorization_brings_its_code_back() {
  auto app = App::builder("atomgit").client_id("c").build();
  appmint::AuthorizationRequest request;
  request.redirect_uri = "https://example.com/back";
  request.state = "s t";
  auto authorization = app.authorize(request);
  CHECK(authorization.state() == "s t" && !authorization.code_verifier());
  CHECK(authorization.url().find("redirect_uri=https%3A%2F%2Fexample.com%2Fback") != std::string::npos);
  CHECK(app.authorization_code("https://example.com/back?code=abc&state=s+t", "s t") == "abc");
  auto error = error_of([&] { app.authorization_code("?error=access_denied&state=x", "x"); });
  CHECK(error && error->kind() == ErrorKind::denied && error->platform_code() == "access_denied");
}

static App with_people() {
  return App::builder("github").client_id("c").client_secret("s").api_url("http://127.0.0.1:1").web_url("http://127.0.0.1:1")
      .proxy("").retries(0).store("memory:").store_key(std::string(64, '0')).build();
}

static void an_authorization_is_sealed_until_the_user_comes_back() {
  auto app = with_people();
  appmint::AuthorizationRequest request;
  request.redirect_uri = "https://example.com/back";
  auto authorization = app.authorize(request);
  CHECK(authorization.redirect_uri() == request.redirect_uri && !app.authorize().redirect_uri());
  auto sealed = app.seal_authorization(authorization);
  CHECK(sealed.find(authorization.state()) == std::string::npos);
  auto opened = with_people().open_authorization(sealed);
  CHECK(opened.state() == authorization.state() && opened.code_verifier() == authorization.code_verifier());
  auto error = error_of([&] { app.open_authorization("x" + sealed); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  error = error_of([&] { app.finish_authorization(opened, "?code=abc&state=other"); });
  CHECK(error && error->reason() == Reason::state_mismatch);
  error = error_of([&] { app.finish_authorization(opened, "?code=abc&state=" + opened.state()); });
  CHECK(error && error->kind() == ErrorKind::transport);
}

static void a_login_is_cancelled_while_another_thread_waits() {
  auto app = with_people();
  appmint::LoginRequest request;
  request.scopes = {"repo"}, request.login = "octocat", request.ports = {0}, request.path = "/back";
  auto login = app.start_login(request);
  CHECK(login.redirect_uri().rfind("http://127.0.0.1:", 0) == 0 && login.url().find("code_challenge=") != std::string::npos);
  std::optional<Error> error;
  std::thread waiting([&] { error = error_of([copy = login] { copy.wait(std::chrono::minutes(1)); }); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  login.cancel();
  waiting.join();
  CHECK(error && error->kind() == ErrorKind::cancelled);
  auto other = app.start_login();
  error = error_of([&] { other.wait(std::chrono::milliseconds(1)); });
  CHECK(error && error->kind() == ErrorKind::timeout);
  error = error_of([&] { other.wait(); });
  CHECK(error && error->message() == "this login has been waited for already");
  request.path = "back";
  error = error_of([&] { app.start_login(request); });
  CHECK(error && error->message() == "the login's path is not a plain path");
}

static void a_session_needs_a_user_s_token() {
  auto app = with_people();
  auto session = app.session("octocat");
  auto error = error_of([&] { session.token(); });
  CHECK(error && error->reason() == Reason::no_session);
  auto jwt = App::builder("atomgit").app_id("75").signer(all_ones).build().jwt();
  error = error_of([&] { app.start_session("octocat", jwt); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  app.end_session("octocat");  // there is none to end
  error = error_of([&] { app.session(""); });
  CHECK(error && error->message() == "the session's name is empty");
  error = error_of([&] { app.start_device_login({"repo", "user"}); });
  CHECK(error && error->kind() == ErrorKind::transport);
}

static App github() {
  return App::builder("github").app_id("75").signer(all_ones).api_url("http://127.0.0.1:1")
      .proxy("").retries(0).build();
}

static void a_lookup_is_of_a_kind() {
  auto app = github();
  CHECK(app.clock_offset() == std::chrono::milliseconds(0));
  using appmint::Lookup;
  for (const auto &lookup : {Lookup::account("a"), Lookup::id("1"), Lookup::organization("a"), Lookup::user("a"),
                             Lookup::repository("a/b"), Lookup::enterprise("a")}) {
    auto error = error_of([&] { app.find_installation(lookup); });
    CHECK(error && error->kind() == ErrorKind::transport);
  }
  auto error = error_of([&] { app.find_installation(Lookup::repository("a")); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  error = error_of([&] { app.find_installation(Lookup::organization({})); });
  CHECK(error && error->message() == "the organization is empty");
}

static void a_source_is_looked_up_when_it_is_needed() {
  auto app = github();
  using appmint::Lookup;
  auto source = app.installation(Lookup::organization("acme"));
  CHECK(!source.installation_id() && app.installation(Lookup::id("14")).installation_id() == "14");
  auto error = error_of([&] { source.token(); });
  CHECK(error && error->kind() == ErrorKind::transport);
  error = error_of([&] { app.installation(Lookup::user("a"), appmint::Scope()); });
  CHECK(error && error->message() == "the scope is empty, so it narrows nothing");
}

static void a_scope_narrows_a_source() {
  auto app = github();
  auto source = app.installation("14", appmint::Scope().repository("api").repository_id("17").permission("contents", "read"));
  CHECK(source.installation_id() == "14");
  auto error = error_of([&] { source.token(); });
  CHECK(error && error->kind() == ErrorKind::transport);
  appmint::Scope scope;
  app.installation("14", scope.repository("api"));
  error = error_of([&] { app.installation("14", scope.repository("acme/api")); });
  CHECK(error && error->message() == "`acme/api` names the owner, too");
  auto atomgit = App::builder("atomgit").app_id("75").signer(all_ones).build();
  error = error_of([&] { atomgit.installation("14", scope); });
  CHECK(error && error->kind() == ErrorKind::unsupported);
  error = error_of([&] { app.installation("14", appmint::Scope()); });  // not the whole installation, either
  CHECK(error && error->message() == "the scope is empty, so it narrows nothing");
  auto moved = std::move(scope);
  error = error_of([&] { app.installation("14", scope); });  // not the whole installation
  CHECK(error && error->message() == "the scope is empty, so it narrows nothing");
  error = error_of([&] { app.scope_token("ghu_all", appmint::Target::account("acme"), scope); });
  CHECK(error && error->message() == "the scope is empty, so it narrows nothing");
  scope = std::move(moved);
  error = error_of([&] { app.installation("14", scope); });
  CHECK(error && error->message() == "`acme/api` names the owner, too");
}

static void a_webhook_is_proved() {
  auto app = github();
  auto signature = "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3";
  std::string body = R"({"foo":"bar"})";
  auto webhook = app.verify_webhook({{"x-hub-signature-256", signature}, {"X-GitHub-Event", "push"}}, body, {"new", "mysecret"});
  CHECK(webhook.event() == "push" && webhook.payload() == body);
  CHECK(!webhook.delivery_id() && !webhook.installation_id() && app.apply_webhook(webhook) == 0);
  for (auto [secret, end] : {std::pair("mysecret", " "), std::pair("other", "")}) {
    auto error = error_of([&, secret = secret, end = end] {
      app.verify_webhook({{"X-Hub-Signature-256", signature}}, body + end, {secret});
    });
    CHECK(error && error->kind() == ErrorKind::unauthorized && error->reason() == Reason::invalid_signature);
  }
  auto error = error_of([&] { app.verify_webhook({}, {}, {"mysecret"}); });
  CHECK(error && error->message() == "the webhook carries no signature");
  error = error_of([&] { app.verify_webhook({{"X-Hub-Signature-256", signature}}, body, {}); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
}

static void what_the_app_does_takes_its_arguments() {
  auto app = github();
  auto transport = [](auto work) {
    auto error = error_of(work);
    return error && error->kind() == ErrorKind::transport;
  };
  auto invalid = [](auto work) {
    auto error = error_of(work);
    return error && error->kind() == ErrorKind::invalid_argument ? error->message() : "";
  };
  CHECK(transport([&] { app.registration(); }) && transport([&] { app.convert_manifest("c"); }));
  CHECK(transport([&] { app.suspend_installation("1"); }) && transport([&] { app.unsuspend_installation("1"); }));
  CHECK(transport([&] { app.delete_installation("1"); }) && transport([&] { app.redeliver_webhook("1"); }));
  CHECK(transport([&] { app.webhook_config(); }) && transport([&] { app.webhook_delivery("1"); }));
  CHECK(transport([&] { app.webhook_deliveries().next(); }));
  CHECK(invalid([&] { app.update_webhook_config({}); }) == "nothing of the webhook is to be changed");
  appmint::WebhookUpdate change;
  change.insecure_ssl = false;
  CHECK(transport([&] { app.update_webhook_config(change); }));
  CHECK(transport([&] { app.revoke_credentials({"ghp_one", "ghp_two"}); }));
  CHECK(invalid([&] { app.revoke_credentials({}); }) == "there is no credential to revoke");
  CHECK(transport([&] { app.revoke_installation_token("ghs_x"); }));
  auto missing = error_of([&] { app.check_token("ghu_x"); });
  CHECK(missing && missing->reason() == Reason::missing_credential);
  auto source = app.installation("14");
  CHECK(!source.expires_at() && transport([&] { source.authorization_header(); }));
  CHECK(transport([&] { source.repositories().next(); }));
  source.revoke();  // there is no token to end
  appmint::RequestOptions at_once;
  at_once.timeout = std::chrono::milliseconds(0);
  auto late = error_of([&] { app.request("GET", "/x", at_once); });
  CHECK(late && late->kind() == ErrorKind::timeout);
  for (const auto &request : {appmint::AppTokenRequest{}, appmint::AppTokenRequest{{"api"}, "octocat"}}) {
    auto none = error_of([&] { app.app_tokens(request); });
    CHECK(none && none->kind() == ErrorKind::unsupported);
  }
  auto none = error_of([&] { app.revoke_token("x", "refresh_token"); });
  CHECK(none && none->kind() == ErrorKind::unsupported);
  none = error_of([&] { app.introspect_token("x"); });
  CHECK(none && none->kind() == ErrorKind::unsupported);
}

static void a_caller_stops_waiting() {
  std::mutex key;
  auto app = unreachable().signer([&](std::string_view) {
    std::lock_guard turned(key);
    return std::string(256, '\1');
  }).build();
  auto source = app.installation("14");
  {
    std::lock_guard held(key);  // until then nothing can be signed
    auto late = error_of([&] { source.token(std::nullopt, std::chrono::milliseconds(0)); });
    CHECK(late && late->kind() == ErrorKind::timeout);
  }
  auto error = error_of([&] { source.token(); });  // what it began goes on
  CHECK(error && error->kind() == ErrorKind::transport);
}

static void a_server_is_asked_what_it_is() {
  auto error = error_of([] { appmint::discover("gitlab.com"); });
  CHECK(error && error->message() == "the issuer is not a URL");
  error = error_of([] { appmint::discover("http://127.0.0.1:1", App::builder().proxy("").retries(0)); });
  CHECK(error && error->kind() == ErrorKind::transport);
  error = error_of([] { unreachable().fallback_key_id("k").build(); });
  CHECK(error && error->message() == "fallback_key_id names a key that is not given");
}

static void an_install_brings_its_state_back() {
  auto app = github();
  auto asked = app.install_url("my-app");
  CHECK(asked.state().size() == 43 && asked.url().find("/my-app/") != std::string::npos);
  CHECK(app.install_url("my-app", "s t").state() == "s t");
  auto error = error_of([&] { app.install_url("my-app", ""); });  // an empty state is not an absent one
  CHECK(error && error->message() == "the state is empty");
  error = error_of([&] { app.finish_install("?installation_id=1&state=a", asked.state()); });
  CHECK(error && error->reason() == Reason::state_mismatch);
  error = error_of([&] { app.finish_install("?installation_id=1&state=" + asked.state(), asked.state()); });
  CHECK(error && error->kind() == ErrorKind::transport);  // the platform is asked about it
}

int main() {
  what_fails_throws();
  a_builder_makes_several_apps();
  a_token_outlives_everything_and_hides_its_secret();
  a_signer_may_throw_and_is_destroyed();
  what_happens_is_told();
  what_cannot_be_called_is_refused();
  what_is_closed_is_refused();
  what_was_moved_from_throws();
  a_key_file_that_is_missing_is_a_system_error();
  nobody_answers_at_a_closed_port();
  an_authorization_brings_its_code_back();
  an_authorization_is_sealed_until_the_user_comes_back();
  a_login_is_cancelled_while_another_thread_waits();
  a_session_needs_a_user_s_token();
  a_lookup_is_of_a_kind();
  a_source_is_looked_up_when_it_is_needed();
  a_scope_narrows_a_source();
  a_webhook_is_proved();
  what_the_app_does_takes_its_arguments();
  a_caller_stops_waiting();
  a_server_is_asked_what_it_is();
  an_install_brings_its_state_back();
  CHECK(appmint::version() == APPMINT_VERSION && !appmint::platforms().empty());
  std::cout << failures << " failures\n";
  return failures != 0;
}
