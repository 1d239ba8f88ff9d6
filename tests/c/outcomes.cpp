// A program that is compiled without exceptions reads outcomes.
#include <appmint.hpp>
#include <appmint/async.hpp>

#include <iostream>

static int failures = 0;
#define CHECK(condition) \
  do { if (!(condition)) failures++, std::cout << "line " << __LINE__ << ": " << #condition << "\n"; } while (0)

class Unreachable : public appmint::Transport {
 public:
  appmint::TransportResponse send(const appmint::TransportRequest &) override { return {500}; }
};

static appmint::App::Builder builder() {
  return appmint::App::builder("github").app_id("75").retries(0).transport(std::make_shared<Unreachable>()).signer(
      [](std::string_view) { return std::string(256, '\1'); });
}

int main() {
  auto refused = build_async(builder().platform("none")).outcome();
  CHECK(!refused && refused.error().reason() == appmint::Reason::unknown_platform);
  auto missing = build_async(appmint::App::builder("github").app_id("75").private_key_file("/does/not/exist")).outcome();
  CHECK(!missing && missing.error().kind() == appmint::ErrorKind::key);
  auto app = build_async(builder()).outcome();
  CHECK(app && app->jwt().kind() == appmint::TokenKind::jwt);
  auto token = app->installation("14").async().token().outcome();
  CHECK(!token && token.error().kind() == appmint::ErrorKind::server && token.error().status() == 500);
  std::cout << failures << " failures\n";
  return failures != 0;
}
