// The two requests of a web app's login. Here the standard input stands for the second one.

#include <appmint.hpp>

#include <cstdlib>
#include <iostream>

static const char *const redirect_uri = "https://example.com/callback";

// --8<-- [start:login]
// GET /login: returns where to send the browser, and fills the cookie that comes back with it.
static std::string begin(const appmint::App &app, std::string &cookie) {
  appmint::AuthorizationRequest request;
  request.redirect_uri = redirect_uri;
  auto authorization = app.authorize(request);
  cookie = app.seal_authorization(authorization);
  return authorization.url();
}

// GET /callback: starts the session of the user who came back with this cookie and this URL. Its name is a text
// that nobody can guess, such as 256 random bits in hexadecimal, and becomes the user's next cookie.
static void finish(const appmint::App &app, const std::string &cookie, const std::string &url,
                   const std::string &session) {
  app.start_session(session, app.finish_authorization(app.open_authorization(cookie), url));
}
// --8<-- [end:login]

int main() try {
  auto app = appmint::App::builder()
                 .environment("APPMINT_")
                 .store("memory:")  // sqlite:FILE or redis://… for more than one process
                 .store_key(std::getenv("STORE_KEY"))
                 .build();
  std::string cookie, url;
  std::cout << "authorize " << begin(app, cookie) << std::endl;
  std::getline(std::cin, url);
  finish(app, cookie, url, "user-1");
  std::cout << "HTTP status " << app.session("user-1").request("GET", "/user").status() << "\n";
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
