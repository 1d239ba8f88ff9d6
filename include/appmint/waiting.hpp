// Calls on their way, for programs that do not wait: Queue, Call, Outcome. Part of async.hpp.

#ifndef APPMINT_WAITING_HPP
#define APPMINT_WAITING_HPP

#include "call.hpp"

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#if __cplusplus >= 202002L
#include <version>
#endif
#if defined(__cpp_impl_coroutine) && defined(__cpp_lib_coroutine)
#include <coroutine>
#endif
#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

namespace appmint {
inline namespace abi0 {

/// Where the callbacks of calls run. Copies are the same queue; when the last one is destroyed,
/// calls that are running are cancelled, and the callbacks that are left run on that thread.
class Queue {
 public:
  /// A queue of the program's: callbacks run in dispatch(). Throws if no file descriptor is left.
  Queue() : queue_(detail::made(appmint_queue_free, appmint_queue_new)) {}
  /// The library's: callbacks run on one thread of the library, one after the other.
  [[nodiscard]] static Queue library() { return Queue(nullptr); }

  /// The descriptor that an event loop watches: it is readable while callbacks wait. Neither read
  /// nor close it. -1 for the library's queue.
  [[nodiscard]] int fd() const { return appmint_queue_fd(c_handle()); }
  /// Runs the callbacks of the calls that have completed by now, on this thread; their number.
  std::size_t dispatch() const { return appmint_queue_dispatch(c_handle()); }
  [[nodiscard]] const appmint_queue *c_handle() const { return queue_.get(); }

 private:
  explicit Queue(std::nullptr_t) {}

  std::shared_ptr<const appmint_queue> queue_;
};

/// A result or an error, as std::expected has them in C++23.
template <class T>
class Outcome {
 public:
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  Outcome(Value value) : value_(std::move(value)) {}
  Outcome(Error error) : value_(std::move(error)) {}

  [[nodiscard]] bool has_value() const { return value_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  /// The result. Undefined if there is an error.
  [[nodiscard]] const Value &operator*() const { return *std::get_if<0>(&value_); }
  [[nodiscard]] const Value *operator->() const { return std::get_if<0>(&value_); }
  /// The error. Undefined if there is a result.
  [[nodiscard]] const Error &error() const { return *std::get_if<1>(&value_); }

 private:
  std::variant<Value, Error> value_;
};

namespace detail {

// How the result of a call is read.
template <class T>
struct Result;

template <>
struct Result<void> {
  static Outcome<void> read(const appmint_call *call) {
    appmint_error *error = nullptr;
    if (appmint_call_outcome(call, &error) != APPMINT_OK) return Error(error);
    return std::monostate();
  }
};

// A result that is an object of C.
template <class T, class Object,
          appmint_status (*get)(const appmint_call *, Object **, appmint_error **),
          void (*free)(Object *)>
struct ObjectResult {
  static Outcome<T> read(const appmint_call *call) {
    Object *object = nullptr;
    appmint_error *error = nullptr;
    if (get(call, &object, &error) != APPMINT_OK) return Error(error);
    return T(std::shared_ptr<Object>(object, free));
  }
};

// A list's next item, which is absent after the last.
template <class T, class Object,
          appmint_status (*get)(const appmint_call *, Object **, appmint_error **),
          void (*free)(Object *)>
struct ItemResult {
  static Outcome<std::optional<T>> read(const appmint_call *call) {
    auto item = ObjectResult<std::shared_ptr<Object>, Object, get, free>::read(call);
    if (!item) return item.error();
    return *item ? std::optional<T>(listed<T>(*item)) : std::nullopt;
  }
};

// A call, shared by those who wait and the library's callback.
class Waiting {
 public:
  Waiting() = default;
  Waiting(const Waiting &) = delete;
  Waiting &operator=(const Waiting &) = delete;
  ~Waiting() { appmint_call_free(call); }

  // Keeps itself until on_done. The lock is also what hands it from thread to thread.
  void keep(std::shared_ptr<Waiting> self) {
    std::lock_guard<std::mutex> guard(mutex_);
    self_ = std::move(self);
  }

  // Runs the callback when the call's queue does, or now if that has happened.
  void then(std::function<void()> callback) {
    {
      std::lock_guard<std::mutex> guard(mutex_);
      if (!is_done_) return callbacks_.push_back(std::move(callback));
    }
    callback();
  }

  static void on_done(void *userdata, const appmint_call *) noexcept {
    auto waiting = static_cast<Waiting *>(userdata);
    std::shared_ptr<Waiting> kept;
    std::vector<std::function<void()>> callbacks;
    {
      std::lock_guard<std::mutex> guard(waiting->mutex_);
      kept.swap(waiting->self_);
      callbacks.swap(waiting->callbacks_);
      waiting->is_done_ = true;
    }
    for (auto &callback : callbacks) callback();
  }

  appmint_call *call = nullptr;
  std::shared_ptr<void> stop;  // what a stop_token holds

 private:
  std::mutex mutex_;
  bool is_done_ = false;
  std::shared_ptr<Waiting> self_;
  std::vector<std::function<void()>> callbacks_;
};

}  // namespace detail

/// A call on its way. Copies are the same call. It goes on when the last one is destroyed.
template <class T>
class [[nodiscard]] Call {
 public:
  explicit Call(std::shared_ptr<detail::Waiting> waiting) : waiting_(std::move(waiting)) {}

  /// Whether it has completed, with a result or an error.
  [[nodiscard]] bool is_complete() const { return appmint_call_is_complete(c_handle()) != 0; }
  /// Ends the waiting: it completes now, with ErrorKind::cancelled, unless it has completed. A
  /// request that was sent before is not recalled; minting goes on for others.
  void cancel() const { appmint_call_cancel(c_handle()); }
  /// Waits for this long at most; whether it has completed.
  bool wait_for(std::chrono::milliseconds timeout) const {
    auto ms = timeout.count() < 0 ? 0 : timeout.count();
    return appmint_call_wait(c_handle(), ms, nullptr) == APPMINT_OK;
  }
  /// The result, which it waits for. Throws the call's error. Each call returns the result anew.
  T get() const {
    auto outcome = this->outcome();
    if (!outcome) detail::raise(outcome.error());
    if constexpr (!std::is_void_v<T>) return *outcome;
  }
  /// The result or the error, which it waits for.
  [[nodiscard]] Outcome<T> outcome() const {
    appmint_call_wait(c_handle(), APPMINT_DEFAULT, nullptr);
    return detail::Result<T>::read(c_handle());
  }
  /// Calls back once with the completed call, where its queue runs callbacks; at once, on this
  /// thread, if that has run them. The callback must not throw.
  void then(std::function<void(const Call &)> callback) const {
    waiting_->then([callback = std::move(callback), call = *this] { callback(call); });
  }
#if APPMINT_EXCEPTIONS
  /// A future that is ready when the call's queue runs its callbacks. It has the result or the
  /// error.
  [[nodiscard]] std::future<T> future() const {
    auto promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    then([promise](const Call &call) {
      auto outcome = call.outcome();
      if (!outcome)
        promise->set_exception(std::make_exception_ptr(outcome.error()));
      else if constexpr (std::is_void_v<T>)
        promise->set_value();
      else
        promise->set_value(*outcome);
    });
    return future;
  }
#endif
#if defined(__cpp_lib_jthread)
  /// The same call, which is cancelled when a stop is requested.
  const Call &cancel_on(std::stop_token token) const {
    auto cancel = [waiting = std::weak_ptr(waiting_)] {
      if (auto kept = waiting.lock()) appmint_call_cancel(kept->call);
    };
    waiting_->stop =
        std::make_shared<std::stop_callback<decltype(cancel)>>(std::move(token), cancel);
    return *this;
  }
#endif
#if defined(__cpp_impl_coroutine) && defined(__cpp_lib_coroutine)
  /// `co_await call`: the result. The coroutine goes on where the call's queue runs callbacks.
  auto operator co_await() const {
    struct Awaiter {
      Call call;
      bool await_ready() const { return call.is_complete(); }
      void await_suspend(std::coroutine_handle<> coroutine) const {
        auto kept = call;  // the awaiter may be gone when the coroutine has gone on
        kept.then([coroutine](const Call &) { coroutine.resume(); });
      }
      T await_resume() const { return call.get(); }
    };
    return Awaiter{*this};
  }
#endif
  [[nodiscard]] const appmint_call *c_handle() const { return waiting_->call; }

 private:
  std::shared_ptr<detail::Waiting> waiting_;
};

namespace detail {

// Starts a call of appmint.h by its form without waiting.
template <class T, class Function, class... Arguments>
Call<T> started(const Queue &queue, Function function, Arguments... arguments) {
  auto waiting = std::make_shared<Waiting>();
  waiting->keep(waiting);
  appmint_error *error = nullptr;
  if (function(arguments..., queue.c_handle(), Waiting::on_done, waiting.get(), &waiting->call,
               &error) != APPMINT_OK) {
    waiting->keep(nullptr);
    raise(Error(error));
  }
  return Call<T>(std::move(waiting));
}

}  // namespace detail

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_WAITING_HPP
