#include "media/io/engine_choice.h"

#include "absl/strings/str_cat.h"
#include "media/io/epoll_engine.h"
#include "media/io/io_uring_engine.h"

namespace benari::media {

absl::StatusOr<Engines> NewIoEngines(EngineKind kind, size_t count, const Clock& clock,
                                     Clock::Duration batch_window) {
  Engines made;
  made.kind = kind == EngineKind::kEpoll ? EngineKind::kEpoll : EngineKind::kIoUring;
  while (made.engines.size() < count) {
    auto engine = made.kind == EngineKind::kIoUring ? NewIoUringEngine(clock, batch_window)
                                                    : EpollEngine::Create(clock, batch_window);
    if (engine.ok()) {
      made.engines.push_back(*std::move(engine));
    } else if (kind == EngineKind::kAuto && made.kind == EngineKind::kIoUring) {
      made.no_io_uring = std::string(engine.status().message());
      made.kind = EngineKind::kEpoll;
      made.engines.clear();
    } else if (kind == EngineKind::kIoUring) {
      return absl::UnavailableError(
          absl::StrCat("--io_engine=io_uring: ", engine.status().message(), "; epoll works"));
    } else {
      return engine.status();
    }
  }
  return made;
}

}  // namespace benari::media
