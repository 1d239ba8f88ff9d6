// Ten lines: a token for an organization's installation, and a call of the API with it.

// --8<-- [start:main]
#include <appmint.hpp>

#include <iostream>

int main() try {
  auto app = appmint::App::builder().environment("APPMINT_").build();
  auto source = app.installation(appmint::Lookup::organization("octo-org"));
  auto token = source.token();
  std::cout << token << "\n";
  auto reply = source.request("GET", "/orgs/octo-org/repos");
  std::cout << "HTTP status " << reply.status() << "\n";
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
// --8<-- [end:main]
