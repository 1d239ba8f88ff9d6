// An app whose private key this program never sees: something else signs.

#include <appmint.hpp>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <unistd.h>

// --8<-- [start:main]
// Has the key's keeper make the RS256 signature. Called on appmint's threads, on several at once.
static std::string sign(std::string_view message) {
  char path[] = "/tmp/message-XXXXXX";
  int file = mkstemp(path);
  bool is_written = file >= 0 && write(file, message.data(), message.size()) == ssize_t(message.size());
  if (file >= 0) close(file);
  std::string command = std::string("openssl dgst -sha256 -sign \"$KMS_KEY\" ") + path;
  FILE *openssl = is_written ? popen(command.c_str(), "r") : nullptr;
  char signature[1024];
  std::size_t len = openssl ? fread(signature, 1, sizeof signature, openssl) : 0;
  bool is_signed = openssl && pclose(openssl) == 0;
  unlink(path);
  if (!is_signed) throw std::runtime_error("the key's keeper did not sign");
  return {signature, len};
}

static appmint::App make_app() {
  return appmint::App::builder().environment("APPMINT_").signer(sign).build();
}
// --8<-- [end:main]

int main() try {
  std::cout << make_app().installation(appmint::Lookup::organization("octo-org")).token() << "\n";
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
