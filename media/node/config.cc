#include "media/node/config.h"

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "common/command_line.h"
#include "media/net/own_address.h"

using benari::Endpoint;

ABSL_FLAG(
    Endpoint, grpc_listen, Endpoint("127.0.0.1", 50051),
    "address that gRPC listens on; port 0: chosen by the kernel; host self: the address of this host's name");
ABSL_FLAG(
    Endpoint, grpc_advertise, Endpoint(),
    "address at which control reaches this process; port 0: the one that is bound; host self: the address of "
    "this host's name; default: --grpc_listen");
ABSL_FLAG(std::string, grpc_tls_cert_file, "",
          "server certificate of gRPC (PEM), followed by its intermediate certificates; default: no TLS");
ABSL_FLAG(std::string, grpc_tls_key_file, "", "private key (PEM) of --grpc_tls_cert_file");
ABSL_FLAG(
    std::string, grpc_tls_client_ca_file, "",
    "CA certificates (PEM) that clients' certificates are verified against (mutual TLS); default: clients "
    "need no certificate");
ABSL_FLAG(std::string, rtp_bind, "127.0.0.1",
          "address that RTP sockets are bound to; self: the address of this host's name");
ABSL_FLAG(std::string, rtp_advertise, "",
          "host that Asterisk sends RTP to; self: the address of this host's name; default: --rtp_bind");
ABSL_FLAG(int32_t, rtp_port_min, 26500, "lowest UDP port that is leased");
ABSL_FLAG(int32_t, rtp_port_max, 26999, "highest UDP port that is leased");
ABSL_FLAG(int32_t, quarantine_ms, 1000, "time in ms for which a released port is not leased again");
ABSL_FLAG(std::string, node_name, "",
          "name of this node, which stays the same over restarts; default: the host's name");
ABSL_FLAG(int32_t, max_ttl_ms, 60000, "longest time to live that a lease may ask for, in ms");
ABSL_FLAG(double, lease_rate_per_owner, 1000,
          "new leases per second that each owner may ask for; 0: no limit");
ABSL_FLAG(int32_t, lease_burst_per_owner, 2000, "new leases that each owner may ask for at once");
ABSL_FLAG(int32_t, workers, 1, "threads that receive and send packets");
ABSL_FLAG(
    benari::media::EngineKind, io_engine, benari::media::EngineKind::kAuto,
    "system interface for packets: epoll, io_uring, or auto: io_uring if kernel and container allow it, "
    "else epoll");
ABSL_FLAG(
    int32_t, batch_window_us, 1000,
    "longest time in microseconds that a packet or a bot's message waits for others under load, so that they "
    "share a wake-up; 0: none ever waits");
ABSL_FLAG(benari::Seconds, drain_seconds, benari::Seconds{30},
          "drain timeout: time after SIGTERM in which leases may still be released");
ABSL_FLAG(Endpoint, health_listen, Endpoint(),
          "second address of the gRPC health service, without TLS and without any other service, for probes; "
          "empty: none");
ABSL_FLAG(Endpoint, metrics_listen, Endpoint("127.0.0.1", 9102),
          "address of the HTTP server for /metrics; port 0: chosen by the kernel; empty: none");
ABSL_FLAG(benari::log::Format, log_format, benari::log::Format::kText, "format of log lines: text or json");
ABSL_FLAG(benari::log::Level, log_level, benari::log::Level::kInfo,
          "lowest level that is logged: debug, info, warning or error");
ABSL_FLAG(bool, healthcheck, false,
          "ask the process that listens on --grpc_listen whether it serves, and exit with 0 (serving) or 1");

