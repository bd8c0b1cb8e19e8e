// One text as the answer of a webhook.
#include <string>
#include <variant>

#include "control/twiml/parser.h"
#include "control/twiml/values.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace benari::control::twiml {
namespace {

using fuzz::Require;

constexpr size_t kLongestLine = 400;

void CheckLine(absl::string_view line) {
  Require(!line.empty() && line.size() <= kLongestLine, "a line is empty or too long");
  for (const char c : line) Require(c >= ' ' && c <= '~', "a line is not printable");
}

void CheckDocument(const std::string& text) {
  const auto document = Parse(text);
  if (!document.ok()) return CheckLine(document.status().message());
  Require(IsXmlText(text), "taken from bytes that are no text");
  Require(document->verbs.size() <= kMaxVerbs, "too many verbs");
  Require(document->warnings.size() <= kMaxWarnings + 1, "too many warnings");
  for (const std::string& warning : document->warnings) CheckLine(warning);
  for (const Verb& verb : document->verbs) {
    const auto* const dial = std::get_if<Dial>(&verb);
    const auto* const stream = std::get_if<ConnectStream>(&verb);
    const auto* const say = std::get_if<Say>(&verb);
    Require(dial == nullptr || !dial->targets.empty(), "nobody to dial");
    Require(stream == nullptr || !stream->url.empty(), "a stream without a URL");
    Require(say == nullptr || IsXmlText(say->text), "says what is no text");
  }
}

}  // namespace
}  // namespace benari::control::twiml

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  benari::control::twiml::CheckDocument(benari::fuzz::Input(data, size).Rest());
  return 0;
}
