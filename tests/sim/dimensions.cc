#include "tests/sim/dimensions.h"

#include <vector>

#include "absl/strings/str_split.h"

namespace benari::sim {

std::string ToString(Dimension dimension) {
  switch (dimension) {
    case Dimension::kLatePhones:
      return "late_phones";
    case Dimension::kLists:
      return "lists";
    case Dimension::kReentry:
      return "reentry";
    case Dimension::kTransfers:
      return "transfers";
    case Dimension::kMoves:
      return "moves";
    case Dimension::kMachines:
      return "machines";
    case Dimension::kStandbys:
      return "standbys";
    case Dimension::kFailFast:
      return "fail_fast";
    case Dimension::kSlowRenewal:
      return "slow_renewal";
    case Dimension::kWatches:
      return "watches";
    case Dimension::kAudio:
      return "audio";
    case Dimension::kLimits:
      return "limits";
    case Dimension::kBots:
      return "bots";
    case Dimension::kWebhooks:
      return "webhooks";
    case Dimension::kOrders:
      return "orders";
    case Dimension::kAttended:
      return "attended";
    case Dimension::kDialOuts:
      return "dial_outs";
    case Dimension::kOwners:
      return "owners";
  }
  return "?";
}

const Dimensions& UsualDimensions() {
  static const auto& usual = *new Dimensions(*ParseDimensions(
      "late_phones,lists,reentry,transfers,moves,fail_fast,slow_renewal,watches,bots,webhooks"));
  return usual;
}

std::optional<Dimensions> ParseDimensions(const std::string& text) {
  if (text == "usual") return UsualDimensions();
  Dimensions parsed;
  if (text == "none") return parsed;
  for (int i = 0; i < kDimensions && text == "all"; ++i) parsed.insert(static_cast<Dimension>(i));
  if (text == "all") return parsed;
  const std::vector<std::string> names = absl::StrSplit(text, ',');
  for (const std::string& name : names) {
    const size_t before = parsed.size();
    for (int i = 0; i < kDimensions; ++i) {
      const auto dimension = static_cast<Dimension>(i);
      if (ToString(dimension) == name) parsed.insert(dimension);
    }
    if (parsed.size() == before) return std::nullopt;
  }
  return parsed;
}

}  // namespace benari::sim
