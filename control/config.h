#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/endpoint.h"
#include "common/log.h"
#include "common/net/url.h"
#include "common/settings_file.h"
#include "common/tls_files.h"
#include "control/api_flags.h"
#include "control/app/stasis_app.h"
#include "control/ari/access.h"
#include "control/ari/http_client.h"
#include "control/call/call_config.h"
#include "control/grpc/grpc_media_client.h"
#include "control/nodes/lease_keeper.h"
#include "control/nodes/media_targets.h"
#include "control/speech/command_speech.h"
#include "control/webhook/webhook_sender.h"

namespace benari::control {

// The configuration from flags, files of flags, password file and environment, validated.
struct Config {
  ari::Access ari;
  ari::HttpClientLimits http;
  CallConfig call;
  StasisApp::Options app;
  GrpcMediaClient::Options media;
  LeaseKeeper::Options keeper;
  WebhookOptions webhook;
  std::optional<SpeechOptions> speech;  // nullopt: nothing is said
  MediaTargets media_targets;
  std::chrono::milliseconds drain{10000};
  bool stand_by_when_replaced = false;  // false: the process ends
  bool standby = false;
  bool fenced = false;  // see Standby::Options
  std::chrono::milliseconds standby_patience{5000};
  Endpoint metrics_listen;  // without a host: no metrics
  std::vector<std::string> metrics_hosts;
  std::vector<net::Url> peers;
  ApiConfig api;
  log::Format log_format = log::Format::kText;
  log::Level log_level = log::Level::kInfo;
  bool healthcheck = false;
  bool check = false;
  std::vector<SettingsFile> settings_files;  // as they were read
};

// Returns the names of the flags for the files of `media.tls`.
TlsFiles MediaTlsFlags();

// Reads again what the flags name: the password of ARI, CA files, account and certificate of the API, the
// token of webhooks. Returns every error, one a line; `config` has the new ones only if there is none.
// Blocks.
std::vector<std::string> ReadSecretsAgain(Config* config);

// Returns the files that ReadSecretsAgain reads. (gRPC follows its own by itself.)
std::vector<std::string> SecretFiles();

// Reads the command line. Prints every error, one per line, and exits with 2 if there is one.
Config ReadConfig(int argc, char** argv);

}  // namespace benari::control
