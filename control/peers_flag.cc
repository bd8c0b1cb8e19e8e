#include "control/peers_flag.h"

#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_join.h"
#include "control/http/peers.h"

ABSL_FLAG(std::vector<std::string>, peers, {},
          "other controls whose calls the live page shows too: the --metrics_listen of each, as "
          "http://HOST:PORT[,...]; this one may be among them. They are asked only while somebody looks");

namespace benari::control {

std::vector<net::Url> ReadPeersFlag(FlagErrors& errors) {
  const std::vector<std::string> texts = absl::GetFlag(FLAGS_peers);
  auto peers = ParsePeers(texts);
  if (peers.ok()) return *std::move(peers);
  errors.Refuse("peers", absl::StrJoin(texts, ","), peers.status().message());
  return {};
}

}  // namespace benari::control
