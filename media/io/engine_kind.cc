#include "media/io/engine_kind.h"

namespace benari::media {

bool AbslParseFlag(absl::string_view text, EngineKind* kind, std::string* error) {
  for (const EngineKind each : {EngineKind::kAuto, EngineKind::kEpoll, EngineKind::kIoUring}) {
    if (text == AbslUnparseFlag(each)) return *kind = each, true;
  }
  *error = "accepted is auto, epoll or io_uring";
  return false;
}

std::string AbslUnparseFlag(EngineKind kind) {
  switch (kind) {
    case EngineKind::kAuto:
      return "auto";
    case EngineKind::kEpoll:
      return "epoll";
    case EngineKind::kIoUring:
      return "io_uring";
  }
  return "";
}

}  // namespace benari::media
