#pragma once

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/flag_types.h"

namespace benari::bench {

struct PortRange {
  int first = 0;
  int last = 0;
};

// Reads "FIRST-LAST", the value of --ports; adds any other text to `errors`. Pure.
inline PortRange ReadPorts(const std::string& text, FlagErrors* errors) {
  const std::pair<std::string, std::string> ends = absl::StrSplit(text, absl::MaxSplits('-', 1));
  PortRange ports;
  const bool numbers =
      absl::SimpleAtoi(ends.first, &ports.first) && absl::SimpleAtoi(ends.second, &ports.last);
  errors->Require(numbers && ports.first >= 1 && ports.first <= ports.last && ports.last <= 65535, "ports",
                  text, "FIRST-LAST, both 1..65535");
  return ports;
}

}  // namespace benari::bench
