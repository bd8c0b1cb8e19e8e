#include "control/call/call.h"

#include <memory>
#include <utility>

#include "control/call/call_settings.h"
#include "control/call/flow.h"

namespace benari::control {

namespace asio = boost::asio;

Call::Call(const CallContext& context, CallIdentity identity, CallConfig config, int destination_number)
    : config_(std::move(config)),
      context_(context.With(config_)),
      identity_(std::move(identity)),
      id_(identity_.call_id),
      started_(context.timers.Now()),
      facts_(context.executor, context.timers, id_),
      journal_(context.history, context.metrics, context.timers, identity_),
      undo_([this](bool last) { return PauseUndo(last); },
            [this](const std::string& step, const std::string& what) {
              undone_ = false;
              context_.metrics.UndoFailed(step);
              journal_.Warning("undo failed", {{"step", step}, {"why", what}});
            }),
      bridge_(context_, identity_, facts_, undo_),
      media_(context_, id_, facts_, undo_, bridge_, journal_),
      outage_(context_, facts_, journal_),
      partners_(context_, id_, facts_, bridge_, outage_, journal_),
      media_leg_(context_, id_, facts_, undo_, media_, partners_, outage_, journal_),
      destination_(context_, id_, destination_number, facts_, undo_, partners_, media_leg_, outage_,
                   journal_),
      playback_(context_, id_, facts_, undo_, partners_, outage_, journal_),
      outbound_(context_, identity_, facts_, journal_) {
  undo_.Defer(ToString(UndoStep::kLetCallerGo), [this] { return LetCallerGo(); });
}

void Call::DialOut(Dialing dialing, twiml::Source source) {
  outbound_.Use(std::move(dialing));
  SetSource(config_.webhook, std::move(source));
}

// A process that has adopted the call while it rang learns here what is to follow.
void Call::OnOutboundAnswer(const std::vector<std::string>& arguments) {
  if (identity_.arguments.empty()) ApplyArguments(config_, arguments);
  facts_.ChannelAnswered(id_);
  facts_.ChannelStarted(id_);
}

// A document of which something was done already does not begin anew.
void Call::Adopt(const AdoptedState& found) {
  if (!found.nothing()) config_.webhook.document.reset();
  if (found.bridge_age.has_value()) {
    bridge_.Adopt();
    media_leg_.AdoptBegan(started_ - *found.bridge_age);
  }
  // It was redirected to the bot.
  if (found.bot.has_value() && config_.flow == FlowKind::kEcho) config_.flow = FlowKind::kWebhook;
  media_.Adopt(found.media_numbers, found.lease, found.bot);
  destination_.Adopt(found.destination);
  // Whoever hears media or a destination is played nothing.
  if (!found.lease.has_value() && !found.destination.has_value()) playback_.Adopt();
}

bool Call::Owns(const ResourceId& resource) const {
  switch (resource.kind) {
    case ResourceKind::kDestination:
      return destination_.Owns(context_.ids.Destination(id_, resource.number));
    case ResourceKind::kMedia:
      return media_.Owns(resource.number);
    case ResourceKind::kBridge:
    case ResourceKind::kPlayback:
      break;
  }
  return true;
}

// A redirect of a call that control makes waits for the answer; without one there is nobody to follow it.
asio::awaitable<void> Call::Run() {
  CallOver over(CallOutcome::kFailed, "congestion", "");
  bool has_caller = true;
  do {
    asio::awaitable<CallOver> running = RunFlow();
    over = co_await std::move(running);
    has_caller = identity_.direction == CallDirection::kInbound || facts_.channel(id_).started;
  } while (has_caller && facts_.known().redirect.has_value() && !facts_.MustEnd());
  if (facts_.hung_up()) journal_.BotEnded(BotResult::kHungUp);
  co_await Release(over);
}

// Returns how the flow has ended.
asio::awaitable<CallOver> Call::RunFlow() {
  CallOver over(CallOutcome::kFailed, "congestion", "");
  caller_may_be_gone_ = false;
  if (facts_.channel(id_).up) journal_.CallerAnswered();  // also where the request that dialled has failed
  try {
    const bool outbound = identity_.direction == CallDirection::kOutbound;
    if (outbound && !facts_.channel(id_).started) co_await outbound_.Dial();
    const bool redirected = facts_.known().redirect.has_value();
    if (redirected) co_await FollowRedirect();
    facts_.ThrowIfEnding();
    co_await playback_.Drop();
    co_await media_.DropOlder();
    const std::unique_ptr<Flow> flow = context_.make_flow(config_);
    Legs legs{media_leg_,       destination_, playback_,       facts_,  journal_,
              context_.metrics, identity_,    context_.timers, config_, redirected};
    co_await flow->Run(legs);
  } catch (const CallOver& end) {
    over = end;
  } catch (const ari::Error& error) {
    over.why = error.what();
    caller_may_be_gone_ = error.kind == ari::ErrorKind::kHttp;
    const bool overloaded = error.kind == ari::ErrorKind::kOverloaded && phase() == CallPhase::kSetup;
    if (overloaded) over = CallOver(Refusal::kOverloaded, error.what());
  } catch (const std::exception& error) {
    over.why = error.what();
  }
  if (caller_may_be_gone_) co_await facts_.WaitForLateEnd();
  co_return over;
}

// Until somebody whom the document dials has answered.
bool Call::BotStays(const twiml::Source& next) const {
  const auto* const document = std::get_if<twiml::Document>(&next);
  return config_.transfer == Transfer::kAttended && media_leg_.BotTalks() && document != nullptr &&
         !document->verbs.empty() && std::holds_alternative<twiml::Dial>(document->verbs.front());
}

// The legs are given back, and the caller stays. From then on this is a call of the webhook flow.
asio::awaitable<void> Call::FollowRedirect() {
  twiml::Source source = facts_.TakeRedirect();
  journal_.EnterPhase(CallPhase::kWebhook);
  journal_.Info("redirected over the API");
  co_await facts_.WaitUntilResynced();
  co_await destination_.Drop();
  if (!BotStays(source)) {
    journal_.BotEnded(BotResult::kRedirected);
    co_await media_leg_.Drop();
  }
  config_.flow = FlowKind::kWebhook;
  SetSource(config_.webhook, std::move(source));
}

void Call::HangUp() {
  const bool bot_is_heard = phase() == CallPhase::kBot && media_leg_.BotTalks() && !facts_.Ending();
  if (config_.bot.drain_on_hangup && bot_is_heard) return facts_.HungUpOverApiAfterBot();
  facts_.HungUpOverApi();
}

asio::awaitable<void> Call::Refuse(Refusal refusal) {
  const CallOver over(refusal, ToString(refusal));
  co_await Release(over);
}

}  // namespace benari::control
