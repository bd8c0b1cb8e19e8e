#include "tests/fakes/fake_media_client.h"

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

void FakeMediaClient::SetCut(const std::string& node, bool cut) {
  if (cut) {
    cut_.insert(node);
    return;
  }
  cut_.erase(node);
  for (auto& each : std::exchange(held_back_[node], {})) process_.Post(std::move(each));
}

void FakeMediaClient::Arrive(const std::string& node, std::function<void()> arrival) {
  if (cut_.contains(node)) {
    held_back_[node].push_back(std::move(arrival));
  } else {
    process_.Post(std::move(arrival));
  }
}

// In time its answer comes by this coroutine; late or at a stopped node it has its effect when it arrives.
template <typename T>
FakeMediaClient::Awaitable<T> FakeMediaClient::Request(std::string operation, std::string node,
                                                       Effect<T> effect) {
  const bool keep_alive = operation == "media.KeepAlive";
  const Clock::Time deadline =
      process_.Now() + (keep_alive ? options_.keep_alive_deadline : options_.deadline);
  const Step step = faults_.Begin(operation, node);
  const Fault fault = faults_.Choose(step);
  const Clock::Time arrival = process_.Now() + options_.way + fault.late;
  const bool in_time = arrival <= deadline;
  if (in_time) {
    co_await Pause(process_.world(), arrival - process_.Now());
  } else if (TakesEffect(fault.kind)) {
    process_.world().RunAt(arrival, [this, node, effect] { TakeEffectLate<T>(node, effect); });
  }
  const FakeMedia::Reach reach = ReachOf(node);
  const uint64_t instance = media_.InstanceOf(node);
  std::exception_ptr error;
  T value{};
  if (in_time && TakesEffect(fault.kind)) {
    if (reach == FakeMedia::Reach::kStopped) {
      media_.WhenItGoesOn(node, [this, node, effect] { TakeEffectLate<T>(node, effect); });
    } else if (reach == FakeMedia::Reach::kAnswers) {
      try {
        value = effect(media_.Living(node));
      } catch (const MediaError&) {
        error = std::current_exception();
      }
    }
  }
  const Clock::Time answered = process_.Now() + options_.way + fault.delay;
  const bool silent = reach == FakeMedia::Reach::kSilent || reach == FakeMedia::Reach::kStopped;
  const bool late = !in_time || silent || IsNeverAnswered(fault.kind) || answered > deadline;
  co_await Pause(process_, (late ? deadline : answered) - process_.Now());
  faults_.End(step);
  // A node that died meanwhile took its answer along.
  const bool gone = ReachOf(node) == FakeMedia::Reach::kRefuses || media_.InstanceOf(node) != instance;
  if (gone) Fail(MediaErrorKind::kUnavailable, step, absl::StrCat("node ", node, ": connection refused"));
  if (late) Fail(MediaErrorKind::kTimeout, step, "no answer within the deadline");
  if (fault.kind == FaultKind::kUnreachableBefore || fault.kind == FaultKind::kUnreachableAfter) {
    Fail(MediaErrorKind::kUnavailable, step, "connection reset");
  }
  if (fault.kind == FaultKind::kErrorBefore || fault.kind == FaultKind::kErrorAfter) {
    const bool forbidden = fault.status == 403;
    Fail(forbidden ? MediaErrorKind::kForeign : MediaErrorKind::kOther, step, "injected fault");
  }
  if (error) std::rethrow_exception(error);
  co_return std::move(value);
}

template <typename T>
void FakeMediaClient::TakeEffectLate(const std::string& node, const Effect<T>& effect) {
  if (ReachOf(node) != FakeMedia::Reach::kAnswers) return;
  try {
    effect(media_.Living(node));
  } catch (const MediaError&) {  // nobody hears the answer
  }
}

FakeMediaClient::Awaitable<control::Lease> FakeMediaClient::LeasePort(std::string node,
                                                                      std::string lease_id) {
  return Request<control::Lease>("media.LeasePort", std::move(node), [=, this, by = owner()](ModelNode& at) {
    return at.LeasePort(by, lease_id, options_.lease_ttl);
  });
}

FakeMediaClient::Awaitable<control::SessionInfo> FakeMediaClient::ReleasePort(std::string node,
                                                                              std::string lease_id) {
  return Request<control::SessionInfo>(
      "media.ReleasePort", std::move(node),
      [=, by = owner()](ModelNode& at) { return at.ReleasePort(by, lease_id); });
}

FakeMediaClient::Awaitable<control::SessionInfo> FakeMediaClient::StartSession(
    std::string node, control::SessionRequest request) {
  return Request<control::SessionInfo>(
      "media.StartSession", std::move(node),
      [=, by = owner()](ModelNode& at) { return at.StartSession(by, request); });
}

FakeMediaClient::Awaitable<control::SessionInfo> FakeMediaClient::StopSession(std::string node,
                                                                              std::string lease_id) {
  return Request<control::SessionInfo>(
      "media.StopSession", std::move(node),
      [=, by = owner()](ModelNode& at) { return at.StopSession(by, lease_id); });
}

FakeMediaClient::Awaitable<void> FakeMediaClient::SendDigit(std::string node, std::string lease_id,
                                                            control::Digit digit) {
  Effect<Nothing> effect = [=, by = owner()](ModelNode& at) {
    at.SendDigits(by, lease_id, digit.digit);
    return Nothing();
  };
  Awaitable<Nothing> asked = Request<Nothing>("media.SendDigit", std::move(node), std::move(effect));
  co_await std::move(asked);
}

FakeMediaClient::Awaitable<void> FakeMediaClient::CloseBot(std::string node, std::string lease_id) {
  Effect<Nothing> effect = [=, by = owner()](ModelNode& at) {
    at.CloseBot(by, lease_id);
    return Nothing();
  };
  Awaitable<Nothing> asked = Request<Nothing>("media.CloseBot", std::move(node), std::move(effect));
  co_await std::move(asked);
}

FakeMediaClient::Awaitable<control::NodeStatus> FakeMediaClient::KeepAlive(
    std::string node, std::vector<std::string> lease_ids) {
  return Request<control::NodeStatus>(
      "media.KeepAlive", std::move(node),
      [=, this, by = owner()](ModelNode& at) { return at.KeepAlive(by, lease_ids, options_.lease_ttl); });
}

FakeMediaClient::Awaitable<control::NodeSessions> FakeMediaClient::ListSessions(std::string node) {
  return Request<control::NodeSessions>("media.ListSessions", std::move(node),
                                        [this](ModelNode& at) { return at.ListSessions(options_.owner); });
}

std::unique_ptr<control::Watch> FakeMediaClient::WatchSessions(
    std::string node, std::function<void(const control::SessionEvent&)> on_event,
    std::function<void(const std::string& why)> on_end) {
  auto state = std::make_shared<Live>();
  const auto event = [this, node, state, on_event = std::move(on_event)](const control::SessionEvent& what) {
    Arrive(node, [state, on_event, what] {
      if (state->live) on_event(what);
    });
  };
  const auto end = [this, node, state, on_end = std::move(on_end)] {
    Arrive(node, [state, on_end] {
      if (state->live) on_end("the connection was closed");
    });
  };
  const uint64_t id = media_.Watch(node, event, end);
  if (id == 0) end();
  return std::make_unique<FakeWatch>(media_, id, std::move(state));
}

}  // namespace benari::fakes
