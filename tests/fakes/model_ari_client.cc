#include "tests/fakes/model_ari_client.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/fakes/pause.h"

namespace benari::fakes {
namespace {

constexpr std::chrono::milliseconds kLookAgain(100);  // whether requests may be sent

[[noreturn]] void Fail(control::ari::ErrorKind kind, int status, const Step& step, const std::string& why) {
  throw control::ari::Error(kind, status, absl::StrCat(step.ToString(), ": ", why));
}

}  // namespace

bool ModelAriClient::Connect(EventHandler on_event, std::function<void()> on_closed) {
  Disconnect();
  if (!model_.running() || cut_) return false;
  connection_ = std::make_shared<Connection>();
  const std::weak_ptr<Connection> connection = connection_;
  const auto deliver = [this, connection, on_event = std::move(on_event)](const Notice& notice) {
    ArriveDelayed([connection, on_event, event = notice.event] {
      if (!connection.expired()) on_event(event);
    });
  };
  const auto closed = [this, connection, on_closed = std::move(on_closed)] {
    if (connection.expired()) return;
    subscriber_ = 0;
    ArriveDelayed([connection, on_closed] {
      if (!connection.expired()) on_closed();
    });
  };
  subscriber_ = model_.feed().Subscribe(options_.app, deliver, closed);
  return true;
}

void ModelAriClient::Disconnect() {
  connection_.reset();
  if (subscriber_ != 0) model_.feed().Unsubscribe(std::exchange(subscriber_, 0));
}

void ModelAriClient::SetCut(bool cut) {
  cut_ = cut;
  if (cut) return;
  for (auto& each : std::exchange(waiting_, {})) process_.Post(std::move(each));
}

void ModelAriClient::Arrive(std::function<void()> arrival) {
  if (cut_) {
    waiting_.push_back(std::move(arrival));
  } else {
    process_.Post(std::move(arrival));
  }
}

void ModelAriClient::ArriveDelayed(std::function<void()> arrival) {
  if (!draw_event_delay_) return Arrive(std::move(arrival));
  last_event_due_ = std::max(last_event_due_, process_.world().Now() + draw_event_delay_());
  process_.world().RunAt(last_event_due_, [this, arrival = std::move(arrival)] { Arrive(arrival); });
}

control::ari::Awaitable<bool> ModelAriClient::AwaitTurn(Clock::Time deadline) {
  while (may_send_ && !may_send_()) {
    if (process_.Now() >= deadline) co_return false;
    co_await Pause(process_, std::min<Clock::Duration>(kLookAgain, deadline - process_.Now()));
  }
  const bool taken = co_await connections_.Take(deadline);
  co_return taken;
}

template <typename T>
control::ari::Awaitable<T> ModelAriClient::Request(std::string operation, Effect<T> effect) {
  const Clock::Time deadline = process_.Now() + options_.deadline;
  const Step step = faults_.Begin(operation);
  const bool connected = co_await AwaitTurn(deadline);
  if (!connected) {
    faults_.End(step);
    Fail(control::ari::ErrorKind::kOverloaded, 0, step, "no connection was free within the deadline");
  }
  std::exception_ptr error;
  T value{};
  try {
    value = co_await Send<T>(step, deadline, std::move(effect));
  } catch (const control::ari::Error&) {
    error = std::current_exception();
  }
  connections_.Release();
  if (error) std::rethrow_exception(error);
  co_return std::move(value);
}

// In time its answer comes by this coroutine; late it has its effect when it arrives.
template <typename T>
control::ari::Awaitable<T> ModelAriClient::Send(Step step, Clock::Time deadline, Effect<T> effect) {
  const Fault fault = faults_.Choose(step);
  const Clock::Time arrival = process_.Now() + options_.way_there + fault.late;
  const uint64_t generation = model_.generation();
  const bool in_time = arrival <= deadline;
  if (in_time) {
    co_await Pause(process_.world(), arrival - process_.Now());
  } else if (TakesEffect(fault.kind)) {
    process_.world().RunAt(arrival, [this, generation, effect] {
      if (model_.running() && model_.generation() == generation) effect();
    });
  }
  const bool reached = model_.running();
  Answer<T> answer;
  if (in_time && reached && TakesEffect(fault.kind)) answer = effect();
  const Clock::Time answered = process_.Now() + model_.DrawAnswerDelay() + fault.delay;
  const bool late = !in_time || IsNeverAnswered(fault.kind) || answered > deadline;
  const Clock::Time heard = late && reached ? deadline : std::min(answered, deadline);
  co_await Pause(process_, heard - process_.Now());
  faults_.End(step);
  if (!reached || generation != model_.generation()) {
    Fail(control::ari::ErrorKind::kUnreachable, 0, step, "Asterisk is down");
  }
  if (late) Fail(control::ari::ErrorKind::kTimeout, 0, step, "no answer within the deadline");
  if (fault.kind == FaultKind::kUnreachableBefore || fault.kind == FaultKind::kUnreachableAfter) {
    Fail(control::ari::ErrorKind::kUnreachable, 0, step, "connection reset");
  }
  if (fault.kind == FaultKind::kErrorBefore || fault.kind == FaultKind::kErrorAfter) {
    Fail(control::ari::ErrorKind::kHttp, fault.status, step, "injected fault");
  }
  if (!answer.ok()) Fail(control::ari::ErrorKind::kHttp, answer.status, step, answer.message);
  co_return std::move(answer.value);
}

control::ari::Awaitable<void> ModelAriClient::RequestNothing(std::string operation, Effect<Nothing> effect) {
  co_await Request<Nothing>(std::move(operation), std::move(effect));
}

control::ari::Awaitable<control::ari::Channel> ModelAriClient::CreateExternalMedia(
    control::ari::ExternalMediaRequest request) {
  return Request<control::ari::Channel>("ari.CreateExternalMedia", [this, request = std::move(request)] {
    Announce("ari.CreateExternalMedia", request.channel_id);
    return model_.CreateExternalMedia(options_.app, request);
  });
}

control::ari::Awaitable<control::ari::Channel> ModelAriClient::Originate(
    control::ari::OriginateRequest request) {
  return Request<control::ari::Channel>("ari.Originate", [this, request = std::move(request)] {
    Announce("ari.Originate", request.channel_id);
    return model_.Originate(options_.app, request);
  });
}

control::ari::Awaitable<void> ModelAriClient::HangUp(std::string channel_id, std::string reason) {
  return RequestNothing("ari.HangUp", [this, id = std::move(channel_id), reason = std::move(reason)] {
    Announce("ari.HangUp", id);
    return model_.HangUp(id, reason);
  });
}

control::ari::Awaitable<void> ModelAriClient::ContinueInDialplan(std::string channel_id, std::string context,
                                                                 std::string extension) {
  return RequestNothing("ari.ContinueInDialplan", [this, channel_id, context, extension] {
    return model_.ContinueInDialplan(channel_id, context, extension);
  });
}

control::ari::Awaitable<void> ModelAriClient::AnswerChannel(std::string channel_id) {
  return RequestNothing("ari.AnswerChannel", [this, channel_id] { return model_.AnswerCaller(channel_id); });
}

control::ari::Awaitable<void> ModelAriClient::Ring(std::string channel_id) {
  return RequestNothing("ari.Ring", [this, channel_id] { return model_.Ring(channel_id, true); });
}

control::ari::Awaitable<void> ModelAriClient::StopRinging(std::string channel_id) {
  return RequestNothing("ari.StopRinging", [this, channel_id] { return model_.Ring(channel_id, false); });
}

control::ari::Awaitable<void> ModelAriClient::StartMusic(std::string channel_id) {
  return RequestNothing("ari.StartMusic", [this, channel_id] { return model_.Music(channel_id, true); });
}

control::ari::Awaitable<void> ModelAriClient::StopMusic(std::string channel_id) {
  return RequestNothing("ari.StopMusic", [this, channel_id] { return model_.Music(channel_id, false); });
}

control::ari::Awaitable<void> ModelAriClient::Play(std::string channel_id, std::string playback_id,
                                                   std::string media) {
  return RequestNothing("ari.Play", [this, channel_id, playback_id, media] {
    return model_.Play(channel_id, playback_id, media);
  });
}

control::ari::Awaitable<void> ModelAriClient::StopPlayback(std::string playback_id) {
  return RequestNothing("ari.StopPlayback", [this, playback_id] { return model_.StopPlayback(playback_id); });
}

control::ari::Awaitable<void> ModelAriClient::SendDtmf(std::string channel_id, std::string digits) {
  return RequestNothing("ari.SendDtmf",
                        [this, channel_id, digits] { return model_.SendDtmf(channel_id, digits); });
}

control::ari::Awaitable<void> ModelAriClient::SetVariable(std::string channel_id, std::string name,
                                                          std::string value) {
  return RequestNothing("ari.SetVariable", [this, channel_id, name, value] {
    return model_.SetVariable(channel_id, name, value);
  });
}

control::ari::Awaitable<control::ari::Channel> ModelAriClient::GetChannel(std::string channel_id) {
  return Request<control::ari::Channel>("ari.GetChannel",
                                        [this, channel_id] { return model_.GetChannel(channel_id); });
}

control::ari::Awaitable<std::vector<control::ari::Channel>> ModelAriClient::ListChannels() {
  return Request<std::vector<control::ari::Channel>>("ari.ListChannels",
                                                     [this] { return model_.ListChannels(); });
}

control::ari::Awaitable<control::ari::Bridge> ModelAriClient::CreateBridge(std::string bridge_id,
                                                                           std::string name) {
  return Request<control::ari::Bridge>(
      "ari.CreateBridge", [this, bridge_id, name] { return model_.CreateBridge(bridge_id, name); });
}

control::ari::Awaitable<void> ModelAriClient::DestroyBridge(std::string bridge_id) {
  return RequestNothing("ari.DestroyBridge", [this, bridge_id] {
    Announce("ari.DestroyBridge", bridge_id);
    return model_.DestroyBridge(bridge_id);
  });
}

control::ari::Awaitable<void> ModelAriClient::AddToBridge(std::string bridge_id,
                                                          std::vector<std::string> channel_ids) {
  return RequestNothing("ari.AddToBridge", [this, bridge_id, channel_ids] {
    return model_.AddToBridge(bridge_id, channel_ids);
  });
}

control::ari::Awaitable<control::ari::Bridge> ModelAriClient::GetBridge(std::string bridge_id) {
  return Request<control::ari::Bridge>("ari.GetBridge",
                                       [this, bridge_id] { return model_.GetBridge(bridge_id); });
}

control::ari::Awaitable<std::vector<control::ari::Bridge>> ModelAriClient::ListBridges() {
  return Request<std::vector<control::ari::Bridge>>("ari.ListBridges",
                                                    [this] { return model_.ListBridges(); });
}

control::ari::Awaitable<control::ari::Application> ModelAriClient::GetApplication(std::string name) {
  return Request<control::ari::Application>("ari.GetApplication",
                                            [this, name] { return model_.GetApplication(name); });
}

control::ari::Awaitable<std::string> ModelAriClient::GetVersion() {
  return Request<std::string>("ari.GetVersion", [this] { return model_.GetVersion(); });
}

}  // namespace benari::fakes
