// Calls without waiting, in C++: futures, callbacks, outcomes; stop tokens and coroutines from C++20 on.
#include <appmint.hpp>
#include <appmint/async.hpp>

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <iostream>
#include <thread>

using appmint::App;
using appmint::Call;
using appmint::Error;
using appmint::ErrorKind;
using appmint::Queue;
using appmint::Token;

static std::atomic<int> failures = 0;
#define CHECK(condition) \
  do { if (!(condition)) failures++, std::cout << "line " << __LINE__ << ": " << #condition << "\n"; } while (0)

// A platform inside of the program, which answers once it is let.
class Gate : public appmint::Transport {
 public:
  appmint::TransportResponse send(const appmint::TransportRequest &request) override {
    std::unique_lock guard(mutex_);
    waiting_++;
    changed_.notify_all();
    changed_.wait(guard, [this] { return is_open_; });
    waiting_--;
    if (throws_) std::rethrow_exception(throws_);
    bool lists = request.url.find("/installations?") != std::string_view::npos;
    return {lists ? 200 : 201, {}, lists ? R"([{"id":1},{"id":2}])" : R"({"token":"ghs_1"})"};
  }
  void open() { set(true, nullptr); }
  void close_gate() { set(false, nullptr); }
  void open_throwing(std::exception_ptr thrown) { set(true, thrown); }
  void await_requests(int count) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return waiting_ >= count; });
  }

 private:
  void set(bool is_open, std::exception_ptr thrown) {
    std::lock_guard guard(mutex_);
    is_open_ = is_open, throws_ = thrown;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::exception_ptr throws_;
  bool is_open_ = true;
  int waiting_ = 0;
};

static std::shared_ptr<Gate> gate = std::make_shared<Gate>();

static App new_app() {
  gate->open();
  return App::builder("github").app_id("75").signer([](std::string_view) { return std::string(256, '\1'); }).retries(0).transport(gate).build();
}
static bool is_readable(const Queue &queue, int timeout_ms) {
  pollfd watched = {queue.fd(), POLLIN, 0};
  return poll(&watched, 1, timeout_ms) == 1;
}
static void run_once(const Queue &queue) {
  CHECK(is_readable(queue, 60000));
  CHECK(queue.dispatch() > 0);
}

static void a_future_is_completed_by_the_library() {
  auto app = new_app();
  auto token = app.installation("14").async().token().future();
  CHECK(token.get().reveal() == "ghs_1");
  auto header = app.installation("14").async().authorization_header().get();
  CHECK(header == "Bearer ghs_1");
  gate->open_throwing(std::make_exception_ptr(std::runtime_error("no network today")));
  auto failed = app.installation("15").async().token().future();
  try {
    failed.get();
    CHECK(!"a token");
  } catch (const Error &error) {
    CHECK(error.kind() == ErrorKind::transport && error.cause());
    try {
      std::rethrow_exception(error.cause());
    } catch (const std::runtime_error &cause) {
      CHECK(cause.what() == std::string("no network today"));
    }
  }
}

static void a_callback_runs_in_dispatch() {
  auto app = new_app();
  Queue queue;
  int calls = 0;
  gate->close_gate();
  auto call = app.installation("14").async(queue).token();
  call.then([&](const Call<Token> &it) {
    auto outcome = it.outcome();
    CHECK(outcome && outcome->reveal() == "ghs_1" && (*outcome).kind() == appmint::TokenKind::installation);
    calls++;
  });
  gate->await_requests(1);
  CHECK(!call.is_complete() && !call.wait_for(std::chrono::milliseconds(0)) && !is_readable(queue, 0));
  gate->open();
  CHECK(call.wait_for(std::chrono::minutes(1)) && calls == 0);
  run_once(queue);
  CHECK(calls == 1 && queue.dispatch() == 0);
  call.then([&](const Call<Token> &) { calls++; });  // it has run: at once
  CHECK(calls == 2 && call.get().reveal() == "ghs_1");
}

