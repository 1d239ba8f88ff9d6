// The main uses of appmint: an app's JWT, its installations, a token for one of them, and a user
// who authorizes the app in a browser.
//
//   c++ -std=c++17 demo.cpp -lappmint -o demo
//
// The settings come from the environment: see configure() and main().

#include <appmint.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <sstream>

using appmint::App;

static std::optional<std::string> env(const char *name) {
  const char *value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

static std::string read_file(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error("cannot read " + path);
  return text.str();
}

static App configure() {
  auto descriptor = env("APPMINT_PLATFORM_DESCRIPTOR_FILE");
  auto builder =
      descriptor ? App::builder() : App::builder(env("APPMINT_PLATFORM").value_or("atomgit"));
  if (descriptor) builder.platform_descriptor(read_file(*descriptor));
  if (auto url = env("APPMINT_API_URL")) builder.api_url(*url);
  if (auto url = env("APPMINT_WEB_URL")) builder.web_url(*url);
  if (auto id = env("APPMINT_APP_ID")) builder.app_id(*id);
  if (auto id = env("APPMINT_CLIENT_ID")) builder.client_id(*id);
  if (auto secret = env("APPMINT_CLIENT_SECRET")) builder.client_secret(*secret);
  if (auto path = env("APPMINT_PRIVATE_KEY_FILE")) builder.private_key_file(*path);
  if (auto path = env("APPMINT_ROOT_CERTIFICATES_FILE"))
    builder.root_certificates(read_file(*path));
  if (auto now = env("APPMINT_NOW_MS"))
    builder.clock(appmint::ManualClock(appmint::Time(std::chrono::milliseconds(std::stoll(*now)))));
  return builder.build();
}

static std::ostream &label(const char *label) {
  return std::cout << std::left << std::setw(14) << label;
}

static std::string text_of(const std::map<std::string, std::string> &permissions) {
  std::string text;
  for (const auto &[name, level] : permissions)
    text += (text.empty() ? "" : " ") + name + ":" + level;
  return text;
}

static std::string text_of(std::optional<appmint::Time> time) {
  if (!time) return "never";
  auto seconds = std::chrono::system_clock::to_time_t(*time);
  std::ostringstream text;
  text << std::put_time(std::gmtime(&seconds), "%Y-%m-%dT%H:%M:%SZ");
  return text.str();
}

static std::string text_of(const appmint::Token &token) {
  bool reveal = env("APPMINT_SHOW_SECRETS") == "1";
  return (reveal ? token.reveal() : "[redacted]") + " expires " + text_of(token.expires_at());
}

static void print(const std::string &path, const appmint::Response &response) {
  label("GET") << path << " " << response.status() << " " << response.body() << "\n";
}

static void act_as_the_app(const App &app) {
  label("platform") << app.platform_name() << "\n";
  label("jwt") << app.jwt().claims().value() << "\n";
  for (const auto &each : app.installations())
    label("installation") << each.id() << " " << each.account().value_or("") << " ("
                          << each.repository_selection().value_or("") << "; "
                          << text_of(each.permissions()) << ")\n";
}

static void act_as_an_installation(const App &app, const std::string &account) {
  auto source = app.installation(app.find_installation(appmint::Lookup::account(account)).id());
  auto token = source.token();
  label("token") << text_of(token) << " (" << text_of(token.permissions()) << ")\n";
  auto path = env("APPMINT_GET_PATH").value_or("/orgs/ACCOUNT/repos");
  if (auto at = path.find("ACCOUNT"); at != path.npos) path.replace(at, 7, account);
  print(path, source.request("GET", path));
}

// The URL that the browser ended at.
static std::string browse(const std::string &url) {
  setenv("APPMINT_BROWSER_URL", url.c_str(), 1);  // the shell must not read the URL as a command
  auto close = [](FILE *pipe) { pclose(pipe); };
  std::unique_ptr<FILE, decltype(close)> browser(
      popen("exec $APPMINT_BROWSER \"$APPMINT_BROWSER_URL\"", "r"), close);
  if (!browser) throw std::runtime_error("cannot run APPMINT_BROWSER");
  std::string callback;
  for (int c; (c = std::getc(browser.get())) != EOF && c != '\n';)
    callback += static_cast<char>(c);
  return callback;
}

static void act_as_a_user(const App &app, const std::optional<std::string> &redirect_uri) {
  appmint::AuthorizationRequest request;
  request.redirect_uri = redirect_uri;
  auto authorization = app.authorize(request);
  label("authorize") << "opened" << std::endl;
  auto code = app.authorization_code(browse(authorization.url()), authorization.state());

  auto first = app.exchange_code(code, std::nullopt, authorization.code_verifier());
  label("user token") << text_of(first) << "\n";
  auto token = app.refresh(first.reveal_refresh_token().value());
  label("refreshed") << text_of(token) << "\n";

  appmint::RequestOptions as_the_user;
  as_the_user.token = token.reveal();
  auto path = env("APPMINT_USER_GET_PATH").value_or("/user/repos");
  print(path, app.request("GET", path, as_the_user));
}

int main() try {
  auto app = configure();
  act_as_the_app(app);
  act_as_an_installation(app, env("APPMINT_ACCOUNT").value_or(""));
  if (env("APPMINT_CLIENT_ID"))  // else a platform without OAuth
    act_as_a_user(app, env("APPMINT_REDIRECT_URI"));
} catch (const appmint::Error &error) {
  std::cout.flush();
  std::cerr << "error: " << to_string(error.kind()) << ": " << error.what() << "\n";
  return 1;
} catch (const std::exception &error) {
  std::cout.flush();
  std::cerr << error.what() << "\n";
  return 2;
}
