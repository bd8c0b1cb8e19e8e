#include "control/page_flags.h"

#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_join.h"
#include "control/http/peers.h"

ABSL_FLAG(
    std::vector<std::string>, metrics_hosts, {},
    "names under which browsers reach --metrics_listen, such as pbx.example.com,...; IP addresses, names "
    "without a dot and those of private networks (.local, .internal, .svc) are always accepted");
ABSL_FLAG(std::vector<std::string>, peers, {},
          "other controls whose calls the live page shows too: the --metrics_listen of each, as "
          "http://HOST:PORT[,...]; this one may be among them. They are asked only while somebody looks");

namespace benari::control {

std::vector<std::string> ReadMetricsHosts(FlagErrors& errors) {
  std::vector<std::string> hosts = absl::GetFlag(FLAGS_metrics_hosts);
  for (const std::string& host : hosts) {
    errors.Require(!host.empty() && host.find_first_of(":/@ ") == std::string::npos, "metrics_hosts", host,
                   "names such as pbx.example.com, without http:// and without a port");
  }
  return hosts;
}

std::vector<net::Url> ReadPeersFlag(FlagErrors& errors) {
  const std::vector<std::string> texts = absl::GetFlag(FLAGS_peers);
  auto peers = ParsePeers(texts);
  if (peers.ok()) return *std::move(peers);
  errors.Refuse("peers", absl::StrJoin(texts, ","), peers.status().message());
  return {};
}

}  // namespace benari::control
