#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/build_info.h"
#include "common/endpoint.h"
#include "common/flag_types.h"
#include "common/log.h"
#include "common/settings_file.h"
#include "common/tls_files.h"
#include "media/io/engine_kind.h"
#include "media/lease/port_pool.h"
#include "media/lease/token_bucket.h"
#include "media/net/socket_address.h"
#include "media/node/bot_flags.h"

namespace benari::media {

// The flags, validated, with derived defaults filled in.
struct Config {
  Endpoint grpc_listen;     // port 0: the kernel's choice
  Endpoint grpc_advertise;  // port 0: the one really bound
  TlsFiles grpc_tls;        // without `cert` gRPC is not encrypted; with `ca` it is mutual
  SocketAddress rtp_bind;   // its port is not used
  std::string rtp_advertise;
  PortRange rtp_ports;
  std::chrono::milliseconds quarantine{0};
  std::string node_name;
  uint32_t max_ttl_ms = 0;
  Rate lease_rate;  // for each owner
  size_t workers = 1;
  EngineKind io_engine = EngineKind::kAuto;
  std::chrono::microseconds batch_window{0};
  Seconds drain;
  BotFlags bots;
  Endpoint health_listen;   // empty host: none
  Endpoint metrics_listen;  // empty host: none
  log::Format log_format = log::Format::kText;
  log::Level log_level = log::Level::kInfo;
  bool healthcheck = false;
  std::vector<SettingsFile> settings_files;  // as they were read
  BuildInfo build;                           // set by main
};

// The names of the flags that name the files of `grpc_tls`.
TlsFiles GrpcTlsFlags();

// From the command line. Every mistake goes to `errors`; the result is good only without one.
Config ReadConfig(int argc, char** argv, FlagErrors* errors);

}  // namespace benari::media
