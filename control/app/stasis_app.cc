#include "control/app/stasis_app.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "common/log.h"
#include "control/call/call_settings.h"
#include "control/loop/wake_up.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr size_t kMostIgnoredArgs = 100;  // remembered, so that each is logged once
// After the end of a call: its hang-ups are answered before Asterisk has done with its channels.
constexpr std::chrono::seconds kEndsLinger{5};

}  // namespace

StasisApp::StasisApp(const CallContext& context, Options options)
    : context_(context),
      options_(std::move(options)),
      table_(context.ids),
      sweep_(context.ari, context.ids, context.metrics, [this](const std::string& id) { OnUnsettled(id); }),
      schedule_(options_.sweep_interval, options_.list_retry),
      epoch_(context),
      pause_(context.executor, context.timers) {
  context_.metrics.max_calls.Set(static_cast<double>(options_.max_calls));
}

StasisApp::~StasisApp() {
  pause_.Abandon();
  const auto calls = table_.calls();
  for (const auto& [id, call] : calls) call->facts().Abandon();
}

void StasisApp::OnConnected() {
  ++connection_;
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
  serving_ = false;
  returned_.clear();  // the next list shows who is there then
  context_.metrics.ari_connected.Set(0);
  for (const auto& [id, call] : table_.calls()) {
    call->facts().AsteriskDisconnected();
  }
}

// Nobody speaks to media before the epoch is settled.
void StasisApp::OnNodesListed() {
  if (nodes_met_) context_.keeper.Watch();
}

