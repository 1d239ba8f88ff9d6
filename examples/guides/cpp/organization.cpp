// Lists the app's installations, and mints a token that can do no more than its job needs.

#include <appmint.hpp>

#include <iostream>

using namespace std::chrono_literals;

int main() try {
  auto app = appmint::App::builder().environment("APPMINT_").build();

  // --8<-- [start:list]
  for (const auto &installation : app.installations()) {  // pages are requested as they are needed
    std::cout << installation.id() << " " << installation.account().value_or("no account") << " "
              << (installation.suspended_at() ? "suspended" : "active") << "\n";
  }
  // --8<-- [end:list]

  // --8<-- [start:narrow]
  auto source = app.installation(appmint::Lookup::organization("octo-org"),
                                 appmint::Scope()
                                     .repository("octo-repo")  // without the owner
                                     .permission("contents", "read"));
  auto token = source.token(30min);
  for (const auto &[name, level] : token.permissions()) std::cout << name << ": " << level << "\n";
  // --8<-- [end:narrow]

  // --8<-- [start:revoke]
  source.revoke();
  // --8<-- [end:revoke]
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
