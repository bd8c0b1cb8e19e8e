#include "common/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace benari {

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t max_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text(max_bytes + 1, '\0');
  size_t size = 0;
  ssize_t got = fd < 0 ? -1 : 1;
  while (got > 0 && size < text.size()) {
    got = read(fd, text.data() + size, text.size() - size);
    if (got > 0) size += static_cast<size_t>(got);
  }
  const int error = errno;
  if (fd >= 0) close(fd);
  if (got < 0 && error == EISDIR) {
    return absl::InvalidArgumentError(
        "it is a directory, which is what a mount makes of a source that is missing");
  }
  if (got < 0) return absl::InvalidArgumentError(std::strerror(error));
  if (size > max_bytes)
    return absl::InvalidArgumentError(absl::StrCat("it is longer than ", max_bytes, " bytes"));
  text.resize(size);
  return text;
}

}  // namespace benari
