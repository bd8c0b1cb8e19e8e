#include "media/node/tls_watch.h"

#include <chrono>
#include <utility>

#include "media/node/config.h"

namespace benari::media {

namespace {
constexpr std::chrono::seconds kReadEvery{1};
}

TlsWatch::TlsWatch(TlsFiles files, const Clock& clock,
                   std::function<void(std::vector<std::string>)> on_change)
    : files_(std::move(files)), clock_(clock), on_change_(std::move(on_change)), thread_([this] { Run(); }) {}

TlsWatch::~TlsWatch() {
  {
    const MutexLock lock(&mutex_);
    ending_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void TlsWatch::Run() {
  std::vector<std::string> reported, last;
  while (WaitForNextReading()) {
    FlagErrors errors;
    CheckTlsFiles(files_, GrpcTlsFlags(), clock_.WallNow(), &errors);
    const bool twice = errors.lines().empty() == last.empty();
    last = errors.lines();
    if (!twice || last.empty() == reported.empty()) continue;
    reported = last;
    on_change_(reported);
  }
}

bool TlsWatch::WaitForNextReading() {
  const auto until = std::chrono::steady_clock::now() + kReadEvery;
  const MutexLock lock(&mutex_);
  while (!ending_ && std::chrono::steady_clock::now() < until) changed_.WaitUntil(&mutex_, until);
  return !ending_;
}

}  // namespace benari::media
