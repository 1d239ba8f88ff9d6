// The app's key stays in a service that signs over HTTP, such as a cloud's KMS.
//
//   c++ -std=c++17 signer_kms.cpp $(pkg-config --cflags --libs appmint libcurl) -o signer_kms
//   KMS_TOKEN=... ./signer_kms SIGNING_URL INSTALLATION_ID
//
// The service answers a POST of the message with the RS256 signature, both as bytes. The rest of the app comes from the
// environment: see docs/environment.md.

#include <appmint.hpp>
#include <curl/curl.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>

static std::size_t append(char *bytes, std::size_t size, std::size_t count, void *text) {
  static_cast<std::string *>(text)->append(bytes, size * count);
  return size * count;
}

static std::string sign(const std::string &url, std::string_view message) {
  std::unique_ptr<CURL, void (*)(CURL *)> curl(curl_easy_init(), curl_easy_cleanup);
  std::unique_ptr<curl_slist, void (*)(curl_slist *)> headers(
      curl_slist_append(nullptr, "Content-Type: application/octet-stream"), curl_slist_free_all);
  if (!curl || !headers) throw std::bad_alloc();
  std::string signature;
  long status = 0;
  const char *token = std::getenv("KMS_TOKEN");
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
  curl_easy_setopt(curl.get(), CURLOPT_XOAUTH2_BEARER, token ? token : "");
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(message.size()));
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, message.data());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &signature);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 10000L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  CURLcode result = curl_easy_perform(curl.get());
  if (result != CURLE_OK) throw appmint::CallbackFailure(curl_easy_strerror(result), true);
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    throw appmint::CallbackFailure("the KMS answered " + std::to_string(status), status >= 500 || status == 429);
  return signature;
}

int main(int argc, char **argv) try {
  if (argc < 3) {
    std::cerr << "usage: signer_kms SIGNING_URL INSTALLATION_ID\n";
    return 1;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  std::string url = argv[1];
  auto app = appmint::App::Builder()
                 .environment("APPMINT_")
                 .signer([url](std::string_view message) { return sign(url, message); })
                 .build();
  auto token = app.installation(argv[2]).token();
  auto left = *token.expires_at() - std::chrono::system_clock::now();
  std::cout << "valid for " << std::chrono::duration_cast<std::chrono::seconds>(left).count() << " s\n";
} catch (const std::exception &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
