// A user logs in on another device: this program prints a code, and the user types it there.
//
//   c++ -std=c++17 device.cpp -lappmint -o device
//
// The app comes from the environment: APPMINT_PLATFORM, APPMINT_CLIENT_ID, APPMINT_CLIENT_SECRET
// if the platform needs one, and APPMINT_API_URL and APPMINT_WEB_URL for hosts of your own.

#include <appmint.hpp>

#include <cstdlib>
#include <iostream>

static std::optional<std::string> env(const char *name) {
  const char *value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

int main() try {
  auto builder = appmint::App::builder(env("APPMINT_PLATFORM").value_or("github"));
  if (auto url = env("APPMINT_API_URL")) builder.api_url(*url);
  if (auto url = env("APPMINT_WEB_URL")) builder.web_url(*url);
  if (auto id = env("APPMINT_CLIENT_ID")) builder.client_id(*id);
  if (auto secret = env("APPMINT_CLIENT_SECRET")) builder.client_secret(*secret);
  // sqlite:FILE, with a store_key, keeps the user logged in until the next run.
  builder.store("memory:");
  auto app = builder.build();

  // --8<-- [start:login]
  auto login = app.start_device_login();
  std::cout << "Type " << login.user_code() << " at " << login.verification_uri() << std::endl;
  app.start_session("me", login.wait());
  // --8<-- [end:login]

  auto path = env("APPMINT_USER_GET_PATH").value_or("/user");
  std::cout << app.session("me").request("GET", path).body() << "\n";
} catch (const std::exception &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
