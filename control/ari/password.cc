#include "control/ari/password.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace benari::control {

namespace {

constexpr size_t kMaxBytes = 4096;
constexpr char kAccepted[] = "accepted is one line of text with the password";

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(what, "; ", kAccepted));
}

}  // namespace

absl::StatusOr<std::string> ParsePassword(absl::string_view text) {
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // as editors of Windows begin a file
  text = absl::StripTrailingAsciiWhitespace(text);
  if (text.empty()) return Refuse("it is empty");
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return Refuse("it holds several lines, or bytes that are no text, as UTF-16 does");
  }
  return std::string(text);
}

absl::StatusOr<std::string> ReadPasswordFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text(kMaxBytes + 1, '\0');
  size_t size = 0;
  ssize_t got = fd < 0 ? -1 : 1;
  while (got > 0 && size < text.size()) {
    got = read(fd, text.data() + size, text.size() - size);
    if (got > 0) size += static_cast<size_t>(got);
  }
  const int error = errno;
  if (fd >= 0) close(fd);
  if (got < 0 && error == EISDIR) {
    return Refuse("it is a directory, which is what a mount makes of a source that is missing");
  }
  if (got < 0) return Refuse(std::strerror(error));
  if (size > kMaxBytes) return Refuse(absl::StrCat("it is longer than ", kMaxBytes, " bytes"));
  text.resize(size);
  return ParsePassword(text);
}

}  // namespace benari::control
