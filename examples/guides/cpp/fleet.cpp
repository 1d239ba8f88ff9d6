// One of many processes that share their tokens: whoever needs one first has it minted.

#include <appmint.hpp>

#include <cstdlib>
#include <iostream>

int main() try {
  // --8<-- [start:main]
  auto app = appmint::App::builder()
                 .environment("APPMINT_")
                 .store(std::getenv("REDIS_URL"))      // redis://… or rediss://… (TLS)
                 .store_key(std::getenv("STORE_KEY"))  // openssl rand -hex 32, the same for all processes
                 .build();
  auto token = app.installation(appmint::Lookup::organization("octo-org")).token();
  auto stats = app.stats();
  std::cout << "minted: " << stats.minted() << " from the store: " << stats.from_store() << "\n";
  // --8<-- [end:main]
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