namespace benari::media {

namespace {

constexpr char kUsage[] =
    "benari-media: leases UDP ports and runs RTP sessions on them, controlled over gRPC (benari.media.v1).";

constexpr int32_t kMostLeases = 1000000;

bool IsAnyHost(const std::string& host) {
  const auto address = ParseSocketAddress(Endpoint(host, 0));
  return address.ok() && address->IsAny();
}

bool IsHost(const std::string& host) {
  if (ParseSocketAddress(Endpoint(host, 0)).ok()) return true;
  if (host.empty() || host.size() > 253) return false;
  for (const unsigned char c : host) {
    if (!isalnum(c) && c != '.' && c != '-' && c != '_') return false;
  }
  return true;
}

// Where `host` is "self", it becomes this host's address: a container cannot be told its own by a flag.
void ResolveSelf(absl::string_view flag, std::string* host, FlagErrors* errors) {
  if (*host != "self") return;
  const auto address = AddressForOthers(HostName());
  if (!address.ok()) {
    errors->Refuse(flag, "self", absl::StrCat(address.status().message(), "; name the address instead"));
  }
  *host = address.value_or("127.0.0.1");
}

void ReadGrpc(Config* config, FlagErrors* errors) {
  config->grpc_listen = absl::GetFlag(FLAGS_grpc_listen);
  ResolveSelf("grpc_listen", &config->grpc_listen.host, errors);
  const Endpoint& listen = config->grpc_listen;
  errors->Require(!listen.host.empty(), "grpc_listen", "", "HOST:PORT or [IPV6]:PORT, port 0..65535");
  config->grpc_advertise = absl::GetFlag(FLAGS_grpc_advertise);
  Endpoint& advertise = config->grpc_advertise;
  ResolveSelf("grpc_advertise", &advertise.host, errors);
  const bool reachable = !IsAnyHost(advertise.host.empty() ? listen.host : advertise.host);
  errors->Require(reachable, "grpc_advertise", advertise.host.empty() ? "" : advertise.ToString(),
                  absl::StrCat("HOST:PORT where control reaches this process, since --grpc_listen=",
                               listen.ToString(), " is no address of one host"));
  if (advertise.host.empty()) advertise = listen;
}

void ReadTls(Config* config, FlagErrors* errors) {
  config->grpc_tls = {absl::GetFlag(FLAGS_grpc_tls_client_ca_file), absl::GetFlag(FLAGS_grpc_tls_cert_file),
                      absl::GetFlag(FLAGS_grpc_tls_key_file)};
  const TlsFiles flags = GrpcTlsFlags();
  CheckTlsFiles(config->grpc_tls, flags, std::chrono::system_clock::now(), errors);
  const bool ca_alone =
      !config->grpc_tls.ca.empty() && config->grpc_tls.cert.empty() && config->grpc_tls.key.empty();
  errors->Require(!ca_alone, flags.cert, "",
                  absl::StrCat("the certificate to serve with, since --", flags.ca, " is given"));
}

void ReadLeases(Config* config, FlagErrors* errors) {
  config->max_ttl_ms = static_cast<uint32_t>(ReadInRange(FLAGS_max_ttl_ms, 1, 86400000, errors));
  const double rate = ReadInRange(FLAGS_lease_rate_per_owner, 0, kMostLeases, errors);
  const int32_t burst = ReadInRange(FLAGS_lease_burst_per_owner, 1, kMostLeases, errors);
  config->lease_rate = {rate, static_cast<double>(burst)};
}

void ReadRtp(Config* config, FlagErrors* errors) {
  std::string bind = absl::GetFlag(FLAGS_rtp_bind);
  ResolveSelf("rtp_bind", &bind, errors);
  const auto address = ParseSocketAddress(Endpoint(bind, 0));
  errors->Require(address.ok(), "rtp_bind", bind, "an IPv4 or IPv6 address of this host, 0.0.0.0 or ::");
  config->rtp_bind = address.value_or(SocketAddress());

  config->rtp_advertise = absl::GetFlag(FLAGS_rtp_advertise);
  ResolveSelf("rtp_advertise", &config->rtp_advertise, errors);
  if (config->rtp_advertise.empty() && !IsAnyHost(bind)) {
    config->rtp_advertise = bind;
  } else {
    const bool reachable = IsHost(config->rtp_advertise) && !IsAnyHost(config->rtp_advertise);
    const std::string since = absl::StrCat(", since --rtp_bind=", bind, " is no address of one host");
    errors->Require(reachable, "rtp_advertise", config->rtp_advertise,
                    absl::StrCat("the name or address, without a port, that Asterisk sends RTP to",
                                 config->rtp_advertise.empty() ? since : ""));
  }

  const int32_t min = ReadInRange(FLAGS_rtp_port_min, 1, 65535, errors);
  const int32_t max = ReadInRange(FLAGS_rtp_port_max, 1, 65535, errors);
  errors->Require(min <= max || min > 65535, "rtp_port_max", absl::StrCat(max),
                  absl::StrCat("--rtp_port_min=", min, " or more"));
  config->rtp_ports = {static_cast<uint16_t>(min), static_cast<uint16_t>(max)};
  config->quarantine = std::chrono::milliseconds(ReadInRange(FLAGS_quarantine_ms, 0, 600000, errors));
}

}  // namespace

TlsFiles GrpcTlsFlags() { return {"grpc_tls_client_ca_file", "grpc_tls_cert_file", "grpc_tls_key_file"}; }

Config ReadConfig(int argc, char** argv, FlagErrors* errors) {
  Config config;
  config.settings_files = ParseCommandLine(argc, argv, kUsage, errors);
  ReadGrpc(&config, errors);
  ReadTls(&config, errors);
  ReadRtp(&config, errors);
  config.node_name = absl::GetFlag(FLAGS_node_name);
  if (config.node_name.empty()) config.node_name = HostName();
  errors->Require(IsHost(config.node_name), "node_name", config.node_name, "1..253 of A-Z a-z 0-9 . _ -");
  ReadLeases(&config, errors);
  config.workers = static_cast<size_t>(ReadInRange(FLAGS_workers, 1, 64, errors));
  config.io_engine = absl::GetFlag(FLAGS_io_engine);
  config.batch_window = std::chrono::microseconds(ReadInRange(FLAGS_batch_window_us, 0, 10000, errors));
  config.bots = ReadBotFlags(errors);
  config.bots.links.batch_window = config.batch_window;
  config.drain = absl::GetFlag(FLAGS_drain_seconds);
  config.health_listen = absl::GetFlag(FLAGS_health_listen);
  config.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  config.log_format = absl::GetFlag(FLAGS_log_format);
  config.log_level = absl::GetFlag(FLAGS_log_level);
  config.healthcheck = absl::GetFlag(FLAGS_healthcheck);
  return config;
}

}  // namespace benari::media
