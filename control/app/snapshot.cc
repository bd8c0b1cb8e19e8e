#include "control/app/snapshot.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "common/log.h"
#include "control/loop/when_all.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kClocksMayDiffer{2};
constexpr size_t kAtATime = 8;  // requests for channels or bridges one by one
constexpr int kBridgeAttempts = 3;

bool CannotBeShown(const ari::Error& error) {
  return error.kind == ari::ErrorKind::kMalformed ||
         (error.kind == ari::ErrorKind::kHttp && error.status == 500);
}

template <typename T>
asio::awaitable<void> LookUp(ari::Awaitable<T> request, std::string id, std::map<std::string, T>& found,
                             std::set<std::string>& unshown) {
  try {
    T shown = co_await std::move(request);
    found[id] = std::move(shown);
  } catch (const ari::Error& error) {
    if (error.not_found()) co_return;
    if (!CannotBeShown(error)) throw;
    found[id].id = id;
    unshown.insert(id);
  }
}

template <typename T>
asio::awaitable<void> LookUpAll(std::function<ari::Awaitable<T>(const std::string&)> get,
                                std::set<std::string> ids, std::map<std::string, T>& found,
                                std::set<std::string>& unshown) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::vector<asio::awaitable<void>> portion;
  for (auto id = ids.begin(); id != ids.end();) {
    portion.push_back(LookUp(get(*id), *id, found, unshown));
    if (++id != ids.end() && portion.size() < kAtATime) continue;
    asio::awaitable<void> all = WhenAll(executor, std::exchange(portion, {}));
    co_await std::move(all);
  }
}

asio::awaitable<ari::Application> FindApplication(ari::Client& ari, std::string app) {
  ari::Application application;
  try {
    application = co_await ari.GetApplication(app);
  } catch (const ari::Error& error) {
    if (!error.not_found()) throw;
  }
  co_return application;
}

asio::awaitable<void> ListChannels(ari::Client& ari, std::string app, Snapshot& snapshot) {
  try {
    const std::vector<ari::Channel> channels = co_await ari.ListChannels();
    for (const ari::Channel& channel : channels) snapshot.channels[channel.id] = channel;
    co_return;
  } catch (const ari::Error& error) {
    if (!CannotBeShown(error)) throw;
    snapshot.unlisted = error.what();
  }
  const ari::Application application = co_await FindApplication(ari, app);
  std::set<std::string> ids(application.channel_ids.begin(), application.channel_ids.end());
  ids.insert(snapshot.expected.begin(), snapshot.expected.end());
  std::function<ari::Awaitable<ari::Channel>(const std::string&)> get = [&ari](const std::string& id) {
    return ari.GetChannel(id);
  };
  asio::awaitable<void> all = LookUpAll(std::move(get), std::move(ids), snapshot.channels, snapshot.unshown);
  co_await std::move(all);
}

asio::awaitable<void> ListBridges(ari::Client& ari, std::string app, Snapshot& snapshot) {
  try {
    const std::vector<ari::Bridge> bridges = co_await ari.ListBridges();
    for (const ari::Bridge& bridge : bridges) snapshot.bridges[bridge.id] = bridge;
    co_return;
  } catch (const ari::Error& error) {
    if (!CannotBeShown(error)) throw;
    snapshot.unlisted = error.what();
  }
  const ari::Application application = co_await FindApplication(ari, app);
  std::set<std::string> ids(application.bridge_ids.begin(), application.bridge_ids.end());
  std::function<ari::Awaitable<ari::Bridge>(const std::string&)> get = [&ari](const std::string& id) {
    return ari.GetBridge(id);
  };
  asio::awaitable<void> all = LookUpAll(std::move(get), std::move(ids), snapshot.bridges, snapshot.unshown);
  co_await std::move(all);
}

// A member of a bridge has left after the bridges were listed: by a transfer, its place has somebody else.
bool HasLeft(const ari::Application& application, const Snapshot& snapshot) {
  for (const std::string& id : application.bridge_ids) {
    const auto bridge = snapshot.bridges.find(id);
    if (bridge == snapshot.bridges.end()) continue;
    const std::vector<std::string>& members = bridge->second.channel_ids;
    const auto in_app = [&snapshot](const std::string& member) { return snapshot.InApp(member); };
    if (!std::all_of(members.begin(), members.end(), in_app)) return true;
  }
  return false;
}

}  // namespace

