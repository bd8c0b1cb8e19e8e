#pragma once

#include <array>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "common/clock.h"

namespace benari::control::api {

// HTTP Basic authentication (RFC 7617) of one user, with a limit of wrong attempts an address. Pure.
// Confined to one thread.
class BasicAuth {
 public:
  enum class Result { kGood, kMissing, kWrong, kTooMany };

  static constexpr int kMostFailures = 10;  // in a row; then an address is refused, whatever it sends
  static constexpr std::chrono::seconds kFailuresLast{60};  // since the last one
  static constexpr size_t kMostAddresses = 1000;  // beyond: the one that failed longest ago is forgotten

  BasicAuth(absl::string_view user, absl::string_view password);
  void set_credentials(absl::string_view user, absl::string_view password);

  // Of a request with this Authorization header; "": it has none. Takes equally long for whatever is wrong.
  Result Check(absl::string_view authorization, const std::string& peer, Clock::Time now);

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Failures {
    int count = 0;
    Clock::Time last{};
  };

  static Digest DigestOf(absl::string_view text);
  bool IsRight(absl::string_view authorization) const;
  void NoteFailure(const std::string& peer, Clock::Time now);

  Digest expected_;                           // of "user:password"
  std::map<std::string, Failures> failures_;  // by address
};

}  // namespace benari::control::api
