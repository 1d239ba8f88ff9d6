// An app on a platform that is not built in, by a descriptor.

#include <appmint.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

int main() try {
  // --8<-- [start:main]
  std::stringstream descriptor;
  descriptor << std::ifstream(std::getenv("DESCRIPTOR")).rdbuf();
  auto app = appmint::App::builder()
                 .platform_descriptor(descriptor.str())
                 .host("git.corp.example")
                 .client_id("my-client")
                 .build();
  appmint::AuthorizationRequest request;
  request.redirect_uri = "https://app.example/callback";
  request.scopes = {"read:user"};
  std::cout << app.authorize(request).url() << "\n";
  // --8<-- [end:main]
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
