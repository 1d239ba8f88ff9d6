// The user of this machine logs in with a browser, as in a desktop program.
//
//   c++ -std=c++17 login.cpp -lappmint -o login
//
// The app comes from the environment: APPMINT_PLATFORM, APPMINT_CLIENT_ID, APPMINT_CLIENT_SECRET
// if the platform needs one, and APPMINT_API_URL and APPMINT_WEB_URL for hosts of your own.
// APPMINT_BROWSER is a program to run with the URL, instead of a browser.

#include <appmint.hpp>

#include <cstdlib>
#include <iostream>

static std::optional<std::string> env(const char *name) {
  const char *value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

static void open_browser(const appmint::Login &login) {
  if (!env("APPMINT_BROWSER")) return login.open_browser();
  setenv("APPMINT_BROWSER_URL", login.url().c_str(), 1);  // the shell must not read it as a command
  if (std::system("$APPMINT_BROWSER \"$APPMINT_BROWSER_URL\" &") != 0)
    throw std::runtime_error("cannot run APPMINT_BROWSER");
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

  auto login = app.start_login();
  std::cout << "Log in at " << login.url() << std::endl;
  open_browser(login);

  app.start_session("me", login.wait());
  auto path = env("APPMINT_USER_GET_PATH").value_or("/user");
  std::cout << app.session("me").request("GET", path).body() << "\n";
} catch (const std::exception &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
