// Lists that are fetched as they are asked for. Part of appmint.hpp.

#ifndef APPMINT_LISTING_HPP
#define APPMINT_LISTING_HPP

#include "error.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace appmint {

namespace detail {

// What a list of T is to C: its type, and how its next item is had.
template <class T>
struct Listed;

}  // namespace detail

// The items of a list, fetched page by page as they are asked for; to be walked once:
//
//   for (const auto &installation : app.installations()) std::cout << installation.id();
//
// To have them all: std::vector all(listing.begin(), listing.end()).
template <class T>
class Listing {
  using List = typename detail::Listed<T>::List;

 public:
  class iterator;

  explicit Listing(std::shared_ptr<const List> list) : list_(std::move(list)) {}
  Listing(Listing &&) = default;
  Listing &operator=(Listing &&) = default;

  // The next item, from memory or the platform's next page; none after the last. After an error the
  // same page is asked for again.
  std::optional<T> next() { return after(list_.get()); }
  // Waits for the first of those that are left.
  iterator begin() { return iterator(list_); }
  iterator end() { return iterator(); }
  const List *c_handle() const { return list_.get(); }

 private:
  static std::optional<T> after(const List *list) {
    auto item = detail::made(detail::Listed<T>::free, [&](auto out, auto error) {
      return detail::Listed<T>::next(list, out, error);
    });
    return item ? std::optional<T>(T(std::move(item))) : std::nullopt;
  }

  std::shared_ptr<const List> list_;
};

// Waits, where the next page is needed, as it moves on; it may outlive its Listing.
template <class T>
class Listing<T>::iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = const T *;
  using reference = const T &;

  // The end.
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

}  // namespace appmint

#endif  // APPMINT_LISTING_HPP
