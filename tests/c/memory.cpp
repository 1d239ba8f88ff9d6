// No secret that the C++ header handles itself is in memory that it frees.
#include <appmint.hpp>

#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>
#include <unistd.h>

static int failures;
#define CHECK(condition) \
  do { if (!(condition)) { failures++; std::cout << "line " << __LINE__ << ": " #condition "\n"; } } while (0)

// The secret is put together while it is written, so that no literal is taken for a copy.
static char secret[25];
static int found, freed;

static void *allocate(std::size_t size) {
  void *memory = std::calloc(1, size ? size : 1);
  if (!memory) throw std::bad_alloc();
  return memory;
}
static void release(void *memory) noexcept {
  if (!memory) return;
  std::string_view bytes(static_cast<const char *>(memory), malloc_usable_size(memory));
  freed++;
  if (secret[0] && bytes.find(secret) != bytes.npos) found++;
  std::free(memory);
}
void *operator new(std::size_t size) { return allocate(size); }
void *operator new[](std::size_t size) { return allocate(size); }
void operator delete(void *memory) noexcept { release(memory); }
void operator delete[](void *memory) noexcept { release(memory); }
void operator delete(void *memory, std::size_t) noexcept { release(memory); }
void operator delete[](void *memory, std::size_t) noexcept { release(memory); }

static void make_secret() {
  for (std::size_t i = 0; i + 1 < sizeof secret; i++) secret[i] = static_cast<char>('a' + (i * 7) % 26);
}
// A file with the secret at several places, of so many bytes.
static std::filesystem::path write_file(std::size_t size) {
  auto path = std::filesystem::temp_directory_path() / ("appmint-memory-" + std::to_string(getpid()));
  std::FILE *file = std::fopen(path.c_str(), "wb");
  for (std::size_t written = 0; written < size; written += 200) std::fprintf(file, "%-199s\n", secret);
  std::fclose(file);
  return path;
}

static void a_freed_copy_is_found() {
  make_secret();
  { std::string copy = std::string(100, '-') + secret; CHECK(copy.size() > 100); }
  CHECK(found > 0);
  found = 0;
}
static void a_key_file_leaves_no_copy(std::size_t size) {
  auto path = write_file(size);
  int before = freed;
  { auto builder = appmint::App::builder("github").private_key_file(path); }
  CHECK(freed > before && found == 0);
  std::filesystem::remove(path);
}

class MemoryStore : public appmint::Store {
 public:
  int asked = 0;
  std::optional<std::string> get(std::string_view) override {
    asked++;
    std::string value(100, '-');
    value.replace(40, std::strlen(secret), secret);
    return value;
  }
  bool put(std::string_view, std::string_view, std::optional<std::string_view>, std::optional<appmint::Time>) override {
    return true;
  }
  void remove(std::string_view, std::string_view) override {}
  bool lock(std::string_view, std::string_view, std::chrono::milliseconds) override { return true; }
  void unlock(std::string_view, std::string_view) override {}
};
static void a_store_s_value_leaves_no_copy() {
  auto store = std::make_shared<MemoryStore>();
  auto builder = appmint::App::builder("github").client_id("Iv1.a").client_secret("b").own_store(store);
  builder.store_unencrypted().build().end_session("user");
  CHECK(store->asked > 0 && found == 0);
}

int main() {
  a_freed_copy_is_found();
  a_key_file_leaves_no_copy(1000);
  a_key_file_leaves_no_copy(100000);
  a_store_s_value_leaves_no_copy();
  std::cout << failures << " failures\n";
  return failures != 0;
}
