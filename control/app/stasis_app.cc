#include "control/app/stasis_app.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "common/log.h"
#include "control/loop/wake_up.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr size_t kMostIgnoredArgs = 100;  // remembered, so that each is logged once

// The id by which the call of an event is found: of the bridge, or else of the channel, or of what was played
// to it. Empty: it has none.
std::string SubjectOf(const ari::Event& event) {
  return std::visit(
      [](const auto& each) -> std::string {
        if constexpr (requires { each.bridge_id; }) {
          return each.bridge_id;
        } else if constexpr (requires { each.channel_id; }) {
          return each.channel_id;
        } else if constexpr (requires { each.playback_id; }) {
          return each.playback_id;
        } else {
          return "";
        }
      },
      event);
}

// What an event means for the call that it is about.
struct Report {
  void operator()(const ari::Dial& dial) const { facts.ChannelDials(dial.channel_id, dial.status); }
  void operator()(const ari::ChannelEnteredBridge& entered) const {
    facts.ChannelEnteredBridge(entered.channel_id);
  }
  void operator()(const ari::ChannelLeftBridge& left) const { facts.ChannelLeftBridge(left.channel_id); }
  void operator()(const ari::ChannelHold& hold) const { facts.ChannelHeld(hold.channel_id, true); }
  void operator()(const ari::ChannelUnhold& unhold) const { facts.ChannelHeld(unhold.channel_id, false); }
  void operator()(const ari::ChannelDtmfReceived& pressed) const {
    const Digit digit{pressed.digit, std::chrono::milliseconds(pressed.duration_ms)};
    facts.DigitPressed(pressed.channel_id, digit);
  }
  void operator()(const ari::PlaybackFinished& finished) const {
    facts.PlaybackFinished(finished.playback_id, finished.failed);
  }
  void operator()(const ari::BridgeDestroyed&) const { facts.BridgeDestroyed(); }
  template <typename Other>
  void operator()(const Other&) const {}

  CallFacts& facts;
};

}  // namespace

StasisApp::StasisApp(const CallContext& context, Options options)
    : context_(context),
      options_(std::move(options)),
      table_(context.ids),
      admission_(context, options_.max_calls, table_),
      sweep_(context.ari, context.ids, context.metrics,
             {[this](const std::string& id) { OnUnsettled(id); },
              [this](const std::string& id) { return IsInUse(id); }}),
      adoption_(context, table_, admission_, sweep_),
      lister_(context, options_.app, table_),
      schedule_(options_.sweep_interval, options_.list_retry),
      epoch_(context),
      pause_(context.executor, context.timers) {
  admission_.set_on_ended([this](const Call& call) {
    if (!call.undone()) OnUnsettled(call.id());
  });
}

StasisApp::~StasisApp() {
  pause_.Abandon();
  const auto calls = table_.calls();
  for (const auto& [id, call] : calls) call->facts().Abandon();
}

void StasisApp::OnConnected() {
  ++connection_;
  subscribed_ = true;
  schedule_.OnConnected();
  pause_.Wake();
  waiting_.clear();  // older than the list that is asked for now
  context_.metrics.connects.Increment();
  context_.metrics.ari_connected.Set(1);
  log::Info("connected to Asterisk", {{"app", options_.app}});
  for (const auto& [id, call] : table_.calls()) {
    call->facts().AsteriskConnected();
  }
  asio::co_spawn(context_.executor, Resync(connection_), asio::detached);
}

void StasisApp::OnDisconnected() {
  ++connection_;
  pause_.Wake();
  subscribed_ = false;
  serving_ = false;
  admission_.ForgetReturned();  // the next list shows who is there then
  context_.metrics.ari_connected.Set(0);
  for (const auto& [id, call] : table_.calls()) {
    call->facts().AsteriskDisconnected();
  }
}

// No other request is sent to media before the epoch is claimed.
void StasisApp::OnNodesListed() {
  if (nodes_met_) context_.keeper.Watch();
}

