// Mints a token for an installation of a GitHub App, and prints when it expires.
//
//   c++ -std=c++17 mint.cpp $(pkg-config --cflags --libs appmint) -o mint
//   ./mint app.pem APP_ID INSTALLATION_ID [API_URL]

#include <appmint.hpp>

#include <chrono>
#include <iostream>

int main(int argc, char **argv) try {
  if (argc < 4) {
    std::cerr << "usage: mint KEY_FILE APP_ID INSTALLATION_ID [API_URL]\n";
    return 1;
  }
  auto builder = appmint::App::builder("github").app_id(argv[2]).private_key_file(argv[1]);
  if (argc > 4) builder.api_url(argv[4]);
  auto app = builder.build();
  auto token = app.installation(argv[3]).token();
  auto left = *token.expires_at() - std::chrono::system_clock::now();
  std::cout << "valid for " << std::chrono::duration_cast<std::chrono::seconds>(left).count() << " s\n";
} catch (const std::exception &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
