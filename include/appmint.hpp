// appmint: authenticate as a platform app. A grant, put to a platform, yields a token; a source
// keeps one valid. C++17 over appmint.h; link with -lappmint.
//
//   auto app = appmint::App::builder("atomgit").app_id("75").private_key_file("app.pem").build();
//   std::string header = app.installation("14").token().authorization_header();
//
// What fails throws appmint::Error. Calls that go out block, at most for the app's timeout. Apps,
// sources, tokens and what else is handed out are cheap to copy, share what they hold, and may be
// used on any thread; a Builder, a Scope and a Listing may be moved only, and belong to one thread
// at a time. What a program hands over to be called is called on threads of appmint's, on several at
// once; what it throws ends there.
//
// This is the one file to include; its parts are beside it, in appmint/.

#ifndef APPMINT_HPP
#define APPMINT_HPP

#include "appmint.h"
#include "appmint/app.hpp"
#include "appmint/authorization.hpp"
#include "appmint/builder.hpp"
#include "appmint/call.hpp"
#include "appmint/error.hpp"
#include "appmint/event.hpp"
#include "appmint/webhook.hpp"
#include "appmint/installation.hpp"
#include "appmint/introspection.hpp"
#include "appmint/listing.hpp"
#include "appmint/login.hpp"
#include "appmint/registration.hpp"
#include "appmint/source.hpp"
#include "appmint/store.hpp"
#include "appmint/token.hpp"
#include "appmint/values.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace appmint {

// The library's version.
inline std::string version() { return detail::text(appmint_version()); }

// The names of the built-in platforms.
inline std::vector<std::string> platforms() { return detail::list(appmint_platforms()); }

// The descriptor, as JSON text for Builder::platform_descriptor, of the platform that an
// authorization server says it is (RFC 8414, or OpenID Connect Discovery). Of the settings those
// count that say how to reach the network: timeout, connect_timeout, proxy, root_certificates,
// user_agent, allow_plain_http, retries, retry_wait.
inline std::string discover(std::string_view issuer, const App::Builder &settings = {}) {
  auto descriptor = detail::made(appmint_text_free, [&](auto out, auto error) {
    return appmint_discover(settings.c_handle(), detail::start(issuer), issuer.size(), out, error);
  });
  return detail::text(appmint_text_reveal(descriptor.get(), nullptr));
}

}  // namespace appmint

#endif  // APPMINT_HPP