void StasisApp::OnAsteriskDead() {
  admission_.ForgetReturned();
  if (table_.size() > 0)
    log::Warning("Asterisk has ended, and all calls with it", {{"calls", table_.size()}});
  for (const auto& [id, call] : table_.calls()) {
    call->facts().AsteriskDied();
  }
}

void StasisApp::OnEvent(const ari::Event& event) {
  context_.metrics.events.Increment();
  if (std::holds_alternative<ari::ApplicationReplaced>(event)) {
    if (on_replaced_) on_replaced_("another instance subscribed to the application");
    return;
  }
  if (serving_) {
    Handle(event);
  } else {
    Wait(event);
  }
}

// With too many of them Asterisk has to be listed again, as after a lost connection.
void StasisApp::Wait(const ari::Event& event) {
  waiting_.push_back(event);
  if (waiting_.size() <= options_.max_waiting_events) return;
  log::Warning("too many events while Asterisk is listed; it is listed again", {{"events", waiting_.size()}});
  context_.metrics.events_dropped.Increment(static_cast<double>(waiting_.size()));
  OnDisconnected();
  OnConnected();
}

void StasisApp::EndCalls() {
  for (const auto& [id, call] : table_.calls()) {
    call->facts().ProcessEnds();
  }
}

bool StasisApp::HangUp(const std::string& call_id) {
  const auto call = table_.calls().find(call_id);
  if (call == table_.calls().end()) return false;
  call->second->HangUp();
  return true;
}

absl::Status StasisApp::Transfer(const std::string& call_id, const std::string& address) {
  const auto found = table_.calls().find(call_id);
  if (found == table_.calls().end()) return absl::NotFoundError("the call is over");
  const absl::Status allowed = found->second->MayTransferTo(address);
  if (!allowed.ok()) return allowed;
  twiml::Dial dial;
  dial.targets.push_back({IsSipUri(address) ? twiml::TargetKind::kSip : twiml::TargetKind::kNumber, address});
  twiml::Document document;
  document.verbs.push_back(std::move(dial));
  return Redirect(call_id, std::move(document)) ? absl::OkStatus() : absl::NotFoundError("the call is over");
}

namespace {

asio::awaitable<void> SendKeys(ari::Client& ari, std::shared_ptr<Call> call, std::string digits) {
  try {
    const std::string caller = call->facts().ChannelIn(call->id());
    co_await ari.SendDtmf(caller, digits);
  } catch (const ari::Error& error) {
    call->journal().Warning("keys not sent", {{"why", error.what()}});
  }
}

}  // namespace

bool StasisApp::SendDigits(const std::string& call_id, const std::string& digits) {
  const auto found = table_.calls().find(call_id);
  if (found == table_.calls().end() || found->second->facts().MustEnd()) return false;
  asio::co_spawn(context_.executor, SendKeys(context_.ari, found->second, digits), asio::detached);
  return true;
}

bool StasisApp::Redirect(const std::string& call_id, twiml::Source source) {
  const auto found = table_.calls().find(call_id);
  if (found == table_.calls().end()) return false;
  Call& call = *found->second;
  const bool ends = call.facts().MustEnd() || call.facts().known().hangs_up_after_bot;
  if (ends || call.phase() == CallPhase::kReleasing) return false;
  call.facts().RedirectedOverApi(std::move(source));
  return true;
}

absl::StatusOr<std::string> StasisApp::DialOut(CallOrder order) {
  if (!serving_)
    return absl::UnavailableError(
        "Asterisk is not connected, or its channels are not listed yet; try again soon");
  return admission_.DialOut(std::move(order));
}

// Returns true for the StasisStart of a caller who left again before `end`: no call is started for it.
bool StasisApp::HasLeftAgain(std::vector<ari::Event>::const_iterator event,
                             std::vector<ari::Event>::const_iterator end) const {
  const auto* start = std::get_if<ari::StasisStart>(&*event);
  if (start == nullptr || context_.ids.Parse(start->channel.id).has_value()) return false;
  return std::any_of(event, end, [start](const ari::Event& later) {
    const auto* left = std::get_if<ari::StasisEnd>(&later);
    return left != nullptr && left->channel_id == start->channel.id;
  });
}

