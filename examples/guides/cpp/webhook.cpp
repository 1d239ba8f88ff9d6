// A bot that a web server starts for each webhook, by CGI (RFC 3875): headers are environment variables, the
// body is the standard input.

#include <appmint.hpp>

#include <cstdlib>
#include <iostream>
#include <iterator>

extern char **environ;

// --8<-- [start:receive]
static void receive(const appmint::App &app, const appmint::Headers &headers, std::string_view body) {
  auto event = app.verify_webhook(headers, body, {std::getenv("WEBHOOK_SECRET")});
  app.apply_webhook(event);
  if (event.name() == "push") {
    auto source = app.installation(*event.installation_id());
    auto reply = source.request("GET", "/installation/repositories");
    std::cerr << "repositories: HTTP status " << reply.status() << "\n";
  }
}
// --8<-- [end:receive]

static appmint::Headers request_headers() {
  appmint::Headers headers;
  for (char **variable = environ; *variable; variable++) {
    std::string text = *variable, name = text.substr(0, text.find('='));
    if (name.rfind("HTTP_", 0) != 0) continue;
    for (char &letter : name) letter = letter == '_' ? '-' : letter;
    headers.emplace(name.substr(5), text.substr(text.find('=') + 1));
  }
  return headers;
}

int main() try {
  auto app = appmint::App::builder().environment("APPMINT_").build();
  std::string body(std::istreambuf_iterator<char>(std::cin), {});
  receive(app, request_headers(), body);
  std::cout << "Status: 204 No Content\r\n\r\n";
} catch (const appmint::Error &error) {
  bool is_forged = error.kind() == appmint::ErrorKind::unauthorized;
  std::cerr << error.what() << "\n";
  std::cout << (is_forged ? "Status: 401 Unauthorized\r\n\r\n" : "Status: 500 Internal Server Error\r\n\r\n");
}
