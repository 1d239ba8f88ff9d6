// How the C++ driver observes an app, and its stores.
#include <appmint.hpp>
#include <mutex>
#include <set>
#include <thread>

// A store in the driver's memory.
class MemoryStore : public appmint::Store {
 public:
  std::optional<std::string> get(std::string_view name) override {
    std::lock_guard guard(mutex_);
    return there(records_, name);
  }
  bool put(std::string_view name, std::string_view value, std::optional<std::string_view> expected, std::optional<appmint::Time>) override {
    std::lock_guard guard(mutex_);
    bool same = there(records_, name) == expected;
    if (same) records_[std::string(name)] = value;
    return same;
  }
  void remove(std::string_view name, std::string_view expected) override {
    std::lock_guard guard(mutex_);
    if (there(records_, name) == expected) records_.erase(std::string(name));
  }
  bool lock(std::string_view name, std::string_view owner, std::chrono::milliseconds) override {
    std::lock_guard guard(mutex_);
    return locks_.emplace(name, owner).first->second == owner;
  }
  void unlock(std::string_view name, std::string_view owner) override {
    std::lock_guard guard(mutex_);
    if (there(locks_, name) == owner) locks_.erase(std::string(name));
  }

 private:
  using Records = std::map<std::string, std::string>;
  static std::optional<std::string> there(const Records &records, std::string_view name) {
    auto found = records.find(std::string(name));
    return found == records.end() ? std::nullopt : std::optional(found->second);
  }
  std::mutex mutex_;
  Records records_, locks_;
};

// A store that is of no use: it fails, answers no, or does not return.
class BrokenStore : public appmint::Store {
 public:
  explicit BrokenStore(std::string how) : how_(std::move(how)) {}
  std::optional<std::string> get(std::string_view) override {
    no();
    return std::nullopt;
  }
  bool put(std::string_view, std::string_view, std::optional<std::string_view>, std::optional<appmint::Time>) override { return no(); }
  void remove(std::string_view, std::string_view) override { no(); }
  bool lock(std::string_view, std::string_view, std::chrono::milliseconds) override { return no(); }
  void unlock(std::string_view, std::string_view) override { no(); }

 private:
  bool no() const {
    while (how_ == "block") std::this_thread::sleep_for(std::chrono::hours(1));
    if (how_ == "fail") throw std::runtime_error("no store today");
    return false;
  }
  std::string how_;
};

// Events, already printed, and new tokens.
class Watch {
 public:
  void note(const appmint::Event &event) {
    std::lock_guard guard(mutex_);
    auto p = std::to_string(count_++) + ".";
    auto offset = event.clock_offset();
    auto error = event.error();
    events_.add(p + "kind", to_string(event.kind())), events_.add(p + "installation_id", event.installation_id());
    events_.add(p + "clock_offset", offset ? std::optional<long long>(offset->count()) : std::nullopt);
    if (auto quota = event.quota()) events_.add(p + "quota", std::optional<long long>(quota->remaining()));
    events_.add(p + "error_kind", error ? Text(to_string(error->kind())) : std::nullopt);
    events_.add(p + "is_warning", std::optional<bool>(event.is_warning())), events_.add(p + "text", to_string(event));
  }
  void follow(const std::optional<appmint::Token> &before, const appmint::Token &token) {
    std::lock_guard guard(mutex_);
    changes_.emplace_back(before, token);
  }
  void print_events(Output &output) {
    wait_a_moment();
    std::lock_guard guard(mutex_);
    output.add("count", std::to_string(std::exchange(count_, 0)));
    output.line += std::exchange(events_, Output{}).line;
  }
  void print_changes(Output &output) {
    wait_a_moment();
    std::lock_guard guard(mutex_);
    output.add("count", std::to_string(changes_.size()));
    if (changes_.empty()) return;
    const auto &[before, last] = changes_.back();
    output.add("reveal.last", last.reveal());
    if (before) output.add("reveal.before", before->reveal());
  }

 private:
  // Gives other threads time to finish.
  static void wait_a_moment() { std::this_thread::sleep_for(std::chrono::milliseconds(100)); }
  std::mutex mutex_;
  Output events_;
  std::size_t count_ = 0;
  std::vector<std::pair<std::optional<appmint::Token>, appmint::Token>> changes_;  // the token before, and the new one
};

// The number of different tokens that so many threads get at once.
inline std::size_t tokens_at_once(const appmint::TokenSource &source, std::size_t count) {
  std::mutex mutex;
  std::set<std::string> tokens;
  std::optional<appmint::Error> failed;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; i++) threads.emplace_back([&] {
    try {
      auto token = source.token().reveal();
      std::lock_guard guard(mutex);
      tokens.insert(token);
    } catch (const appmint::Error &error) {
      std::lock_guard guard(mutex);
      failed = error;
    }
  });
  for (auto &thread : threads) thread.join();
  if (failed) throw *failed;
  return tokens.size();
}
