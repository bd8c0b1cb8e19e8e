#include "common/http/host.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace benari::http {

namespace {

// Domains that cannot be registered in public DNS: RFC 6761, 6762, 8375, ICANN's .internal, Kubernetes' .svc.
constexpr const char* kPrivateDomains[] = {".localhost", ".local",     ".internal", ".svc",
                                           ".test",      ".home.arpa", ".invalid"};

bool IsAddress(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::string NameOf(absl::string_view host_header) {
  absl::string_view host = host_header;
  if (absl::ConsumePrefix(&host, "[")) {
    host = host.substr(0, host.find(']'));
  } else {
    host = host.substr(0, host.rfind(':'));
  }
  absl::ConsumeSuffix(&host, ".");
  return absl::AsciiStrToLower(host);
}

}  // namespace

bool MayAnswerHost(absl::string_view host_header, const std::vector<std::string>& names) {
  const std::string host = NameOf(host_header);
  if (!absl::StrContains(host, '.') || IsAddress(host)) return true;
  for (const char* domain : kPrivateDomains) {
    if (absl::EndsWith(host, domain)) return true;
  }
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return absl::EqualsIgnoreCase(name, host); });
}

}  // namespace benari::http
