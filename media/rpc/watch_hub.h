#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "media/lease/session_view.h"

namespace grpc {
class CallbackServerContext;
template <class W>
class ServerWriteReactor;
}  // namespace grpc

namespace benari::media {

namespace v1 {
class WatchSessionsResponse;
}

class Watcher;

// The streams of WatchSessions. Thread-safe.
class WatchHub {
 public:
  static constexpr size_t kMaxWatchers = 100;
  static constexpr size_t kMaxWaitingEvents = 1000;  // a watcher; then it is ended with RESOURCE_EXHAUSTED

  // `node` is waited for where it is needed: known once the server listens.
  explicit WatchHub(std::shared_future<NodeInfo> node) : node_(std::move(node)) {}

  // How long a watcher that was ended may take to read what is on its way; then its stream is cancelled.
  static constexpr std::chrono::seconds kEndMayTake{1};

  // For gRPC, which runs it until it is over. `owner_name` empty: of all.
  grpc::ServerWriteReactor<v1::WatchSessionsResponse>* NewWatcher(grpc::CallbackServerContext* context,
                                                                  const std::string& owner_name)
      ABSL_LOCKS_EXCLUDED(mutex_);

  const std::shared_future<NodeInfo>& node() const { return node_; }

  // A stream that ends at once.
  grpc::ServerWriteReactor<v1::WatchSessionsResponse>* NewRefusal(const absl::Status& status);

  // To every watcher of the owner.
  void Publish(const SessionEvent& event) ABSL_LOCKS_EXCLUDED(mutex_);

  // Cancels the streams of watchers that do not read their end. To be called a few times a second.
  void OnTime(Clock::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends every stream with UNAVAILABLE, and those to come at once.
  void End() ABSL_LOCKS_EXCLUDED(mutex_);
  size_t watchers() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class Watcher;
  void Remove(Watcher* watcher) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::shared_future<NodeInfo> node_;
  mutable Mutex mutex_;
  absl::flat_hash_set<Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace benari::media
