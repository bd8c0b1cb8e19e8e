#include "control/api_flags.h"

#include <chrono>
#include <utility>

#include "absl/flags/flag.h"
#include "common/network_reach.h"

using benari::Endpoint;

ABSL_FLAG(Endpoint, api_listen, Endpoint(),
          "the REST API for bots (Twilio's Calls resource: make, read, redirect, hang up calls); without "
          "--api_tls_cert_file only on loopback or a private network; port 0: any; empty: none");
ABSL_FLAG(
    std::string, api_account_file, "",
    "file with the account that may use --api_listen, and whose token signs webhooks: the lines account_sid: "
    "AC... and auth_token: ...");
ABSL_FLAG(std::string, api_tls_cert_file, "",
          "server certificate of --api_listen (PEM), followed by its intermediate certificates; default: no "
          "TLS");
ABSL_FLAG(std::string, api_tls_key_file, "", "private key (PEM) of --api_tls_cert_file");

namespace benari::control {

namespace {

// Without --api_listen too: webhooks are signed with its token.
api::Account ReadAccount(FlagErrors& errors) {
  const std::string path = absl::GetFlag(FLAGS_api_account_file);
  if (path.empty()) return {};
  auto account = api::ReadAccountFile(path);
  if (account.ok()) return *std::move(account);
  errors.Refuse("api_account_file", path, account.status().message());
  return {};
}

}  // namespace

ApiConfig ReadApiFlags(FlagErrors& errors) {
  ApiConfig config;
  config.account = ReadAccount(errors);
  config.listen = absl::GetFlag(FLAGS_api_listen);
  if (config.listen.host.empty()) return config;
  config.tls = {"", absl::GetFlag(FLAGS_api_tls_cert_file), absl::GetFlag(FLAGS_api_tls_key_file)};
  CheckTlsFiles(config.tls, {"", "api_tls_cert_file", "api_tls_key_file"}, std::chrono::system_clock::now(),
                &errors);
  const bool encrypted = !config.tls.cert.empty();
  errors.Require(encrypted || !IsOpenToStrangers(config.listen), "api_listen", config.listen.ToString(),
                 "an address of loopback or of a private network, such as 127.0.0.1:8081, or any with "
                 "--api_tls_cert_file and --api_tls_key_file");
  errors.Require(!absl::GetFlag(FLAGS_api_account_file).empty(), "api_account_file", "",
                 "the file with the account for --api_listen");
  return config;
}

std::vector<std::string> ApiFiles() {
  std::vector<std::string> files;
  for (const auto* flag : {&FLAGS_api_account_file, &FLAGS_api_tls_cert_file, &FLAGS_api_tls_key_file}) {
    if (std::string path = absl::GetFlag(*flag); !path.empty()) files.push_back(std::move(path));
  }
  return files;
}

}  // namespace benari::control
