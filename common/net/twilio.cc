#include "common/net/twilio.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace benari::net {

std::string TwilioSignature(absl::string_view auth_token, absl::string_view url, const Form& form) {
  std::string text(url);
  const std::set<std::pair<std::string, std::string>> sorted(form.begin(), form.end());
  for (const auto& [name, value] : sorted) absl::StrAppend(&text, name, value);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int bytes = 0;
  HMAC(EVP_sha1(), auth_token.data(), static_cast<int>(auth_token.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &bytes);
  return absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(digest.data()), bytes));
}

}  // namespace benari::net