void StasisApp::OnAsteriskDead() {
  returned_.clear();
  if (table_.size() > 0) log::Warning("Asterisk is gone, and its calls", {{"calls", table_.size()}});
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

// Too many, and what Asterisk holds has to be listed anew, as after a lost connection.
void StasisApp::Wait(const ari::Event& event) {
  waiting_.push_back(event);
  if (waiting_.size() <= options_.max_waiting_events) return;
  log::Warning("too many events while listing, listing anew", {{"events", waiting_.size()}});
  context_.metrics.events_dropped.Increment(static_cast<double>(waiting_.size()));
  OnDisconnected();
  OnConnected();
}

void StasisApp::Drain(std::function<void()> on_idle) {
  draining_ = true;
  on_idle_ = std::move(on_idle);
  if (table_.size() == 0 && on_idle_) std::exchange(on_idle_, nullptr)();
}

void StasisApp::EndCalls() {
  for (const auto& [id, call] : table_.calls()) {
    call->facts().ProcessEnds();
  }
}

// The event is of a caller who entered, and left before `end`: nobody is there to begin a call for.
bool StasisApp::HasLeftAgain(std::vector<ari::Event>::const_iterator event,
                             std::vector<ari::Event>::const_iterator end) const {
  const auto* start = std::get_if<ari::StasisStart>(&*event);
  if (start == nullptr || context_.ids.Parse(start->channel.id).has_value()) return false;
  return std::any_of(event, end, [start](const ari::Event& later) {
    const auto* left = std::get_if<ari::StasisEnd>(&later);
    return left != nullptr && left->channel_id == start->channel.id;
  });
}

// Lists and compares what is there with what is known: at once, and then as `schedule_` says.
asio::awaitable<void> StasisApp::Resync(uint64_t connection) {
  while (connection == connection_) {
    schedule_.OnListBegun(context_.timers.Now());
    const bool listed = co_await ResyncOnce();
    if (connection != connection_) co_return;  // a later connection lists again, and its events wait
    schedule_.OnListEnded(listed, context_.timers.Now());
    if (listed && !serving_) {
      serving_ = true;
      const std::vector<ari::Event> waited = std::exchange(waiting_, {});
      for (auto event = waited.begin(); event != waited.end(); ++event) {
        if (!HasLeftAgain(event, waited.end())) Handle(*event);
      }
    }
    co_await WaitForNextList(connection);
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

// A channel, bridge or call that a list, a sweep or a release has not done with.
void StasisApp::OnUnsettled(const std::string& id) {
  schedule_.OnUnsettled(id, context_.timers.Now());
  pause_.Wake();
}

// False: Asterisk could not be listed, or the connection is another one by now.
asio::awaitable<bool> StasisApp::ResyncOnce() {
  const uint64_t connection = connection_;
  Snapshot snapshot;
  snapshot.begun = context_.timers.Now();
  std::map<std::string, NodeLease> leases;
  std::map<std::shared_ptr<Call>, uint64_t> changes;  // of the calls that there are now
  for (const auto& [id, call] : table_.calls()) changes[call] = call->facts().changes();
  const bool listed = co_await List(&snapshot);
  if (!listed || connection != connection_) co_return false;
  if (!nodes_met_) {
    leases = co_await epoch_.Claim();
    if (connection != connection_) co_return false;
  }
  for (const auto& [id, call] : table_.calls()) {
    const auto before = changes.find(call);
    const bool unchanged = before != changes.end() && before->second == call->facts().changes();
    if (unchanged || !serving_) TellSnapshot(snapshot, context_.ids, *call);
    // Came back while no event could tell.
    const auto caller = snapshot.channels.find(id);
    if (call->facts().caller_gone() && caller != snapshot.channels.end() && snapshot.InApp(id))
      returned_[id] = caller->second;
  }
  table_.ForgetEnded(snapshot.begun - kEndsLinger, snapshot.app_channels);
  const std::vector<Adopted> adopted = Adopt(snapshot, leases);
  for (const std::string& id : snapshot.unshown) {
    const bool served = snapshot.channels.contains(id) && table_.Find(id) != nullptr;
    if (!served) OnUnsettled(id);
  }
  asio::co_spawn(context_.executor, ReleaseUnkept(leases), asio::detached);
  Sweep::Orphans orphans = FindOrphans(snapshot);
  NoteUsed(orphans, leases);
  if (!std::exchange(nodes_met_, true)) co_await WatchNodes();
  for (const Adopted& each : adopted)
    asio::co_spawn(context_.executor, RunCall(each.call, each.refusal), asio::detached);
  asio::co_spawn(context_.executor, sweep_.Remove(std::move(orphans)), asio::detached);
  co_return true;
}

void StasisApp::SayWhatIsUnlisted(const std::string& why) {
  if (why == unlisted_) return;
  unlisted_ = why;
  if (why.empty()) return log::Info("Asterisk can list its channels and bridges again");
  log::Warning(
      "Asterisk cannot list its channels or bridges, those of the application are asked for one by one",
      {{"why", why}});
}

// Without the channels that went meanwhile.
asio::awaitable<bool> StasisApp::List(Snapshot* snapshot) {
  listing_ = true;
  for (const auto& [id, call] : table_.calls()) ExpectChannels(call->facts().known(), *snapshot);
  std::string failure;
  try {
    co_await TakeSnapshot(context_.ari, options_.app, *snapshot);
  } catch (const ari::Error& error) {
    failure = error.what();
  }
  listing_ = false;
  for (const std::string& id : std::exchange(gone_, {})) {
    snapshot->channels.erase(id);
    snapshot->app_channels.erase(id);
  }
  if (failure.empty()) {
    list_gate_.Forget();
    if (!serving_) WarnIfClocksDiffer(context_.ari.ClockAhead());
    SayWhatIsUnlisted(snapshot->unlisted);
  } else if (list_gate_.Opens("", context_.timers.Now())) {
    log::Warning("cannot list what Asterisk holds", {{"why", failure}});
  }
  co_return failure.empty();
}

// Gives each node the time for its first answer, so that a call that is adopted finds its media up.
asio::awaitable<void> StasisApp::WatchNodes() {
  context_.keeper.Watch();
  const Clock::Time until = context_.timers.Now() + options_.nodes_wait;
  while (!context_.keeper.AskedAll() && context_.timers.Now() < until)
    co_await Sleep(context_.executor, context_.timers, std::chrono::milliseconds(5));
}

std::vector<StasisApp::Adopted> StasisApp::Adopt(const Snapshot& snapshot,
                                                 const std::map<std::string, NodeLease>& leases) {
  const auto has_call = [this](const std::string& call_id) {
    return table_.Contains(call_id) || table_.EndedWithoutItsCaller(call_id);
  };
  const Clock::WallTime now = context_.timers.WallNow() + context_.ari.ClockAhead();
  const std::vector<Adoptable> adoptable = FindAdoptable(snapshot, context_.ids, leases, now, has_call);
  std::vector<Adopted> adopted;
  for (const bool new_callers : {false, true}) {  // last: there may be no room for them
    for (const Adoptable& each : adoptable) {
      if (each.found.nothing() == new_callers) adopted.push_back(AdoptOne(each, snapshot));
    }
  }
  return adopted;
}

StasisApp::Adopted StasisApp::AdoptOne(const Adoptable& adoptable, const Snapshot& snapshot) {
  const AdoptedState& found = adoptable.found;
  const std::optional<Refusal> refusal = found.nothing() ? Admit() : std::nullopt;
  const auto caller = snapshot.channels.find(adoptable.call_id);  // not there: another one took its place
  const std::vector<std::string> args =
      caller == snapshot.channels.end() ? std::vector<std::string>() : caller->second.app_args;
  auto call = MakeCall(adoptable.call_id, args, found.destination.value_or(1));
  TellSnapshot(snapshot, context_.ids, *call);
  call->Adopt(found);
  table_.Add(call);
  if (!refusal.has_value()) context_.metrics.calls_adopted.Increment();
  call->journal().Info("call adopted", {{"bridge", found.bridge_age.has_value()},
                                        {"media", found.media_numbers.size()},
                                        {"lease", found.lease.has_value()},
                                        {"destination", found.destination.has_value()}});
  return {std::move(call), refusal};
}

// What belongs to no call, nor to one that was released just now; and callers who stayed although their call
// ended.
Sweep::Orphans StasisApp::FindOrphans(const Snapshot& snapshot) const {
  const Clock::Time lately = snapshot.begun - kEndsLinger;
  const auto is_owned = [this, lately](const ResourceId& resource) {
    const auto call = table_.calls().find(resource.call_id);
    if (call != table_.calls().end()) return call->second->Owns(resource);
    return table_.EndedSince(resource.call_id, lately);
  };
  Sweep::Orphans orphans = sweep_.Find(snapshot, is_owned);
  for (const std::string& id : snapshot.app_channels) {
    if (table_.EndedWithoutItsCaller(id) && !table_.Contains(id) && !table_.EndedSince(id, lately))
      orphans.channels.push_back({id, table_.ReasonOf(id)});
  }
  return orphans;
}

// Their callers may be back, and their last events still come.
void StasisApp::NoteUsed(const Sweep::Orphans& orphans, const std::map<std::string, NodeLease>& leases) {
  std::vector<std::string> ids;
  for (const Sweep::Channel& channel : orphans.channels) ids.push_back(channel.id);
  for (const auto& [id, lease] : leases) ids.push_back(id);
  for (const std::string& id : ids) {
    if (const auto parsed = context_.ids.Parse(id)) table_.NoteUsed(*parsed, context_.timers.Now());
  }
}

// Its request was given up and had its effect all the same, or another process made it.
void StasisApp::RemoveStray(const std::string& channel_id) {
  Sweep::Orphans stray;
  stray.channels.push_back({channel_id});
  asio::co_spawn(context_.executor, sweep_.Remove(std::move(stray)), asio::detached);
}

// Leases of an earlier process that no adopted call goes on with.
asio::awaitable<void> StasisApp::ReleaseUnkept(std::map<std::string, NodeLease> leases) {
  for (const auto& [id, lease] : leases) {
    if (context_.keeper.Keeps(id)) continue;
    try {
      co_await context_.media.ReleasePort(lease.node, id);
      log::Info("lease of an earlier process released", {{"lease", id}, {"node", lease.node}});
    } catch (const MediaError& error) {
      log::Info("lease left to its time to live", {{"lease", id}, {"why", error.what()}});
    }
  }
}

asio::awaitable<void> StasisApp::RunCall(std::shared_ptr<Call> call, std::optional<Refusal> refusal) {
  if (refusal.has_value()) {
    co_await call->Refuse(*refusal);
  } else {
    co_await call->Run();
  }
  OnCallEnded(call);
}

// Why a new caller is refused; nullopt: it is not.
std::optional<Refusal> StasisApp::Admit() const {
  if (draining_) return Refusal::kDraining;
  if (table_.size() >= options_.max_calls) return Refusal::kFull;
  if (context_.ari.Overloaded()) return Refusal::kOverloaded;
  return std::nullopt;
}

void StasisApp::Handle(const ari::Event& event) {
  if (const auto* start = std::get_if<ari::StasisStart>(&event)) {
    OnStasisStart(*start);
  } else if (const auto* end = std::get_if<ari::StasisEnd>(&event)) {
    OnGone(end->channel_id, 0);
  } else if (const auto* destroyed = std::get_if<ari::ChannelDestroyed>(&event)) {
    OnGone(destroyed->channel_id, destroyed->cause);
  } else if (const auto* dial = std::get_if<ari::Dial>(&event)) {
    if (const auto call = table_.Find(dial->channel_id))
      call->facts().ChannelDials(dial->channel_id, dial->status);
  } else if (const auto* entered = std::get_if<ari::ChannelEnteredBridge>(&event)) {
    if (const auto call = table_.Find(entered->bridge_id))
      call->facts().ChannelEnteredBridge(entered->channel_id);
  } else if (const auto* left = std::get_if<ari::ChannelLeftBridge>(&event)) {
    if (const auto call = table_.Find(left->bridge_id)) call->facts().ChannelLeftBridge(left->channel_id);
  } else if (const auto* hold = std::get_if<ari::ChannelHold>(&event)) {
    if (const auto call = table_.Find(hold->channel_id)) call->facts().ChannelHeld(hold->channel_id, true);
  } else if (const auto* unhold = std::get_if<ari::ChannelUnhold>(&event)) {
    if (const auto call = table_.Find(unhold->channel_id))
      call->facts().ChannelHeld(unhold->channel_id, false);
  } else if (const auto* gone = std::get_if<ari::BridgeDestroyed>(&event)) {
    if (const auto call = table_.Find(gone->bridge_id)) call->facts().BridgeDestroyed();
  }
}

void StasisApp::OnStasisStart(const ari::StasisStart& start) {
  const std::string& id = start.channel.id;
  if (const auto parsed = context_.ids.Parse(id)) {
    const auto call = table_.Find(id);
    if (call == nullptr || !call->Owns(*parsed)) return RemoveStray(id);
    return call->facts().ChannelStarted(id);
  }
  if (!start.replaces.empty()) return OnTransfer(start);
  ari::Channel caller = start.channel;
  // Whoever is moved to the application without arguments (ARI /move) keeps those of the dial plan.
  if (!start.args.empty()) caller.app_args = start.args;
  const std::string arg = caller.app_args.empty() ? "" : caller.app_args.front();
  if (arg == "inbound") return OnCallerEntered(caller);
  if (ignored_args_.size() < kMostIgnoredArgs && ignored_args_.insert(arg).second) {
    log::Info("channels with this argument are ignored, accepted is inbound",
              {{"argument", arg}, {"channel", id}});
  }
}

// Of a party whose call is over, it belongs to nobody, as it does when the call is unknown: only what this
// application had in a bridge is ever replaced in it.
void StasisApp::OnTransfer(const ari::StasisStart& start) {
  if (table_.Find(start.channel.id) != nullptr) return;  // learnt from a list already
  const auto call = table_.Find(start.replaces);
  if (call != nullptr && PlaceOf(start.replaces, call->facts().known()).has_value())
    return call->OnTransfer(start.replaces, start.channel.id);
  RemoveStray(start.channel.id);
}

// A caller who left (a redirect in the dial plan, ARI /move, Stasis() called again) can be back before its
// call is released. The next call has the same id, so it begins when that one has ended.
void StasisApp::OnCallerEntered(const ari::Channel& caller) {
  gone_.erase(caller.id);
  if (const auto call = table_.Find(caller.id)) {
    if (!call->facts().caller_gone()) return;  // adopted from the list before its event was read
    returned_[caller.id] = caller;
    call->journal().Info("caller is back, a new call begins when this one is released");
    return;
  }
  BeginCall(caller);
}

// `args`: of Stasis(), which win over the flags.
std::shared_ptr<Call> StasisApp::MakeCall(const std::string& id, const std::vector<std::string>& args,
                                          int destination_number) const {
  CallConfig config = context_.config;
  const std::vector<RefusedArgument> refused = ApplyArguments(config, args);
  auto call = std::make_shared<Call>(context_, id, std::move(config), destination_number);
  for (const RefusedArgument& each : refused) {
    call->journal().Warning("argument of the dial plan refused, the flag's value is used",
                            {{"argument", each.argument}, {"why", each.why}});
  }
  return call;
}

// Whose caller was here before gets other numbers for its channels and leases: the last events of the earlier
// ones may still come, and Asterisk refuses an id that is not free yet.
std::shared_ptr<Call> StasisApp::NewCall(const ari::Channel& caller) const {
  auto call = MakeCall(caller.id, caller.app_args);
  if (const std::optional<int> last = table_.LastMediaNumber(caller.id)) {
    AdoptedState used;
    used.last_media_number = *last;
    call->Adopt(used);
  }
  return call;
}

void StasisApp::BeginCall(const ari::Channel& caller) {
  auto call = NewCall(caller);
  const std::optional<Refusal> refusal = Admit();
  call->facts().ChannelStarted(caller.id);
  if (caller.state == "Up") call->facts().ChannelAnswered(caller.id);
  table_.Add(call);
  call->journal().Info("call started", {{"channel", caller.name}, {"calls", table_.size()}});
  asio::co_spawn(context_.executor, RunCall(std::move(call), refusal), asio::detached);
}

void StasisApp::BeginCallOfReturned(const std::string& id) {
  const auto returned = returned_.extract(id);
  if (!returned.empty()) BeginCall(returned.mapped());
}

void StasisApp::OnGone(const std::string& channel_id, int cause) {
  returned_.erase(channel_id);
  if (listing_) gone_.insert(channel_id);
  table_.OnCallerLeft(channel_id);
  if (const auto call = table_.Find(channel_id)) call->facts().ChannelGone(channel_id, cause);
}

void StasisApp::OnCallEnded(const std::shared_ptr<Call>& call) {
  table_.End(*call, context_.timers.Now());
  if (!call->undone()) OnUnsettled(call->id());
  BeginCallOfReturned(call->id());
  if (draining_ && table_.size() == 0 && on_idle_) std::exchange(on_idle_, nullptr)();
}

}  // namespace benari::control
