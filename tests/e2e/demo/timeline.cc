#include "tests/e2e/demo/timeline.h"

#include <cstdio>

namespace benari::e2e {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void Timeline::PrintHead() { std::printf("%8s  %-9s  %-24s\n", "ms", "phase", "what"); }

void Timeline::Add(const LogLine& line) {
  const std::string id = line.Field("call");
  if (id.empty()) return;
  std::lock_guard lock(mutex_);
  CallSeen& call = calls_.try_emplace(id, CallSeen{steady_clock::now()}).first->second;
  newest_ = id;
  const std::string message = line.message();
  if (message == "phase") {
    call.phase = line.Field("phase");
    Print(call, call.phase + " begins", "");
  } else {
    Print(call, message, line.OtherFields());
  }
  if (message == "call ended") call.ended = true;
  ++messages_[message];
  changed_.notify_all();
}

void Timeline::Note(const std::string& what, const std::string& details) {
  std::lock_guard lock(mutex_);
  const auto call = calls_.find(newest_);
  if (call != calls_.end() && !call->second.ended) Print(call->second, what, details);
}

bool Timeline::WaitFor(const std::string& message, milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return messages_.count(message) > 0; });
}

void Timeline::Print(const CallSeen& call, const std::string& what, const std::string& details) {
  const auto ms = std::chrono::duration_cast<milliseconds>(steady_clock::now() - call.began).count();
  std::printf("%8lld  %-9s  %-24s  %s\n", static_cast<long long>(ms), call.phase.c_str(), what.c_str(),
              details.c_str());
  std::fflush(stdout);
}

}  // namespace benari::e2e
