#include "control/http/peer_summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace benari::control {

namespace {

// A key takes ordered_json as long as there are others, so that an object of many would hold up the loop.
using Untrusted = nlohmann::json;

constexpr size_t kMostPhases = 100;  // of a call; there are fewer

using IsType = bool (*)(const Untrusted& value);

struct Field {
  const char* name;
  IsType is_type;
};

constexpr IsType kText = [](const Untrusted& value) { return value.is_string(); };
constexpr IsType kNumber = [](const Untrusted& value) { return value.is_number(); };
constexpr IsType kBoolean = [](const Untrusted& value) { return value.is_boolean(); };

constexpr Field kSummaryFields[] = {{"owner", kText},      {"app", kText},      {"state", kText},
                                    {"version", kText},    {"asterisk", kText}, {"calls", kNumber},
                                    {"max_calls", kNumber}};
constexpr Field kCallFields[] = {
    {"id", kText}, {"phase", kText}, {"age_ms", kNumber}, {"warned", kBoolean}, {"node", kText}};

absl::Status NotUsable(const char* name) {
  return absl::InvalidArgumentError(absl::StrCat("no usable '", name, "'"));
}

// Copies `fields` of `from`, which may be anything. INVALID_ARGUMENT: one is missing, or of another type.
template <size_t kSize>
absl::StatusOr<Json> Copy(const Untrusted& from, const Field (&fields)[kSize]) {
  if (!from.is_object()) return absl::InvalidArgumentError("no object");
  Json copy = Json::object();
  for (const Field& field : fields) {
    const auto value = from.find(field.name);
    if (value == from.end() || !field.is_type(*value)) return NotUsable(field.name);
    copy[field.name] = *value;
  }
  return copy;
}

// In the order in which they began.
absl::StatusOr<Json> CopyPhases(const Untrusted& call) {
  const auto phases = call.find("phases_ms");
  if (phases == call.end() || !phases->is_object() || phases->size() > kMostPhases)
    return NotUsable("phases_ms");
  std::vector<std::pair<double, std::string>> began;
  for (const auto& [phase, at] : phases->items()) {
    if (!at.is_number()) return NotUsable("phases_ms");
    began.emplace_back(at.get<double>(), phase);
  }
  std::sort(began.begin(), began.end());
  Json copy = Json::object();
  for (const auto& [at, phase] : began) copy[phase] = at;
  return copy;
}

absl::StatusOr<Json> CopyCall(const Untrusted& from) {
  absl::StatusOr<Json> call = Copy(from, kCallFields);
  if (!call.ok()) return call.status();
  absl::StatusOr<Json> phases = CopyPhases(from);
  if (!phases.ok()) return phases.status();
  (*call)["phases_ms"] = *std::move(phases);
  return call;
}

}  // namespace

absl::StatusOr<PeerSummary> ParsePeerSummary(const std::string& text, size_t most_calls) {
  const Untrusted all = Untrusted::parse(text, nullptr, /*allow_exceptions=*/false);
  if (all.is_discarded()) return absl::InvalidArgumentError("no JSON");
  absl::StatusOr<Json> shown = Copy(all, kSummaryFields);
  if (!shown.ok()) return shown.status();
  const auto instance = all.find("instance");
  const auto calls = all.find("calls_now");
  if (instance == all.end() || !instance->is_string()) return NotUsable("instance");
  if (calls == all.end() || !calls->is_array()) return NotUsable("calls_now");
  Json calls_now = Json::array();
  for (const Untrusted& call : *calls) {
    if (calls_now.size() == most_calls) break;
    absl::StatusOr<Json> copy = CopyCall(call);
    if (!copy.ok()) return absl::InvalidArgumentError(absl::StrCat("a call: ", copy.status().message()));
    calls_now.push_back(*std::move(copy));
  }
  (*shown)["calls_now"] = std::move(calls_now);
  const bool stands_by = shown->at("state") == "standing_by";
  return PeerSummary{instance->get<std::string>(), stands_by,
                     std::make_shared<const Json>(*std::move(shown))};
}

}  // namespace benari::control
