#include "tests/fakes/fake_media_client.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/fakes/pause.h"

namespace benari::fakes {

using control::MediaError;
using control::MediaErrorKind;

namespace {

// What handlers that are on their way in the loop look at, so that none is called after the Watch has gone.
struct Live {
  bool live = true;
};

class FakeWatch : public control::Watch {
 public:
  FakeWatch(FakeMedia& media, uint64_t id, std::shared_ptr<Live> state)
      : media_(media), id_(id), state_(std::move(state)) {}
  ~FakeWatch() override {
    state_->live = false;
    media_.Unwatch(id_);
  }

 private:
  FakeMedia& media_;
  const uint64_t id_;
  const std::shared_ptr<Live> state_;
};

[[noreturn]] void Fail(MediaErrorKind kind, const Step& step, const std::string& why) {
  throw MediaError(kind, absl::StrCat(step.ToString(), ": ", why));
}

}  // namespace

template <typename T>
FakeMediaClient::Awaitable<T> FakeMediaClient::Request(std::string operation, std::string node,
                                                       Effect<T> effect) {
  const Clock::Time deadline = timers_.Now() + options_.deadline;
  const Step step = faults_.Begin(operation);
  const Fault fault = faults_.Choose(step);
  co_await Pause(timers_, options_.way);
  const std::string target = media_.Resolve(node);
  const FakeMedia::Reach reach = media_.ReachOf(target);
  const uint64_t instance = media_.InstanceOf(target);
  std::exception_ptr error;
  T value{};
  if (reach == FakeMedia::Reach::kAnswers && TakesEffect(fault.kind)) {
    try {
      value = effect(target);
    } catch (const MediaError&) {
      error = std::current_exception();
    }
  }
  const Clock::Time answered = timers_.Now() + options_.way + fault.delay;
  const bool late = reach == FakeMedia::Reach::kSilent || IsNeverAnswered(fault.kind) || answered > deadline;
  co_await Pause(timers_, (late ? deadline : answered) - timers_.Now());
  faults_.End(step);
  // A node that died meanwhile took its answer along.
  const bool gone =
      media_.ReachOf(target) == FakeMedia::Reach::kRefuses || media_.InstanceOf(target) != instance;
  if (gone) Fail(MediaErrorKind::kUnavailable, step, absl::StrCat("node ", node, ": connection refused"));
  if (late) Fail(MediaErrorKind::kTimeout, step, "no answer within the deadline");
  if (fault.kind == FaultKind::kUnreachableBefore || fault.kind == FaultKind::kUnreachableAfter) {
    Fail(MediaErrorKind::kUnavailable, step, "connection reset");
  }
  if (fault.kind == FaultKind::kErrorBefore || fault.kind == FaultKind::kErrorAfter) {
    Fail(MediaErrorKind::kOther, step, "injected fault");
  }
  if (error) std::rethrow_exception(error);
  co_return std::move(value);
}

FakeMediaClient::Awaitable<control::Lease> FakeMediaClient::LeasePort(std::string node,
                                                                      std::string lease_id) {
  return Request<control::Lease>("media.LeasePort", std::move(node), [this, lease_id](const std::string& at) {
    return media_.LeasePort(at, caller(), lease_id, options_.lease_ttl);
  });
}

FakeMediaClient::Awaitable<control::SessionInfo> FakeMediaClient::ReleasePort(std::string node,
                                                                              std::string lease_id) {
  return Request<control::SessionInfo>(
      "media.ReleasePort", std::move(node),
      [this, lease_id](const std::string& at) { return media_.ReleasePort(at, caller(), lease_id); });
}

FakeMediaClient::Awaitable<control::SessionInfo> FakeMediaClient::StartSession(
    std::string node, control::SessionRequest request) {
  return Request<control::SessionInfo>("media.StartSession", std::move(node),
                                       [this, request = std::move(request)](const std::string& at) {
                                         return media_.StartSession(at, caller(), request);
                                       });
}

FakeMediaClient::Awaitable<control::SessionInfo> FakeMediaClient::StopSession(std::string node,
                                                                              std::string lease_id) {
  return Request<control::SessionInfo>(
      "media.StopSession", std::move(node),
      [this, lease_id](const std::string& at) { return media_.StopSession(at, caller(), lease_id); });
}

FakeMediaClient::Awaitable<control::NodeStatus> FakeMediaClient::KeepAlive(
    std::string node, std::vector<std::string> lease_ids) {
  return Request<control::NodeStatus>("media.KeepAlive", std::move(node),
                                      [this, ids = std::move(lease_ids)](const std::string& at) {
                                        return media_.KeepAlive(at, caller(), ids, options_.lease_ttl);
                                      });
}

FakeMediaClient::Awaitable<control::NodeSessions> FakeMediaClient::ListSessions(std::string node) {
  return Request<control::NodeSessions>("media.ListSessions", std::move(node), [this](const std::string& at) {
    return media_.ListSessions(at, caller());
  });
}

std::unique_ptr<control::Watch> FakeMediaClient::WatchSessions(
    std::string node, std::function<void(const control::SessionEvent&)> on_event,
    std::function<void()> on_end) {
  auto state = std::make_shared<Live>();
  const auto event = [this, state, on_event = std::move(on_event)](const control::SessionEvent& what) {
    boost::asio::post(loop_, [state, on_event, what] {
      if (state->live) on_event(what);
    });
  };
  const auto end = [this, state, on_end = std::move(on_end)] {
    boost::asio::post(loop_, [state, on_end] {
      if (state->live) on_end();
    });
  };
  const uint64_t id = media_.Watch(node, options_.owner, event, end);
  if (id == 0) end();
  return std::make_unique<FakeWatch>(media_, id, std::move(state));
}

}  // namespace benari::fakes