// Lists Asterisk and compares it with the calls: at once, and then at the times of `schedule_`.
asio::awaitable<void> StasisApp::Resync(uint64_t connection) {
  while (connection == connection_) {
    schedule_.OnListBegun(context_.timers.Now());
    const bool listed = co_await ResyncOnce();
    if (connection != connection_) co_return;  // a later connection lists again, and its events wait
    schedule_.OnListEnded(listed, context_.timers.Now());
    co_await WaitForNextList(connection);
  }
}

// From here on events are acted on as they come; those that waited for the lists are acted on now.
void StasisApp::Serve() {
  if (std::exchange(serving_, true)) return;
  const std::vector<ari::Event> waited = std::exchange(waiting_, {});
  for (auto event = waited.begin(); event != waited.end(); ++event) {
    if (!HasLeftAgain(event, waited.end())) Handle(*event);
  }
}

asio::awaitable<void> StasisApp::WaitForNextList(uint64_t connection) {
  while (connection == connection_ && context_.timers.Now() < schedule_.due()) {
    const Clock::Time until = schedule_.due();
    std::function<bool()> outdated = [this, connection, until] {
      return connection != connection_ || schedule_.due() < until;
    };
    co_await pause_.WaitUntil(outdated, until);
  }
}

// A list, a sweep or a release could not finish with this channel, bridge or call.
void StasisApp::OnUnsettled(const std::string& id) {
  schedule_.OnUnsettled(id, context_.timers.Now());
  pause_.Wake();
}

// Returns true if a present call uses it.
bool StasisApp::IsInUse(const std::string& id) const {
  const auto parsed = context_.ids.Parse(id);
  const auto call = table_.calls().find(parsed.has_value() ? parsed->call_id : id);
  return call != table_.calls().end() && (!parsed.has_value() || call->second->Owns(*parsed));
}

// Returns false if Asterisk could not be listed, or was reconnected meanwhile.
asio::awaitable<bool> StasisApp::ResyncOnce() {
  const uint64_t connection = connection_;
  Snapshot snapshot;
  snapshot.begun = context_.timers.Now();
  std::map<std::string, NodeLease> leases;
  std::map<std::shared_ptr<Call>, uint64_t> changes;  // of the calls that there are now
  for (const auto& [id, call] : table_.calls()) changes[call] = call->facts().changes();
  const bool listed = co_await lister_.List(&snapshot, /*compare_clocks=*/!serving_);
  if (!listed || connection != connection_) co_return false;
  if (!nodes_met_) {
    leases = co_await epoch_.Claim();
    if (connection != connection_) co_return false;
  }
  AddTransfers(waiting_, snapshot);
  for (const auto& [id, call] : table_.calls()) {
    const auto before = changes.find(call);
    const bool unchanged = before != changes.end() && before->second == call->facts().changes();
    if (unchanged || !serving_) TellSnapshot(snapshot, context_.ids, *call);
    // The caller came back, and the event was missed.
    const auto caller = snapshot.channels.find(id);
    const bool comes_by_itself = !context_.ids.OutboundTo(id).has_value();
    if (comes_by_itself && call->facts().caller_gone() && caller != snapshot.channels.end() &&
        snapshot.InApp(id))
      admission_.OnCallerReturned(caller->second);
  }
  table_.ForgetEnded(snapshot.begun - CallTable::kEndsLinger, snapshot.app_channels);
  const std::vector<Adoption::Adopted> adopted = adoption_.Adopt(snapshot, leases);
  for (const std::string& id : snapshot.unshown) {
    const bool served = snapshot.channels.contains(id) && table_.Find(id) != nullptr;
    if (!served) OnUnsettled(id);
  }
  asio::co_spawn(context_.executor, adoption_.ReleaseUnkept(leases), asio::detached);
  Sweep::Orphans orphans = adoption_.FindOrphans(snapshot, leases);
  if (!std::exchange(nodes_met_, true)) co_await WatchNodes();
  if (connection == connection_) Serve();  // first: the caller of an adopted call may have left meanwhile
  for (const Adoption::Adopted& each : adopted) admission_.Run(each.call, each.refusal);
  asio::co_spawn(context_.executor, sweep_.Remove(std::move(orphans)), asio::detached);
  co_return true;
}

