// A program that mints an installation token. README.md shows the part between the marks.

#include "appmint.hpp"

#include <cstdio>

int main() try {
  // [readme: mint]
  auto app = appmint::App::builder("atomgit").app_id("75").private_key_file("app.pem").build();
  auto source = app.installation("14");
  std::string header = source.token().authorization_header();  // throws appmint::Error
  auto reply = source.request("GET", "/orgs/acme/repos");
  // [end]
  std::printf("a header of %zu bytes, HTTP status %d\n", header.size(), reply.status());
} catch (const appmint::Error &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
