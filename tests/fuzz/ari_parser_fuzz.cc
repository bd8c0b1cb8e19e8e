// One text as an event and as each body that Asterisk sends.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "control/ari/body_parser.h"
#include "control/ari/event_parser.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace benari::control::ari {
namespace {

using fuzz::Require;

constexpr size_t kMaxErrorBytes = 300;

bool IsOneLine(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

template <typename T>
void CheckRefusal(const absl::StatusOr<T>& parsed) {
  if (parsed.ok()) return;
  Require(parsed.status().code() == absl::StatusCode::kInvalidArgument, "a refusal of another kind");
  const absl::string_view why = parsed.status().message();
  Require(!why.empty() && why.size() <= kMaxErrorBytes && IsOneLine(why), "a refusal that is no short line");
}

void CheckErrorMessage(absl::string_view body) {
  const std::string message = ParseErrorMessage(body);
  Require(message.size() <= 200, "an error message above its limit");
  Require(IsOneLine(message), "an error message of several lines");
  try {
    (void)nlohmann::json(message).dump();
  } catch (const nlohmann::json::exception&) {
    Require(false, "an error message cut in the midst of a character");
  }
}

}  // namespace
}  // namespace benari::control::ari

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace benari::control::ari;
  const std::string text = benari::fuzz::Input(data, size).Rest();
  CheckRefusal(ParseEvent(text));
  CheckRefusal(ParseChannel(text));
  CheckRefusal(ParseChannels(text));
  CheckRefusal(ParseBridge(text));
  CheckRefusal(ParseBridges(text));
  CheckRefusal(ParseApplication(text));
  CheckErrorMessage(text);
  return 0;
}
