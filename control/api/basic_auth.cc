#include "control/api/basic_auth.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace benari::control::api {

namespace {
constexpr absl::string_view kScheme = "Basic ";
}

BasicAuth::BasicAuth(absl::string_view user, absl::string_view password)
    : expected_(DigestOf(absl::StrCat(user, ":", password))) {}

void BasicAuth::set_credentials(absl::string_view user, absl::string_view password) {
  expected_ = DigestOf(absl::StrCat(user, ":", password));
}

BasicAuth::Digest BasicAuth::DigestOf(absl::string_view text) {
  Digest digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

bool BasicAuth::IsRight(absl::string_view authorization) const {
  std::string given;
  const bool readable =
      absl::StartsWithIgnoreCase(authorization, kScheme) &&
      absl::Base64Unescape(absl::StripAsciiWhitespace(authorization.substr(kScheme.size())), &given);
  const Digest digest = DigestOf(given);
  return CRYPTO_memcmp(digest.data(), expected_.data(), digest.size()) == 0 && readable;
}

BasicAuth::Result BasicAuth::Check(absl::string_view authorization, const std::string& peer,
                                   Clock::Time now) {
  const auto found = failures_.find(peer);
  if (found != failures_.end() && now - found->second.last >= kFailuresLast) {
    failures_.erase(found);
  } else if (found != failures_.end() && found->second.count >= kMostFailures) {
    return Result::kTooMany;
  }
  if (authorization.empty()) return Result::kMissing;
  if (!IsRight(authorization)) {
    NoteFailure(peer, now);
    return Result::kWrong;
  }
  failures_.erase(peer);
  return Result::kGood;
}

void BasicAuth::NoteFailure(const std::string& peer, Clock::Time now) {
  if (!failures_.contains(peer) && failures_.size() >= kMostAddresses) {
    failures_.erase(std::min_element(failures_.begin(), failures_.end(), [](const auto& a, const auto& b) {
      return a.second.last < b.second.last;
    }));
  }
  Failures& failures = failures_[peer];
  ++failures.count;
  failures.last = now;
}

}  // namespace benari::control::api
