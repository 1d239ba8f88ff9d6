// Claims that only a C++ program can check: exceptions, copies, callbacks.
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
using appmint::EventKind;
using appmint::Lookup;
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

static App github();
static App with_users();

static void a_failed_call_throws() {
  auto error = error_of([] { return App::builder("nowhere").build(); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  CHECK(error && error->reason() == Reason::unknown_platform);
  CHECK(error && !error->status() && !error->retry_after() && !error->is_retryable());
  CHECK(error && error->hint() && error->what() == error->message() + ". " + *error->hint());
  CHECK(error && to_string(error->kind()) == "invalid_argument" && to_string(*error->reason()) == "unknown_platform");
}

// A chain of setters is a value.
static void a_builder_is_a_value() {
  auto builder = App::builder("atomgit").app_id("75");
  builder.signer(all_ones);
  App app = std::move(builder).jwt_lifetime(std::chrono::seconds(100)).build();
  CHECK(app.platform_name() == "atomgit");
  auto error = error_of([&] { return builder.build(); });  // it was moved from
  CHECK(error && error->message() == "config is NULL");
  auto scope = appmint::Scope().repository("api");
  scope.permission("contents", "read");
  CHECK(github().installation("14", scope).installation_id() == "14");
}

static void the_first_wrong_setting_is_reported_by_build() {
  auto builder = App::builder("atomgit").timeout(std::chrono::milliseconds(-1)).app_id("a\xff");
  for (int i = 0; i < 2; i++) {
    auto error = error_of([&] { return builder.build(); });
    CHECK(error && error->kind() == ErrorKind::invalid_argument && error->message() == "timeout_ms is negative");
  }
}

static void a_negative_duration_is_refused() {
  using std::chrono::milliseconds, std::chrono::seconds;
  auto refused = [](auto work) {
    auto error = error_of(work);
    return error && error->kind() == ErrorKind::invalid_argument && error->message().find("is negative") != std::string::npos;
  };
  for (auto by : {-1, -2, -1000}) {
    CHECK(refused([&] { return App::builder("github").jwt_lifetime(seconds(by)).build(); }));
    CHECK(refused([&] { return App::builder("github").jwt_back_date(seconds(by)).build(); }));
    CHECK(refused([&] { return App::builder("github").connect_timeout(milliseconds(by)).build(); }));
    CHECK(refused([&] { return App::builder("github").retry_wait(milliseconds(by)).build(); }));
    auto source = github().installation("14");
    CHECK(refused([&] { return source.token(milliseconds(by)); }));
    CHECK(refused([&] { return source.token(std::nullopt, milliseconds(by)); }));
    CHECK(refused([&] { return source.authorization_header(milliseconds(by)); }));
    appmint::RequestOptions options;
    options.timeout = milliseconds(by);
    CHECK(refused([&] { return source.request("GET", "/x", options); }));
    auto login = with_users().start_login();
    CHECK(refused([&] { return login.wait(milliseconds(by)); }));
    appmint::ManualClock clock(appmint::Time(seconds(1)));
    CHECK(refused([&] { clock.advance(milliseconds(by)); }) && clock.now() == appmint::Time(seconds(1)));
  }
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
  std::ostringstream printed;
  printed << copy;
  CHECK(printed.str().find("[redacted]") != std::string::npos);
  CHECK(printed.str().find(token.reveal()) == std::string::npos);
  auto same = token;
  CHECK(token == same && token != App::builder("atomgit").app_id("76").signer(all_ones).build().jwt());
  CHECK(token.kind() == appmint::TokenKind::jwt && to_string(token.kind()) == "jwt" && token.claims() && !token.reveal_refresh_token());
  CHECK(token.permissions().empty() && token.repositories().empty() && token.scopes().empty() && !token.repository_selection());
}

// The text of an exception.
static std::string text_of(const std::exception_ptr &thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const std::exception &error) {
    return error.what();
  }
  return "nothing";
}

static void a_signer_may_throw_and_is_destroyed() {
  auto kept = std::make_shared<int>(1);
  {
    auto app = App::builder("atomgit").app_id("75").signer([kept](std::string_view) -> std::string {
      throw std::runtime_error("no signature today");
    }).build();
    CHECK(kept.use_count() == 2);
    auto error = error_of([&] { return app.jwt(); });
    CHECK(error && error->kind() == ErrorKind::callback && error->message() == "the signer returned -1");
    CHECK(error && text_of(error->cause()) == "no signature today");
    CHECK(!error_of([] { return App::builder("none").build(); })->cause());
  }
  auto busy = App::builder("atomgit").app_id("75").signer([](std::string_view) -> std::string {
    throw appmint::CallbackFailure("the HSM is busy", true);
  }).build();
  auto passes = error_of([&] { return busy.jwt(); });
  CHECK(passes && passes->message() == "the signer failed: the HSM is busy" && passes->is_retryable());
  CHECK(passes && text_of(passes->cause()) == "the HSM is busy");
  auto app = App::builder("atomgit").app_id("75").signer([kept](std::string_view) {
    return std::string(5000, 'x');
  }).build();
  auto error = error_of([&] { return app.jwt(); });
  CHECK(error && error->kind() == ErrorKind::callback);
}

// A store whose exception must not be reported.
class FakeStore : public appmint::Store {
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

// Answers every request, or throws.
class FakeTransport : public appmint::Transport {
 public:
  std::string seen;
  std::exception_ptr throws;
  bool is_closed = false;
  appmint::TransportResponse send(const appmint::TransportRequest &request) override {
    seen = std::string(request.method) + " " + std::string(request.url) + (request.may_repeat ? "" : " once");
    for (const auto &[name, value] : request.headers) CHECK(!name.empty() && value.data());
    CHECK(request.timeout.count() > 0 && request.send_within <= request.timeout && request.max_response_body > 0);
    if (throws) std::rethrow_exception(throws);
    return {201, {{"X-GitHub-Request-Id", "one"}}, R"({"token":"ghs_1"})"};
  }
  void close() override { is_closed = true; }
};

static void a_transport_sends_the_requests() {
  auto transport = std::make_shared<FakeTransport>();
  auto app = App::builder("github").app_id("75").client_id("Iv1").client_secret("s").signer(all_ones).retries(0).transport(transport).build();
  CHECK(app.installation("14").token().reveal() == "ghs_1");
  CHECK(transport->seen == "POST https://api.github.com/app/installations/14/access_tokens");
  transport->throws = std::make_exception_ptr(appmint::TransportFailure(appmint::TransportEnd::not_sent, "no route"));
  auto error = error_of([&] { return app.refresh("ghr_1"); });
  CHECK(error && error->message() == "the transport did not reach the platform: no route" && error->is_retryable());
  transport->throws = std::make_exception_ptr(std::runtime_error("the password is hunter2"));
  error = error_of([&] { return app.refresh("ghr_1"); });
  CHECK(error && error->message() == "the transport failed" && !error->is_retryable());
  CHECK(error && text_of(error->cause()) == "the password is hunter2");
  CHECK(transport->seen == "POST https://github.com/login/oauth/access_token once");
  app.close();
  CHECK(transport->is_closed);
  error = error_of([] { return unreachable().transport(nullptr).build(); });
  CHECK(error && error->message() == "transport is NULL");
}

static void events_reach_the_callback() {
  auto store = std::make_shared<FakeStore>();
  std::mutex mutex;
  std::vector<EventKind> kinds;
  std::vector<std::string> messages;
  std::optional<Error> last;
  auto app = unreachable().own_store(store).store_unencrypted().capacity(10).on_event([&](const appmint::Event &event) {
    std::lock_guard guard(mutex);
    std::ostringstream printed;
    printed << event;
    kinds.push_back(event.kind()), messages.push_back(to_string(event)), last = event.error();
    CHECK(printed.str() == to_string(event) && event.is_warning() && event.installation_id() == "14" && !event.clock_offset());
    CHECK(event.duration().has_value() == (event.kind() == EventKind::mint_failed));
  }).build();
  auto source = app.installation("14");
  CHECK(error_of([&] { return source.token(); }));
  CHECK(kinds == std::vector<EventKind>{EventKind::mint_failed} && to_string(kinds[0]) == "mint_failed" && store->unlocks == 1);
  CHECK(last && last->kind() == ErrorKind::transport);  // outlives its event
  store->throws = true;
  auto other = unreachable().own_store(store).store_unencrypted().on_event([&](const appmint::Event &event) {
    std::lock_guard guard(mutex);
    messages.push_back(to_string(event));
    throw std::runtime_error("the password is hunter2");
  }).build();
  auto error = error_of([&] { return other.installation("14").token(); });
  CHECK(error && error->kind() == ErrorKind::transport);  // and not the store's error
  CHECK(messages.size() == 3 && messages[1] == "store_failed installation 14: the store's `get` returned -1");
  CHECK(other.stats().store_failed() == 1 && other.stats().failed() == 1 && other.stats().minted() == 0);
  for (const auto &message : messages) CHECK(message.find("hunter2") == std::string::npos);
}

static void an_empty_function_is_refused() {
  auto error = error_of([] { return unreachable().on_event(nullptr).build(); });
  CHECK(error && error->message() == "callback is NULL");
  error = error_of([] { return unreachable().own_store(nullptr).build(); });
  CHECK(error && error->message() == "callbacks is NULL");
  error = error_of([] { return App::builder("atomgit").app_id("75").signer(appmint::Signer()).build(); });
  CHECK(error && error->message() == "the signer's `sign` is NULL");
  auto source = unreachable().build().installation("14");
  error = error_of([&] { (void)source.on_change(nullptr); });
  CHECK(error && error->message() == "callback is NULL");
  auto kept = std::make_shared<int>(1);
  {
    auto moved = std::move(source);
    moved.on_change([kept](const auto &, const appmint::Token &) {}).detach();
    CHECK(kept.use_count() == 2);
  }
  CHECK(kept.use_count() == 1);
  auto watched = unreachable().build().installation("14");
  {
    auto subscription = watched.on_change([kept](const auto &, const appmint::Token &) {});
    CHECK(kept.use_count() == 2);
    subscription = watched.on_change([kept](const auto &, const appmint::Token &) {});
    CHECK(kept.use_count() == 2);
  }
  CHECK(kept.use_count() == 1);
  error = error_of([&] { return unreachable().store("ftp://x").store_key(std::string(64, '0')).build(); });
  CHECK(error && error->message() == "the store's URL scheme is unknown");
  (void)unreachable().store_key(std::string(64, '0')).previous_store_key(std::string(64, '1')).build();  // without a store it seals authorizations
}

static void a_closed_app_refuses_calls() {
  auto app = unreachable().build();
  auto copy = app;
  app.close();
  auto error = error_of([&] { return copy.installation("14").token(); });
  CHECK(error && error->message() == "the app is closed");
}

static void a_source_that_was_moved_from_throws() {
  auto app = App::builder("atomgit").app_id("75").signer(all_ones).build();
  auto source = app.installation("14");
  auto moved = std::move(source);
  CHECK(moved.installation_id() == "14");
  auto error = error_of([&] { return source.token(); });
  CHECK(error && error->message() == "source is NULL");
}

static void a_key_file_that_is_missing_is_a_system_error() {
  try {
    (void)App::builder("atomgit").private_key_file("/nonexistent/app.pem");
    CHECK(false);
  } catch (const std::system_error &error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
  }
}

static void a_closed_port_is_a_transport_error() {
  auto app = App::builder("atomgit").app_id("75").signer(all_ones).api_url("http://127.0.0.1:1")
                 .proxy({}).retries(0).timeout(std::chrono::seconds(20)).build();
  auto unreachable = [](const std::optional<Error> &error) {
    return error && error->kind() == ErrorKind::transport && error->is_retryable();
  };
  appmint::RequestOptions options;
  options.headers.emplace("x-one", "1");
  options.json = "{}";
  auto installations = app.installations();  // without a request
  CHECK(unreachable(error_of([&] { return installations.next(); })));
  CHECK(unreachable(error_of([&] { return installations.begin(); })));
  auto items = app.paginate("/x", "/data/items");  // without a request
  CHECK(unreachable(error_of([&] { return items.next(); })));
  auto with_body = error_of([&] { return app.paginate("/x", std::nullopt, options); });
  CHECK(with_body && with_body->kind() == ErrorKind::invalid_argument);
  CHECK(unreachable(error_of([&] { return app.find_installation(Lookup::account("acme")); })));
  CHECK(unreachable(error_of([&] { return app.request("POST", "/x", options); })));
  CHECK(unreachable(error_of([&] { return app.installation("14").token(std::chrono::minutes(2)); })));
  CHECK(unreachable(error_of([&] { return app.installation("14").request("GET", "/x"); })));
  app.installation("14").invalidate("ats_1");
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
  auto error = error_of([&] { return app.authorization_code("?error=access_denied&state=x", "x"); });
  CHECK(error && error->kind() == ErrorKind::denied && error->platform_code() == "access_denied");
}

static App with_users() {
  return App::builder("github").client_id("c").client_secret("s").api_url("http://127.0.0.1:1").web_url("http://127.0.0.1:1")
      .proxy("").retries(0).store("memory:").store_key(std::string(64, '0')).build();
}

static void an_authorization_is_sealed_until_the_user_comes_back() {
  auto app = with_users();
  appmint::AuthorizationRequest request;
  request.redirect_uri = "https://example.com/back";
  auto authorization = app.authorize(request);
  CHECK(authorization.redirect_uri() == request.redirect_uri && !app.authorize().redirect_uri());
  auto sealed = app.seal_authorization(authorization);
  CHECK(sealed.find(authorization.state()) == std::string::npos);
  auto opened = with_users().open_authorization(sealed);
  CHECK(opened.state() == authorization.state() && opened.code_verifier() == authorization.code_verifier());
  auto error = error_of([&] { return app.open_authorization("x" + sealed); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  error = error_of([&] { return app.finish_authorization(opened, "?code=abc&state=other"); });
  CHECK(error && error->reason() == Reason::state_mismatch);
  error = error_of([&] { return app.finish_authorization(opened, "?code=abc&state=" + opened.state()); });
  CHECK(error && error->kind() == ErrorKind::transport);
}

static void a_login_is_cancelled_while_another_thread_waits() {
  auto app = with_users();
  appmint::LoginRequest request;
  request.scopes = {"repo"}, request.login_hint = "octocat", request.ports = {0}, request.path = "/back";
  auto login = app.start_login(request);
  CHECK(login.redirect_uri().rfind("http://127.0.0.1:", 0) == 0 && login.url().find("code_challenge=") != std::string::npos);
  std::optional<Error> error;
  std::thread waiting([&] { error = error_of([copy = login] { return copy.wait(std::chrono::minutes(1)); }); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  login.cancel();
  waiting.join();
  CHECK(error && error->kind() == ErrorKind::cancelled);
  auto other = app.start_login();
  error = error_of([&] { return other.wait(std::chrono::milliseconds(1)); });
  CHECK(error && error->kind() == ErrorKind::timeout);
  error = error_of([&] { return other.wait(); });
  CHECK(error && error->message() == "`wait` was already called on this login");
  request.path = "back";
  error = error_of([&] { return app.start_login(request); });
  CHECK(error && error->message() == "the login's path is not a URL path");
}

static void a_session_needs_a_user_s_token() {
  auto app = with_users();
  auto session = app.session("octocat");
  auto error = error_of([&] { return session.token(); });
  CHECK(error && error->reason() == Reason::no_session);
  auto jwt = App::builder("atomgit").app_id("75").signer(all_ones).build().jwt();
  error = error_of([&] { return app.start_session("octocat", jwt); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  app.end_session("octocat");  // there is none
  error = error_of([&] { return app.session(""); });
  CHECK(error && error->message() == "the session's name is empty");
  error = error_of([&] { return app.start_device_login({"repo", "user"}); });
  CHECK(error && error->kind() == ErrorKind::transport);
}

static App github() {
  return App::builder("github").app_id("75").signer(all_ones).api_url("http://127.0.0.1:1")
      .proxy("").retries(0).build();
}

static void a_lookup_has_a_kind() {
  auto app = github();
  CHECK(app.clock_offset() == std::chrono::milliseconds(0));
  for (const auto &lookup : {Lookup::account("a"), Lookup::id("1"), Lookup::organization("a"), Lookup::user("a"),
                             Lookup::repository("a/b"), Lookup::enterprise("a")}) {
    auto error = error_of([&] { return app.find_installation(lookup); });
    CHECK(error && error->kind() == ErrorKind::transport);
  }
  auto error = error_of([&] { return app.find_installation(Lookup::repository("a")); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  error = error_of([&] { return app.find_installation(Lookup::organization({})); });
  CHECK(error && error->message() == "the organization is empty");
}

static void a_source_is_looked_up_when_it_is_needed() {
  auto app = github();
  auto source = app.installation(Lookup::organization("acme"));
  CHECK(!source.installation_id() && app.installation(Lookup::id("14")).installation_id() == "14");
  auto error = error_of([&] { return source.token(); });
  CHECK(error && error->kind() == ErrorKind::transport);
  error = error_of([&] { return app.installation(Lookup::user("a"), appmint::Scope()); });
  CHECK(error && error->message() == "the scope is empty, so it narrows nothing");
}

static void a_scope_narrows_a_source() {
  auto app = github();
  auto source = app.installation("14", appmint::Scope().repository("api").repository_id("17").permission("contents", "read"));
  CHECK(source.installation_id() == "14");
  auto error = error_of([&] { return source.token(); });
  CHECK(error && error->kind() == ErrorKind::transport);
  appmint::Scope scope;
  (void)app.installation("14", scope.repository("api"));
  error = error_of([&] { return app.installation("14", scope.repository("acme/api")); });
  CHECK(error && error->message() == "the repository `acme/api` is written with its owner");
  auto atomgit = App::builder("atomgit").app_id("75").signer(all_ones).build();
  error = error_of([&] { return atomgit.installation("14", scope); });
  CHECK(error && error->kind() == ErrorKind::unsupported);
  error = error_of([&] { return app.installation("14", appmint::Scope()); });  // an empty scope is not everything
  CHECK(error && error->message() == "the scope is empty, so it narrows nothing");
  auto moved = std::move(scope);
  error = error_of([&] { return app.installation("14", scope); });  // nor is one that was moved from
  CHECK(error && error->message() == "the scope is empty, so it narrows nothing");
  error = error_of([&] { return app.scope_token("ghu_all", appmint::Target::account("acme"), scope); });
  CHECK(error && error->message() == "the scope is empty, so it narrows nothing");
  scope = std::move(moved);
  error = error_of([&] { return app.installation("14", scope); });
  CHECK(error && error->message() == "the repository `acme/api` is written with its owner");
}

static void a_webhook_is_verified() {
  auto app = github();
  auto signature = "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3";
  std::string body = R"({"foo":"bar"})";
  auto webhook = app.verify_webhook({{"x-hub-signature-256", signature}, {"X-GitHub-Event", "push"}}, body, {"new", "mysecret"});
  CHECK(webhook.name() == "push" && webhook.payload() == body);
  CHECK(!webhook.delivery_id() && !webhook.installation_id() && app.apply_webhook(webhook) == 0);
  for (auto [secret, end] : {std::pair("mysecret", " "), std::pair("other", "")}) {
    auto error = error_of([&, secret = secret, end = end] {
      return app.verify_webhook({{"X-Hub-Signature-256", signature}}, body + end, {secret});
    });
    CHECK(error && error->kind() == ErrorKind::unauthorized && error->reason() == Reason::invalid_signature);
  }
  auto error = error_of([&] { return app.verify_webhook({}, {}, {"mysecret"}); });
  CHECK(error && error->message() == "the webhook has no signature: no header X-Hub-Signature-256");
  error = error_of([&] { return app.verify_webhook({{"X-Hub-Signature-256", signature}}, body, {}); });
  CHECK(error && error->kind() == ErrorKind::invalid_argument);
  using namespace std::string_view_literals;
  for (auto secret : {"mysecret\0other"sv, "mysecret\0"sv}) {
    error = error_of([&] { return app.verify_webhook({{"X-Hub-Signature-256", signature}}, body, {"new", secret}); });
    CHECK(error && error->message() == "secret contains a NUL");
  }
}

static void the_operations_take_their_arguments() {
  auto app = github();
  auto transport = [](auto work) {
    auto error = error_of(work);
    return error && error->kind() == ErrorKind::transport;
  };
  auto invalid = [](auto work) {
    auto error = error_of(work);
    return error && error->kind() == ErrorKind::invalid_argument ? error->message() : "";
  };
  CHECK(transport([&] { return app.registration(); }) && transport([&] { return app.convert_manifest("c"); }));
  CHECK(transport([&] { return app.suspend_installation("1"); }) && transport([&] { return app.unsuspend_installation("1"); }));
  CHECK(transport([&] { return app.delete_installation("1"); }) && transport([&] { return app.redeliver_webhook("1"); }));
  CHECK(transport([&] { return app.webhook_config(); }) && transport([&] { return app.webhook_delivery("1"); }));
  CHECK(transport([&] { return app.webhook_deliveries().next(); }));
  CHECK(invalid([&] { return app.update_webhook_config({}); }) == "the webhook update changes nothing");
  appmint::WebhookUpdate change;
  change.insecure_ssl = false;
  CHECK(transport([&] { return app.update_webhook_config(change); }));
  CHECK(transport([&] { return app.revoke_credentials({"ghp_one", "ghp_two"}); }));
  CHECK(invalid([&] { return app.revoke_credentials({}); }) == "the list of credentials is empty, or one of them is");
  CHECK(transport([&] { return app.revoke_installation_token("ghs_x"); }));
  auto missing = error_of([&] { return app.check_token("ghu_x"); });
  CHECK(missing && missing->reason() == Reason::missing_credential);
  auto source = app.installation("14");
  CHECK(!source.expires_at() && transport([&] { return source.authorization_header(); }));
  CHECK(transport([&] { return source.repositories().next(); }));
  CHECK(transport([&] { return source.paginate("/x").next(); }));
  source.revoke();  // there is no token
  appmint::RequestOptions at_once;
  at_once.timeout = std::chrono::milliseconds(0);
  auto late = error_of([&] { return app.request("GET", "/x", at_once); });
  CHECK(late && late->kind() == ErrorKind::timeout);
  for (const auto &request : {appmint::AppTokenRequest{}, appmint::AppTokenRequest{{"api"}, "octocat"}}) {
    auto none = error_of([&] { return app.app_tokens(request); });
    CHECK(none && none->kind() == ErrorKind::unsupported);
  }
  auto none = error_of([&] { return app.revoke_token("x", "refresh_token"); });
  CHECK(none && none->kind() == ErrorKind::unsupported);
  none = error_of([&] { return app.introspect_token("x"); });
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
    std::lock_guard held(key);  // the signer waits for it
    auto late = error_of([&] { return source.token(std::nullopt, std::chrono::milliseconds(0)); });
    CHECK(late && late->kind() == ErrorKind::timeout);
  }
  auto error = error_of([&] { return source.token(); });  // minting went on
  CHECK(error && error->kind() == ErrorKind::transport);
}

static void a_server_describes_itself() {
  auto error = error_of([] { return appmint::discover("gitlab.com"); });
  CHECK(error && error->message() == "the issuer is not a URL");
  error = error_of([] { return appmint::discover("http://127.0.0.1:1", App::builder().proxy("").retries(0)); });
  CHECK(error && error->kind() == ErrorKind::transport);
  error = error_of([] { return unreachable().fallback_key_id("k").build(); });
  CHECK(error && error->message() == "fallback_key_id names a key, and the key is missing");
}

static void an_install_brings_its_state_back() {
  auto app = github();
  auto authorization = app.install_url("my-app");
  CHECK(authorization.state().size() == 43 && authorization.url().find("/my-app/") != std::string::npos);
  CHECK(app.install_url("my-app", "s t").state() == "s t");
  auto error = error_of([&] { return app.install_url("my-app", ""); });  // an empty state is not an absent one
  CHECK(error && error->message() == "the state is empty");
  error = error_of([&] { return app.finish_install("?installation_id=1&state=a", authorization.state()); });
  CHECK(error && error->reason() == Reason::state_mismatch);
  error = error_of([&] { return app.finish_install("?installation_id=1&state=" + authorization.state(), authorization.state()); });
  CHECK(error && error->kind() == ErrorKind::transport);  // from the platform
}

int main() {
  a_failed_call_throws();
  a_builder_is_a_value();
  the_first_wrong_setting_is_reported_by_build();
  a_negative_duration_is_refused();
  a_builder_makes_several_apps();
  a_token_outlives_everything_and_hides_its_secret();
  a_signer_may_throw_and_is_destroyed();
  events_reach_the_callback();
  a_transport_sends_the_requests();
  an_empty_function_is_refused();
  a_closed_app_refuses_calls();
  a_source_that_was_moved_from_throws();
  a_key_file_that_is_missing_is_a_system_error();
  a_closed_port_is_a_transport_error();
  an_authorization_brings_its_code_back();
  an_authorization_is_sealed_until_the_user_comes_back();
  a_login_is_cancelled_while_another_thread_waits();
  a_session_needs_a_user_s_token();
  a_lookup_has_a_kind();
  a_source_is_looked_up_when_it_is_needed();
  a_scope_narrows_a_source();
  a_webhook_is_verified();
  the_operations_take_their_arguments();
  a_caller_stops_waiting();
  a_server_describes_itself();
  an_install_brings_its_state_back();
  CHECK(appmint::version() == APPMINT_VERSION && !appmint::platforms().empty());
  std::cout << failures << " failures\n";
  return failures != 0;
}
