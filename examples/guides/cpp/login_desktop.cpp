// The user of this machine logs in with a browser, once; later runs find the session in the store.

#include <appmint.hpp>

#include <cstdlib>
#include <iostream>

// --8<-- [start:login]
static void log_in(const appmint::App &app) {
  auto login = app.start_login();
  login.open_browser();
  app.start_session("me", login.wait());
}

static appmint::Token token_of(const appmint::App &app, const appmint::TokenSource &user) try {
  return user.token();
} catch (const appmint::Error &error) {
  if (error.kind() != appmint::ErrorKind::reauthorize) throw;
  log_in(app);  // nobody has logged in yet, or the user has withdrawn the authorization
  return user.token();
}
// --8<-- [end:login]

int main() try {
  // --8<-- [start:app]
  auto app = appmint::App::builder()
                 .environment("APPMINT_")
                 .store(std::string("sqlite:") + std::getenv("STATE_FOLDER") + "/tokens.db")
                 .store_key(std::getenv("STORE_KEY"))  // openssl rand -hex 32, kept in the system's keychain
                 .build();
  // --8<-- [end:app]
  auto user = app.session("me");
  std::cout << token_of(app, user) << "\n";
  std::cout << "HTTP status " << user.request("GET", "/user").status() << "\n";
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
