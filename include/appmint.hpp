// appmint: authenticate as a GitHub App, or as an app of a platform like it. C++17 over appmint.h;
// link with -lappmint.
//
//   auto app = appmint::App::builder("atomgit").app_id("75").private_key_file("app.pem").build();
//   auto source = app.installation("14");
//   auto repositories = source.request("GET", "/orgs/acme/repos");
//
// - Errors. A call that fails throws appmint::Error. A program that is compiled without exceptions
//   starts its calls by async() and build_async(), and reads their outcomes; what is wrong with the
//   arguments themselves ends it.
// - Errors of every call over the network, besides those that its comment names: ErrorKind::transport,
//   timeout, rate_limited, server and protocol; unauthorized, forbidden or rejected if the platform
//   refuses it; invalid_argument if the app is closed or lacks a credential for it
//   (Reason::missing_credential), and unsupported if the platform does not offer it, both before
//   anything is sent; resource_exhausted if this machine has no thread or file descriptor left.
// - Waiting. app.async() and source.async() have every call that may go to the network in a form that
//   returns at once: for callbacks in an event loop, std::future, and coroutines and std::stop_token
//   from C++20 on. They are in <appmint/async.hpp>, which programs that wait need not compile.
// - Blocking. A call with network I/O blocks at most for the app's timeout, unless its comment
//   names another one.
// - Copies. Apps, sources, tokens and other results are cheap to copy, share their content, and may
//   be used on any thread. A Builder, a Scope and a Listing can only be moved, and belong to one
//   thread at a time.
// - Callbacks run on the library's threads, on several at once. What a signer, a store or a transport
//   throws is the cause of the Error of the call that needed it: Error::cause(). What a callback for
//   events or new tokens throws ends there.
// - Durations. A negative one is refused with ErrorKind::invalid_argument.
//
// Include this file only, and appmint/async.hpp if you need it; the parts are in appmint/, in the order
// of the rooms of all languages.

#ifndef APPMINT_HPP
#define APPMINT_HPP

#include "appmint.h"

#include "appmint/app.hpp"
#include "appmint/settings.hpp"

#include "appmint/installations.hpp"

#include "appmint/tokens.hpp"

#include "appmint/oauth.hpp"

#include "appmint/sessions.hpp"

#include "appmint/webhooks.hpp"

#include "appmint/operations.hpp"

#include "appmint/events.hpp"
#include "appmint/stores.hpp"
#include "appmint/transport.hpp"

#include "appmint/errors.hpp"

#endif  // APPMINT_HPP
