// An app on a server that publishes its metadata (RFC 8414, OpenID Connect Discovery).

#include <appmint.hpp>

#include <cstdlib>
#include <iostream>

int main() try {
  // --8<-- [start:main]
  auto descriptor = appmint::discover(std::getenv("ISSUER"));  // a text, which may be kept
  auto app = appmint::App::builder().platform_descriptor(descriptor).client_id("tool").build();
  appmint::AuthorizationRequest request;
  request.redirect_uri = "https://example.com/callback";
  std::cout << app.authorize(request).url() << "\n";
  // --8<-- [end:main]
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
