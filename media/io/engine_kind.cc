#include "media/io/engine_kind.h"

#include "common/enum_table.h"

namespace benari::media {

namespace {
constexpr EnumRow<EngineKind> kEngines[] = {
    {EngineKind::kAuto, "auto"}, {EngineKind::kEpoll, "epoll"}, {EngineKind::kIoUring, "io_uring"}};
static_assert(IsWhole(kEngines));
}  // namespace

bool AbslParseFlag(absl::string_view text, EngineKind* kind, std::string* error) {
  return ParseWord(text, kEngines, kind, error);
}

std::string AbslUnparseFlag(EngineKind kind) { return Translate(kEngines, kind); }

}  // namespace benari::media