// In this order: a channel that is missing because another one took its place in a transfer is missing from
// the first list, so that the newcomer is in both others.
asio::awaitable<void> TakeSnapshot(ari::Client& ari, std::string app, Snapshot& snapshot) {
  co_await ListChannels(ari, app, snapshot);
  bool has_left = true;
  for (int attempt = 0; has_left && attempt < kBridgeAttempts; ++attempt) {
    snapshot.bridges.clear();
    co_await ListBridges(ari, app, snapshot);
    const ari::Application application = co_await FindApplication(ari, app);
    snapshot.app_channels = {application.channel_ids.begin(), application.channel_ids.end()};
    has_left = HasLeft(application, snapshot);
  }
}

void WarnIfClocksDiffer(std::chrono::milliseconds asterisk_ahead) {
  if (std::chrono::abs(asterisk_ahead) <= kClocksMayDiffer) return;
  log::Warning("the clocks of Asterisk and of this machine differ",
               {{"asterisk_ahead_ms", asterisk_ahead.count()}});
}

void ExpectChannels(const KnownFacts& known, Snapshot& snapshot) {
  for (const auto& [id, channel] : known.channels) {
    if ((channel.created || channel.started) && !channel.gone) snapshot.expected.insert(ChannelIn(id, known));
  }
}

