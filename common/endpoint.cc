#include "common/endpoint.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace benari {

std::string Endpoint::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text) {
  const auto refuse = [text] {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not an endpoint: accepted is HOST:PORT or [IPV6]:PORT, port 0..65535"));
  };
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return refuse();
  absl::string_view host = text.substr(0, colon);
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') return refuse();
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != absl::string_view::npos) {
    return refuse();
  }
  if (host.find_first_of("[]") != absl::string_view::npos) return refuse();
  const absl::string_view digits = text.substr(colon + 1);
  const bool only_digits = digits.find_first_not_of("0123456789") == absl::string_view::npos;
  uint32_t port = 0;
  if (!only_digits || !absl::SimpleAtoi(digits, &port) || port > 65535) return refuse();
  return Endpoint(std::string(host), static_cast<uint16_t>(port));
}

}  // namespace benari