// Waits for the first answer of each node, so that the media of a call that is adopted is up.
asio::awaitable<void> StasisApp::WatchNodes() {
  context_.keeper.Watch();
  const Clock::Time until = context_.timers.Now() + options_.nodes_wait;
  while (!context_.keeper.AskedAll() && context_.timers.Now() < until)
    co_await Sleep(context_.executor, context_.timers, std::chrono::milliseconds(5));
}

// The request that created it took effect after it had timed out, or another process created it.
void StasisApp::RemoveStray(const std::string& channel_id) {
  Sweep::Orphans stray;
  stray.channels.push_back({channel_id});
  asio::co_spawn(context_.executor, sweep_.Remove(std::move(stray)), asio::detached);
}

void StasisApp::Handle(const ari::Event& event) {
  if (const auto* start = std::get_if<ari::StasisStart>(&event)) return OnStasisStart(*start);
  if (const auto* end = std::get_if<ari::StasisEnd>(&event)) return OnGone(end->channel_id, 0);
  if (const auto* destroyed = std::get_if<ari::ChannelDestroyed>(&event))
    return OnGone(destroyed->channel_id, destroyed->cause);
  const std::string subject = SubjectOf(event);
  const auto call = subject.empty() ? nullptr : table_.Find(subject);
  if (call != nullptr) std::visit(Report{call->facts()}, event);
}

void StasisApp::OnStasisStart(const ari::StasisStart& start) {
  const std::string& id = start.channel.id;
  if (const auto parsed = context_.ids.Parse(id)) {
    const auto call = table_.Find(id);
    if (call == nullptr || !call->Owns(*parsed)) return RemoveStray(id);
    return call->facts().ChannelStarted(id);
  }
  if (!start.replaces.empty()) return OnTransfer(start);
  if (context_.ids.OutboundTo(id).has_value()) {
    const auto call = table_.Find(id);
    return call == nullptr ? RemoveStray(id) : call->OnOutboundAnswer(start.args);
  }
  ari::Channel caller = start.channel;
  // A channel that is moved to the application without arguments (ARI /move) keeps those of the dial plan.
  if (!start.args.empty()) caller.app_args = start.args;
  const std::string arg = caller.app_args.empty() ? "" : caller.app_args.front();
  if (arg == "inbound") {
    lister_.OnChannelBack(id);
    return admission_.OnCallerEntered(caller);
  }
  if (ignored_args_.size() < kMostIgnoredArgs && ignored_args_.insert(arg).second) {
    log::Info("channels with this first argument of Stasis() are ignored; accepted is inbound",
              {{"argument", arg}, {"channel", id}});
  }
}

// The newcomer is orphaned if the call of the party it replaces is over, or unknown: such events come only
// for channels that this application had put into a bridge.
void StasisApp::OnTransfer(const ari::StasisStart& start) {
  if (table_.Find(start.channel.id) != nullptr) return;  // learnt from a list already
  const auto call = table_.Find(start.replaces);
  if (call != nullptr && PlaceOf(start.replaces, call->facts().known()).has_value())
    return call->OnTransfer(start.replaces, start.channel.id);
  RemoveStray(start.channel.id);
}

void StasisApp::OnGone(const std::string& channel_id, int cause) {
  admission_.OnCallerLeft(channel_id);
  lister_.OnChannelGone(channel_id);
  table_.OnCallerLeft(channel_id);
  if (const auto call = table_.Find(channel_id)) call->facts().ChannelGone(channel_id, cause);
}

}  // namespace benari::control
