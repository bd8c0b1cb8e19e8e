#include "control/http/peer_summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::control {

namespace {

constexpr size_t kMostPhases = 100;  // of a call; there are fewer

using IsType = bool (*)(const Json& value);

struct Field {
  const char* name;
  IsType is_type;
};

constexpr IsType kText = [](const Json& value) { return value.is_string(); };
constexpr IsType kNumber = [](const Json& value) { return value.is_number(); };
constexpr IsType kBoolean = [](const Json& value) { return value.is_boolean(); };
constexpr IsType kNumbers = [](const Json& value) {
  return value.is_object() && value.size() <= kMostPhases &&
         std::all_of(value.begin(), value.end(), [](const Json& each) { return each.is_number(); });
};

constexpr Field kSummaryFields[] = {{"owner", kText},      {"app", kText},      {"state", kText},
                                    {"version", kText},    {"asterisk", kText}, {"calls", kNumber},
                                    {"max_calls", kNumber}};
constexpr Field kCallFields[] = {{"id", kText},           {"phase", kText},     {"age_ms", kNumber},
                                 {"phases_ms", kNumbers}, {"warned", kBoolean}, {"node", kText}};

// Copies `fields` of `from`, which may be anything. INVALID_ARGUMENT: one is missing, or of another type.
template <size_t kSize>
absl::StatusOr<Json> Copy(const Json& from, const Field (&fields)[kSize]) {
  if (!from.is_object()) return absl::InvalidArgumentError("no object");
  Json copy = Json::object();
  for (const Field& field : fields) {
    const auto value = from.find(field.name);
    if (value == from.end() || !field.is_type(*value))
      return absl::InvalidArgumentError(absl::StrCat("no usable '", field.name, "'"));
    copy[field.name] = *value;
  }
  return copy;
}

}  // namespace

absl::StatusOr<PeerSummary> ParsePeerSummary(const std::string& text, size_t most_calls) {
  const Json all = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (all.is_discarded()) return absl::InvalidArgumentError("no JSON");
  absl::StatusOr<Json> shown = Copy(all, kSummaryFields);
  if (!shown.ok()) return shown.status();
  const auto instance = all.find("instance");
  const auto calls = all.find("calls_now");
  if (instance == all.end() || !instance->is_string())
    return absl::InvalidArgumentError("no usable 'instance'");
  if (calls == all.end() || !calls->is_array()) return absl::InvalidArgumentError("no usable 'calls_now'");
  Json calls_now = Json::array();
  for (const Json& call : *calls) {
    if (calls_now.size() == most_calls) break;
    absl::StatusOr<Json> copy = Copy(call, kCallFields);
    if (!copy.ok()) return absl::InvalidArgumentError(absl::StrCat("a call: ", copy.status().message()));
    calls_now.push_back(*std::move(copy));
  }
  (*shown)["calls_now"] = std::move(calls_now);
  const bool stands_by = shown->at("state") == "standing_by";
  return PeerSummary{instance->get<std::string>(), stands_by,
                     std::make_shared<const Json>(*std::move(shown))};
}

}  // namespace benari::control
