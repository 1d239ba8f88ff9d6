// The users of the C++ driver: authorizations, logins, sessions. It keeps the objects that later commands need.
#include <appmint.hpp>

struct Users {
  std::optional<appmint::Authorization> authorization;
  std::optional<appmint::Login> login;
  std::optional<appmint::DeviceLogin> device;
  std::optional<appmint::Token> token;

  // Does an operation of users. Returns whether it is one.
  template <class Driver>
  bool operate(const Driver &it, const std::string &op, Output &output) {
    const auto &app = *it.app;
    if (op == "authorize") {
      appmint::AuthorizationRequest request{it.maybe("redirect_uri"), it.maybe("state"), split(it.arg("scopes")), it.maybe("login_hint"), it.maybe("prompt")};
      output.add(authorization.emplace(app.authorize(request)));
    } else if (op == "install_url") {
      output.add(authorization.emplace(app.install_url(it.arg("app_slug"), it.maybe("state"), it.maybe("redirect_uri"))));
    } else if (op == "exchange_token") {
      appmint::TokenExchange exchange{it.maybe("subject_token_type"), split(it.arg("scopes")), it.maybe("audience"), it.maybe("resource")};
      output.add(app.exchange_token(it.arg("subject_token"), exchange));
    } else if (op == "open_authorization") output.add(authorization.emplace(app.open_authorization(it.arg("sealed"))));
    else if (op == "seal_authorization") output.add("reveal.value", app.seal_authorization(authorization.value()));
    else if (op == "finish_authorization") output.add(token.emplace(app.finish_authorization(authorization.value(), it.arg("callback_url"))));
    else if (op == "exchange_code") output.add(token.emplace(app.exchange_code(it.arg("code"), it.maybe("redirect_uri"), it.maybe("code_verifier"))));
    else if (op == "refresh") output.add(token.emplace(app.refresh(it.arg("refresh_token"))));
    else if (op == "start_login") {
      appmint::LoginRequest request{split(it.arg("scopes")), it.maybe("login_hint"), it.maybe("prompt"), {}, it.maybe("path"), it.maybe("host")};
      for (const auto &port : split(it.arg("ports"))) request.ports.push_back(static_cast<std::uint16_t>(std::stoul(port)));
      output.add(login.emplace(app.start_login(request)));
    } else if (op == "login_wait") output.add(token.emplace(login.value().wait(it.ms("timeout_ms"))));
    else if (op == "login_cancel") login.value().cancel();
    else if (op == "start_device_login") {
      auto scopes = split(it.arg("scopes"));
      output.add(device.emplace(app.start_device_login({scopes.begin(), scopes.end()})));
    } else if (op == "device_poll") output.add(token.emplace(device.value().poll()));
    else if (op == "device_wait") output.add(token.emplace(device.value().wait()));
    else if (op == "device_cancel") device.value().cancel();
    else if (op == "start_session") app.start_session(it.arg("name"), token.value(), it.maybe("account_id"));
    else if (op == "end_session") app.end_session(it.arg("name"));
    else if (op == "session_token") output.add(app.session(it.arg("name")).token(it.ms("min_valid_ms")));
    else if (op == "session_invalidate") app.session(it.arg("name")).invalidate();
    else if (op == "session_revoke") app.session(it.arg("name")).revoke();
    else if (op == "session_request") output.add(app.session(it.arg("name")).request(it.arg("method"), it.arg("path"), it.options()));
    else if (op == "session_paginate") output.add(app.session(it.arg("name")).paginate(it.arg("path"), it.maybe("items"), it.options()), it.limit());
    else return false;
    return true;
  }
};
