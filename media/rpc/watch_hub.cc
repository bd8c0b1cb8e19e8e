#include "media/rpc/watch_hub.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "benari/media/v1/media.pb.h"
#include "media/rpc/convert.h"

namespace benari::media {

using Message = std::shared_ptr<const v1::WatchSessionsResponse>;

// One stream: at most one write is on its way, the others wait. Deletes itself when gRPC is done with it.
// Its mutex is taken inside the hub's, never the other way round. Thread-safe.
class Watcher : public grpc::ServerWriteReactor<v1::WatchSessionsResponse> {
 public:
  Watcher(WatchHub* hub, grpc::CallbackServerContext* context, std::string owner_name)
      : hub_(hub), context_(context), owner_name_(std::move(owner_name)) {}

  bool Wants(const std::string& owner_name) const { return owner_name_.empty() || owner_name_ == owner_name; }

  void Push(Message message) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    if (end_) return;
    if (waiting_.size() >= WatchHub::kMaxWaitingEvents) {
      return EndLocked({grpc::StatusCode::RESOURCE_EXHAUSTED,
                        absl::StrCat(waiting_.size(), " events wait to be read: list and watch again")});
    }
    waiting_.push_back(std::move(message));
    if (waiting_.size() == 1) StartWrite(waiting_.front().get());
  }

  void End(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    EndLocked(status);
  }

  // A write that the client does not take would hold the end back for as long as the client lives.
  void OnTime(Clock::Time now) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(&mutex_);
      if (!end_) return;
      if (!ends_since_) ends_since_ = now;
      if (now - *ends_since_ < WatchHub::kEndMayTake) return;
    }
    context_->TryCancel();
  }

 private:
  // gRPC wants no Finish while a write is on its way.
  void EndLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (end_) return;
    end_ = status;
    if (waiting_.empty()) Finish(status);
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    waiting_.pop_front();
    if (!end_ && !ok) end_ = grpc::Status(grpc::StatusCode::CANCELLED, "the watcher is gone");
    if (end_) {
      waiting_.clear();
      return Finish(*end_);
    }
    if (!waiting_.empty()) StartWrite(waiting_.front().get());
  }

  void OnCancel() override { End(grpc::Status(grpc::StatusCode::CANCELLED, "the watcher is gone")); }

  void OnDone() override {
    hub_->Remove(this);
    delete this;
  }

  WatchHub* const hub_;
  grpc::CallbackServerContext* const context_;
  const std::string owner_name_;
  Mutex mutex_;
  std::deque<Message> waiting_ ABSL_GUARDED_BY(mutex_);  // the first is being written
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  std::optional<Clock::Time> ends_since_ ABSL_GUARDED_BY(mutex_);  // as OnTime saw it
};

grpc::ServerWriteReactor<v1::WatchSessionsResponse>* WatchHub::NewWatcher(
    grpc::CallbackServerContext* context, const std::string& owner_name) {
  auto* watcher = new Watcher(this, context, owner_name);
  MutexLock lock(&mutex_);
  if (ended_) {
    watcher->End({grpc::StatusCode::UNAVAILABLE, "the node ends"});
  } else if (watchers_.size() >= kMaxWatchers) {
    watcher->End({grpc::StatusCode::RESOURCE_EXHAUSTED, absl::StrCat(kMaxWatchers, " watch already")});
  } else {
    auto watching = std::make_shared<v1::WatchSessionsResponse>();
    watching->set_kind(v1::EVENT_KIND_WATCHING);
    watcher->Push(std::move(watching));
    watchers_.insert(watcher);
  }
  return watcher;
}

grpc::ServerWriteReactor<v1::WatchSessionsResponse>* WatchHub::NewRefusal(const absl::Status& status) {
  auto* watcher = new Watcher(this, nullptr, "");  // not one of those that OnTime looks at
  watcher->End({static_cast<grpc::StatusCode>(status.code()), std::string(status.message())});
  return watcher;
}

void WatchHub::Publish(const SessionEvent& event) {
  MutexLock lock(&mutex_);
  Message message;
  for (Watcher* watcher : watchers_) {
    if (!watcher->Wants(event.session.lease.owner.name)) continue;
    if (message == nullptr) {
      auto built = std::make_shared<v1::WatchSessionsResponse>();
      built->set_kind(ToProto(event.kind));
      ToProto(event.session, node_.get(), built->mutable_session());
      message = std::move(built);
    }
    watcher->Push(message);
  }
}

void WatchHub::OnTime(Clock::Time now) {
  MutexLock lock(&mutex_);
  for (Watcher* watcher : watchers_) watcher->OnTime(now);
}

void WatchHub::End() {
  MutexLock lock(&mutex_);
  ended_ = true;
  for (Watcher* watcher : watchers_) watcher->End({grpc::StatusCode::UNAVAILABLE, "the node ends"});
}

void WatchHub::Remove(Watcher* watcher) {
  MutexLock lock(&mutex_);
  watchers_.erase(watcher);
}

size_t WatchHub::watchers() const {
  MutexLock lock(&mutex_);
  return watchers_.size();
}

}  // namespace benari::media
