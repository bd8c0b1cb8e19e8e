#include "control/record/call_sid.h"

#include <openssl/evp.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace benari::control {

namespace {
constexpr size_t kSidBytes = 16;
}

std::string CallSid(const std::string& owner, const std::string& call_id) {
  const std::string name = absl::StrCat(owner, ".", call_id);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(name.data(), name.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return absl::StrCat("CA", absl::BytesToHexString(
                                absl::string_view(reinterpret_cast<const char*>(digest.data()), kSidBytes)));
}

}  // namespace benari::control
