#include "common/journal.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace benari {

bool StderrIsJournal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat file = {};
  return stream != nullptr && fstat(STDERR_FILENO, &file) == 0 &&
         absl::StrCat(file.st_dev, ":", file.st_ino) == stream;
}

}  // namespace benari
