// Lists that are fetched page by page. Part of appmint.hpp.

#ifndef APPMINT_LISTING_HPP
#define APPMINT_LISTING_HPP

#include "call.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace appmint {
inline namespace abi0 {

namespace detail {

// The type of a list of T in C, and the function that returns its next item.
template <class T>
struct Listed;

template <>
struct Listed<std::string> {
  using List = appmint_items;
  static constexpr auto next = appmint_items_next;
  static constexpr auto next_async = appmint_items_next_async;
  static constexpr auto free = appmint_text_free;
};

}  // namespace detail

/// The items of a list, fetched page by page. It can be iterated once:
///
///     for (const auto &installation : app.installations()) std::cout << installation.id();
///
/// All items: `std::vector all(listing.begin(), listing.end())`.
template <class T>
/// The items of a paged list. Pages are requested as the items are asked for. It can be read once:
/// threads that share it get different items. After an error it goes on with the page that failed.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
class Listing {
  using List = typename detail::Listed<T>::List;

 public:
  class iterator;

  explicit Listing(std::shared_ptr<const List> list) : list_(std::move(list)) {}
  Listing(Listing &&) = default;
  Listing &operator=(Listing &&) = default;

  /// Returns the next item, from memory or the platform's next page. After an error the same page
  /// is asked for again.
  ///
  /// No value after the last.
  ///
  /// Errors:
  /// - Those of every call over the network: see appmint.hpp.
  ///
  /// Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
  [[nodiscard]] std::optional<T> next() { return after(list_.get()); }
  /// Waits for the first of the remaining items.
  [[nodiscard]] iterator begin() { return iterator(list_); }
  [[nodiscard]] iterator end() { return iterator(); }
  [[nodiscard]] const List *c_handle() const { return list_.get(); }

 private:
  static std::optional<T> after(const List *list) {
    auto item = detail::made(detail::Listed<T>::free, [&](auto out, auto error) {
      return detail::Listed<T>::next(list, out, error);
    });
    return item ? std::optional<T>(detail::listed<T>(item)) : std::nullopt;
  }

  std::shared_ptr<const List> list_;
};

/// Waits when it needs the next page. It may outlive its Listing.
template <class T>
class Listing<T>::iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = const T *;
  using reference = const T &;

  /// The end.
  iterator() = default;
  explicit iterator(std::shared_ptr<const List> list)
      : list_(std::move(list)), item_(after(list_.get())) {}

  reference operator*() const { return *item_; }
  pointer operator->() const { return &*item_; }
  iterator &operator++() {
    item_ = after(list_.get());
    return *this;
  }
  iterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const iterator &left, const iterator &right) {
    return left.item_.has_value() == right.item_.has_value();
  }
  friend bool operator!=(const iterator &left, const iterator &right) { return !(left == right); }

 private:
  std::shared_ptr<const List> list_;
  std::optional<T> item_;
};

}  // namespace abi0
}  // namespace appmint

#endif  // APPMINT_LISTING_HPP
