#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/endpoint.h"

// Types for absl flags whose errors describe the accepted values, and the list of errors of a configuration.
namespace benari {

// Seconds with a fraction, or "inf" for no limit.
struct Seconds {
  double value = 0;
  bool infinite() const;
  std::chrono::milliseconds ms() const;  // only when not infinite
};
bool AbslParseFlag(absl::string_view text, Seconds* seconds, std::string* error);
std::string AbslUnparseFlag(const Seconds& seconds);

bool AbslParseFlag(absl::string_view text, Endpoint* endpoint, std::string* error);
std::string AbslUnparseFlag(const Endpoint& endpoint);

// Returns true if the value of a flag with this name would be a password or another secret. Pure.
bool NamesASecret(absl::string_view flag);

// Collects all errors of a configuration, so that they are reported at once. Confined to one thread.
class FlagErrors {
 public:
  // Without `ok`: "--flag=value: accepted is ...".
  void Require(bool ok, absl::string_view flag, absl::string_view value, absl::string_view accepted);
  // "--flag=value: why", without a password in the value.
  void Refuse(absl::string_view flag, absl::string_view value, absl::string_view why);
  const std::vector<std::string>& lines() const { return lines_; }
  // Prints every line to stderr and exits with 2, if there is one.
  void ExitIfAny() const;

 private:
  std::vector<std::string> lines_;
};

}  // namespace benari
