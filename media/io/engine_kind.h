#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace benari::media {

enum class EngineKind {
  kAuto,  // io_uring where it may be used, else epoll
  kEpoll,
  kIoUring,
};
bool AbslParseFlag(absl::string_view text, EngineKind* kind, std::string* error);
std::string AbslUnparseFlag(EngineKind kind);

}  // namespace benari::media
