#include "control/call/bridge_name.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/net/url.h"
#include "control/call/webhook_settings.h"

namespace benari::control {

namespace {

constexpr size_t kLongestEncoded = 3000;  // Asterisk reads 4096 bytes of a request's first line

void Escape(std::string* out, const std::string& field) {
  for (const char c : field) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ',' || c == '%' || absl::ascii_iscntrl(byte)) {
      absl::StrAppend(out, "%", absl::Hex(byte, absl::kZeroPad2));
    } else {
      out->push_back(c);
    }
  }
}

std::string Unescape(absl::string_view field) {
  std::string text;
  for (size_t i = 0; i < field.size(); ++i) {
    uint32_t byte = 0;
    if (field[i] == '%' && absl::SimpleHexAtoi(field.substr(i + 1, 2), &byte)) {
      text.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      text.push_back(field[i]);
    }
  }
  return text;
}

}  // namespace

std::string BridgeName(const CallIdentity& call) {
  std::vector<std::string> fields = {call.caller, call.called};
  for (const std::string& argument : call.arguments) {
    if (!absl::StartsWith(argument, kDocumentSetting)) fields.push_back(argument);  // begun by then, and long
  }
  std::string name = absl::StrJoin(fields, ",", Escape);
  if (net::PercentEncode(name).size() > kLongestEncoded) return "";
  return name;
}

void ReadBridgeName(absl::string_view name, ari::Channel& caller) {
  if (name.empty()) return;
  std::vector<std::string> fields;
  for (const absl::string_view field : absl::StrSplit(name, ',')) fields.push_back(Unescape(field));
  fields.resize(std::max(fields.size(), size_t{2}));
  caller.caller_number = fields[0];
  caller.extension = fields[1];
  caller.app_args.assign(fields.begin() + 2, fields.end());
}

}  // namespace benari::control
