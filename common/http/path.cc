#include "common/http/path.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace benari::http {

std::string PathOf(const std::string& target) {
  std::string path;
  for (size_t i = 0; i < target.size() && target[i] != '?' && target[i] != '#'; ++i) {
    const bool encoded = target[i] == '%' && i + 2 < target.size() && absl::ascii_isxdigit(target[i + 1]) &&
                         absl::ascii_isxdigit(target[i + 2]);
    path += encoded ? absl::HexStringToBytes(target.substr(i + 1, 2)) : target.substr(i, 1);
    if (encoded) i += 2;
  }
  return path;
}

std::string QueryOf(const std::string& target) {
  const std::string whole = target.substr(0, target.find('#'));
  const size_t mark = whole.find('?');
  return mark == std::string::npos ? "" : whole.substr(mark + 1);
}

}  // namespace benari::http