static void a_call_is_cancelled() {
  auto app = new_app();
  Queue queue;
  gate->close_gate();
  auto call = app.async(queue).find_installation(appmint::Lookup::id("14"));
  gate->await_requests(1);
  call.cancel();
  auto outcome = call.outcome();
  CHECK(!outcome && !outcome.has_value() && outcome.error().kind() == ErrorKind::cancelled);
  run_once(queue);
  gate->open();
  auto none = app.async().suspend_installation("14").outcome();
  CHECK(none.has_value());
}

static void wrong_arguments_throw_at_once() {
  auto app = new_app();
  try {
    auto call = app.installation("14").async().token(std::nullopt, std::chrono::milliseconds(-1));
    CHECK(!"a call");
  } catch (const Error &error) {
    CHECK(error.kind() == ErrorKind::invalid_argument);
  }
}

static void lists_and_apps_come_without_waiting() {
  auto app = appmint::build_async(App::builder("github").app_id("75").signer([](std::string_view) { return std::string(256, '\1'); }).retries(0).transport(gate)).get();
  auto installations = app.installations();
  CHECK(next_async(installations).get()->id() == "1" && next_async(installations).get()->id() == "2");
  CHECK(!next_async(installations).get());
  auto refused = appmint::build_async(App::builder("none")).outcome();
  CHECK(!refused && refused.error().reason() == appmint::Reason::unknown_platform);
}

static void a_queue_that_ends_cancels() {
  auto app = new_app();
  std::vector<ErrorKind> kinds;
  gate->close_gate();
  {
    Queue queue;
    for (int i = 0; i < 3; i++)
      app.installation("14").async(queue).token().then([&](const auto &call) { kinds.push_back(call.outcome().error().kind()); });
    gate->await_requests(1);
  }
  CHECK(kinds == std::vector<ErrorKind>(3, ErrorKind::cancelled));
  gate->open();
}

#if defined(__cpp_lib_jthread)
static void a_stop_token_cancels() {
  auto app = new_app();
  std::stop_source stop;
  gate->close_gate();
  auto call = app.installation("14").async().token();
  call.cancel_on(stop.get_token());
  gate->await_requests(1);
  CHECK(!call.is_complete());
  std::jthread other([&] { stop.request_stop(); });
  CHECK(call.outcome().error().kind() == ErrorKind::cancelled);
  auto late = app.installation("14").async().token();
  late.cancel_on(stop.get_token());  // requested already
  CHECK(late.outcome().error().kind() == ErrorKind::cancelled);
  gate->open();
}
#endif

#if defined(__cpp_impl_coroutine) && defined(__cpp_lib_coroutine)
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { CHECK(!"an exception"); }
  };
};

static Task use_tokens(App app, Queue queue, std::string &seen) {
  auto token = co_await app.installation("14").async(queue).token();
  seen = token.reveal();
  co_await app.async(queue).suspend_installation("14");
  seen += ", suspended";
  gate->open_throwing(std::make_exception_ptr(std::runtime_error("no network today")));
  try {
    co_await app.installation("15").async(queue).token();
  } catch (const Error &error) {
    seen += ", " + to_string(error.kind());
  }
}
static void a_coroutine_goes_on_in_the_loop() {
  auto app = new_app();
  Queue queue;
  std::string seen;
  gate->close_gate();
  use_tokens(app, queue, seen);
  gate->await_requests(1);
  CHECK(seen.empty());
  gate->open();
  while (seen != "ghs_1, suspended, transport" && is_readable(queue, 60000)) queue.dispatch();
  CHECK(seen == "ghs_1, suspended, transport");
  gate->open();
}
#endif

int main() {
  alarm(300);
  a_future_is_completed_by_the_library();
  a_callback_runs_in_dispatch();
  a_call_is_cancelled();
  wrong_arguments_throw_at_once();
  lists_and_apps_come_without_waiting();
  a_queue_that_ends_cancels();
#if defined(__cpp_lib_jthread)
  a_stop_token_cancels();
#endif
#if defined(__cpp_impl_coroutine) && defined(__cpp_lib_coroutine)
  a_coroutine_goes_on_in_the_loop();
#endif
  std::cout << failures << " failures\n";
  return failures != 0;
}
