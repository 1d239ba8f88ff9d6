// Reacts to errors by their kind.

#include <appmint.hpp>

#include <iostream>

int main() {
  auto app = appmint::App::builder().environment("APPMINT_").build();
  // --8<-- [start:main]
  try {
    auto token = app.installation(appmint::Lookup::organization("nowhere-inc")).token();
  } catch (const appmint::Error &error) {
    switch (error.kind()) {
      case appmint::ErrorKind::not_found:
        std::cout << "install the app first: " << error.what() << "\n";
        break;
      case appmint::ErrorKind::rate_limited:
        if (auto wait = error.retry_after()) std::cout << "come back in " << wait->count() << " ms\n";
        break;
      default:
        std::cout << error.kind() << (error.is_retryable() ? ", retry" : ", do not retry") << "\n";
    }
  }
  // --8<-- [end:main]
}