namespace {

bool Contains(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// One that came while the lists were taken may be in one of them only.
bool Shows(const Snapshot& snapshot, const std::string& channel_id) {
  return snapshot.channels.contains(channel_id) || snapshot.InApp(channel_id);
}

// Members of a call's bridge that have no place in the call: a transfer put them there.
std::vector<std::string> FindNewcomers(const Snapshot& snapshot, const ari::Bridge& bridge, const Ids& ids,
                                       const std::string& call_id, const KnownFacts& known) {
  std::vector<std::string> newcomers;
  for (const std::string& member : bridge.channel_ids) {
    const bool has_place =
        member == call_id || ids.Parse(member).has_value() || PlaceOf(member, known) != member;
    if (!has_place && snapshot.InApp(member)) newcomers.push_back(member);
  }
  return newcomers;
}

bool HasLeft(const std::string& channel_id, const std::vector<ari::Event>& events) {
  return std::any_of(events.begin(), events.end(), [&channel_id](const ari::Event& event) {
    const auto* end = std::get_if<ari::StasisEnd>(&event);
    return end != nullptr && end->channel_id == channel_id;
  });
}

// Reports transfers whose events were missed. If both parties were replaced, their places may be swapped.
void TellTransfers(const Snapshot& snapshot, const ari::Bridge& bridge, const Ids& ids, Call& call) {
  const KnownFacts& known = call.facts().known();
  std::vector<std::string> newcomers = FindNewcomers(snapshot, bridge, ids, call.id(), known);
  for (const std::string& place : {call.id(), call.destination()}) {
    const std::string channel = ChannelIn(place, known);
    if (newcomers.empty()) return;
    if (Contains(bridge.channel_ids, channel)) continue;
    call.OnTransfer(channel, newcomers.back());
    newcomers.pop_back();
  }
}

}  // namespace

void AddTransfers(const std::vector<ari::Event>& events, Snapshot& snapshot) {
  for (const ari::Event& event : events) {
    const auto* start = std::get_if<ari::StasisStart>(&event);
    if (start == nullptr || start->replaces.empty() || HasLeft(start->channel.id, events)) continue;
    for (auto& [id, bridge] : snapshot.bridges) {
      auto& members = bridge.channel_ids;
      const auto left = std::find(members.begin(), members.end(), start->replaces);
      if (left == members.end()) continue;
      members.erase(left);
      if (!Contains(members, start->channel.id)) members.push_back(start->channel.id);
      snapshot.channels[start->channel.id] = start->channel;
      snapshot.app_channels.insert(start->channel.id);
    }
  }
}

void TellSnapshot(const Snapshot& snapshot, const Ids& ids, Call& call) {
  const auto bridge = snapshot.bridges.find(ids.Bridge(call.id()));
  if (bridge != snapshot.bridges.end()) TellTransfers(snapshot, bridge->second, ids, call);
  CallFacts& facts = call.facts();
  facts.AsteriskListed();
  bool bridged_before = false;
  for (const auto& [place, channel] : facts.known().channels) {
    const std::string id = facts.ChannelIn(place);
    if (snapshot.expected.contains(id) && !Shows(snapshot, id)) facts.ChannelGone(id, 0);
    bridged_before = bridged_before || (channel.times_joined > 0 && !channel.gone);
  }
  const bool outbound =
      ids.OutboundTo(call.id()).has_value();  // it may not be there, or not have answered yet
  if (!outbound) facts.ChannelStarted(call.id());
  const std::string caller = facts.ChannelIn(call.id());
  if (!outbound && !Shows(snapshot, caller)) facts.ChannelGone(caller, 0);
  // A channel that was originated belongs to the application before it is answered and enters it.
  const std::string first = ids.Destination(call.id(), 1);
  for (auto dialled = snapshot.channels.lower_bound(first);
       dialled != snapshot.channels.end() && absl::StartsWith(dialled->first, first); ++dialled) {
    facts.ChannelExpected(dialled->first);
  }
  for (const auto& [place, channel] : facts.known().channels) {
    const std::string id = facts.ChannelIn(place);
    const auto there = snapshot.channels.find(id);
    if (there == snapshot.channels.end()) continue;
    facts.ChannelCreated(place);
    if (there->second.state == "Up") facts.ChannelAnswered(place);
    if (channel.up && snapshot.InApp(id)) facts.ChannelStarted(place);
    if (outbound && place == call.id() && there->second.state == "Ringing") facts.ChannelDials(id, "RINGING");
  }
  if (bridge == snapshot.bridges.end()) {
    if (bridged_before) facts.BridgeDestroyed();
  } else if (!snapshot.unshown.contains(bridge->first)) {
    facts.BridgeListed(bridge->second.channel_ids);
  }
}

std::vector<Adoptable> FindAdoptable(const Snapshot& snapshot, const Ids& ids,
                                     const std::map<std::string, NodeLease>& leases, Clock::WallTime now,
                                     const std::function<bool(const std::string&)>& has_call) {
  std::map<std::string, AdoptedState> by_call;
  for (const std::string& id : snapshot.app_channels) {
    const auto channel = snapshot.channels.find(id);
    if (channel == snapshot.channels.end() || ids.Parse(id).has_value() || has_call(id)) continue;
    const bool bridged = snapshot.bridges.contains(ids.Bridge(id));
    const auto& args = channel->second.app_args;
    const bool ours = ids.OutboundTo(id).has_value();
    if (bridged || ours || (!args.empty() && args.front() == "inbound")) by_call[id];
  }
  for (const auto& [id, bridge] : snapshot.bridges) {
    const auto parsed = ids.Parse(id);
    if (!parsed.has_value() || has_call(parsed->call_id)) continue;
    const auto newcomers = FindNewcomers(snapshot, bridge, ids, parsed->call_id, KnownFacts());
    const size_t callers = Contains(bridge.channel_ids, parsed->call_id) ? 0 : 1;
    if (!newcomers.empty()) by_call[parsed->call_id];
    if (newcomers.size() > callers) by_call[parsed->call_id].destination = 1;
  }
  std::set<std::string> answered;  // of several destinations that were dialled at once one that has counts
  for (const auto& [id, channel] : snapshot.channels) {
    const auto parsed = ids.Parse(id);
    if (!parsed.has_value() || !by_call.contains(parsed->call_id)) continue;
    AdoptedState& found = by_call[parsed->call_id];
    if (parsed->kind == ResourceKind::kDestination && !answered.contains(parsed->call_id))
      found.destination = parsed->number;
    if (parsed->kind == ResourceKind::kDestination && channel.state == "Up") answered.insert(parsed->call_id);
    if (parsed->kind == ResourceKind::kMedia) found.media_numbers.push_back(parsed->number);
  }
  for (const auto& [id, bridge] : snapshot.bridges) {
    const auto parsed = ids.Parse(id);
    if (!parsed.has_value() || !by_call.contains(parsed->call_id)) continue;
    for (const std::string& member : bridge.channel_ids) {  // rather than one that another process dialled
      const auto other = ids.Parse(member);
      if (other.has_value() && other->kind == ResourceKind::kDestination)
        by_call[parsed->call_id].destination = other->number;
    }
    const auto created = ParseCreationTime(bridge.creationtime).value_or(now);
    by_call[parsed->call_id].bridge_age = std::max(Clock::Duration::zero(), Clock::Duration(now - created));
  }
  std::vector<Adoptable> adoptable;
  for (auto& [call_id, found] : by_call) {
    std::sort(found.media_numbers.begin(), found.media_numbers.end());
    if (!found.media_numbers.empty()) {
      const auto lease = leases.find(ids.Media(call_id, found.media_numbers.back()));
      if (lease != leases.end() && lease->second.session.state == SessionState::kRunning) {
        found.lease = Lease{lease->first, lease->second.node, lease->second.session.rtp};
        found.bot = lease->second.session.bot;
      }
    }
    adoptable.push_back({call_id, std::move(found)});
  }
  return adoptable;
}

std::optional<Clock::WallTime> ParseCreationTime(const std::string& text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d%ET%H:%M:%E*S%z", text, &time, &error)) return std::nullopt;
  return absl::ToChronoTime(time);
}

}  // namespace benari::control
