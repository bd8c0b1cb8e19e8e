#include "tests/sim/neighbour_side.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "tests/sim/company.h"
#include "tests/sim/documents.h"

namespace benari::sim {

using fakes::Random;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr char kNeighbour[] = "north";
constexpr seconds kEchoTime(2);
constexpr seconds kSilence(2);  // the longest that a caller may hear nothing
constexpr milliseconds kStormStep(20);
constexpr int kStormOfStep = 4;                // leases of each node
constexpr media::Rate kLeaseRate{20, 20};      // far above what any other side asks for
constexpr int kPortsBesideStorm = 400;         // a lease lasts 10 s, then its port rests for one
constexpr size_t kMostPhonesBesideStorm = 15;  // as all may need new media at once

control::CallConfig Call() {
  control::CallConfig call;
  call.echo_time = kEchoTime;
  call.dial_timeout = seconds(5);
  return call;
}

fakes::AsteriskOptions AsteriskOf(const Scenario& scenario) {
  fakes::AsteriskOptions options;
  options.seed = scenario.seed + 1;
  return options;
}

}  // namespace

void DrawNeighbour(Scenario& scenario, Random& random) {
  Neighbour neighbour;
  const size_t phones = 1 + random.Below(8);
  for (size_t i = 0; i < phones; ++i) {
    Phone phone;
    phone.at = random.UpTo(seconds(20));
    if (random.Flip()) phone.hangs_up_after = random.UpTo(seconds(12));
    phone.destination = DrawDestination(random);
    neighbour.phones.push_back(phone);
  }
  neighbour.trouble = static_cast<NeighbourTrouble>(random.Below(4));
  neighbour.at = random.UpTo(seconds(15));
  neighbour.length = random.UpTo(seconds(8));
  const bool wild = neighbour.trouble == NeighbourTrouble::kGoesWild;
  if (wild && scenario.phones.size() > kMostPhonesBesideStorm) neighbour.trouble = NeighbourTrouble::kNone;
  if (neighbour.trouble == NeighbourTrouble::kGoesWild) {
    scenario.media.lease_rate = kLeaseRate;
    scenario.media.ports_per_node = kPortsBesideStorm;
  }
  scenario.neighbour = std::move(neighbour);
}

NeighbourSide::NeighbourSide(boost::asio::io_context& loop, fakes::VirtualTimers& timers,
                             fakes::FakeMedia& media, const Scenario& scenario)
    : loop_(loop),
      timers_(timers),
      media_(media),
      scenario_(scenario),
      neighbour_(*scenario.neighbour),
      start_(timers.Now()),
      random_(scenario.seed ^ 0x0e1),
      asterisk_(timers, AsteriskOf(scenario)) {}

NeighbourSide::~NeighbourSide() {
  for (const auto& control : controls_) control->Kill();
}

void NeighbourSide::At(Clock::Duration since_start, std::function<void()> what) {
  timers_.RunAt(start_ + since_start, std::move(what));
}

void NeighbourSide::Start() {
  StartControl();
  for (const Phone& phone : neighbour_.phones) {
    At(phone.at, [this, &phone] { Ring(phone); });
  }
  At(neighbour_.at, [this] { BeginTrouble(); });
}

void NeighbourSide::StartControl() {
  fakes::FakeMediaClient::Options media_client;
  media_client.owner = kNeighbour;
  controls_.push_back(std::make_unique<control::ControlProcess>(
      loop_, timers_, asterisk_, media_, scenario_.nodes, Call(), control::StasisApp::Options(),
      control::LeaseKeeper::Options(), media_client));
  streams_.push_back(std::make_unique<ModelEventStream>(*controls_.back(), asterisk_, random_.Next(),
                                                        [](const std::string&) {}));
  streams_.back()->Start();
}

void NeighbourSide::Ring(const Phone& phone) {
  if (!asterisk_.running()) return;
  asterisk_.SetDestination("", phone.destination);
  const std::string caller = asterisk_.CallerArrives({});
  callers_.push_back(caller);
  log::Info("SIM a caller of the neighbour", {{"call", caller}});
  if (!phone.hangs_up_after.has_value()) return;
  timers_.RunAt(timers_.Now() + *phone.hangs_up_after, [this, caller] { asterisk_.CallerHangsUp(caller); });
}

void NeighbourSide::BeginTrouble() {
  const Clock::Time until = timers_.Now() + neighbour_.length;
  switch (neighbour_.trouble) {
    case NeighbourTrouble::kNone:
      return;
    case NeighbourTrouble::kControlDies:
      log::Info("SIM the neighbour's control dies");
      controls_.back()->Kill();
      return timers_.RunAt(until, [this] { StartControl(); });
    case NeighbourTrouble::kAsteriskDies:
      log::Info("SIM the neighbour's Asterisk dies");
      asterisk_.Stop();
      return timers_.RunAt(until, [this] { asterisk_.Start(); });
    case NeighbourTrouble::kGoesWild:
      log::Info("SIM the neighbour goes wild");
      Storm(until);
  }
}

// Nobody keeps these leases.
void NeighbourSide::Storm(Clock::Time until) {
  const fakes::FakeMediaClient::Options options;
  const media::OwnerId owner{kNeighbour, controls_.back()->media().epoch()};
  for (const std::string& node : scenario_.nodes) {
    if (media_.ReachOf(node) != fakes::FakeMedia::Reach::kAnswers) continue;
    for (int i = 0; i < kStormOfStep; ++i) {
      try {
        media_.Living(node).LeasePort(owner, absl::StrCat(kNeighbour, ".wild-", ++storm_, ".media1"),
                                      options.lease_ttl);
      } catch (const control::MediaError&) {  // as the node has had enough
      }
    }
  }
  if (timers_.Now() >= until) return;
  timers_.RunAt(timers_.Now() + kStormStep, [this, until] { Storm(until); });
}

void NeighbourSide::HangUpAll() {
  std::vector<std::string> dialled;
  for (const auto& [id, channel] : asterisk_.channels()) {
    if (channel.kind == fakes::ChannelKind::kDialled) dialled.push_back(id);
  }
  for (const std::string& caller : callers_) asterisk_.CallerHangsUp(caller);
  for (const std::string& id : dialled) asterisk_.DestinationHangsUp(id);
}

bool NeighbourSide::IsUndisturbed() const {
  using enum DisasterKind;
  const bool nodes =
      std::none_of(scenario_.disasters.begin(), scenario_.disasters.end(),
                   [](const Disaster& each) { return each.IsOfMedia() || each.kind == kRefuseWatches; });
  const bool room = scenario_.media.ports_per_node >= 50;
  return nodes && room && neighbour_.trouble == NeighbourTrouble::kNone;
}

bool NeighbourSide::HearsSomething(const std::string& caller) const {
  const fakes::ChannelRecord& channel = asterisk_.channels().at(caller);
  if (channel.hears_ringing) return true;
  const auto bridge = asterisk_.bridges().find(channel.bridge_id);
  return bridge != asterisk_.bridges().end() && bridge->second.ari.channel_ids.size() > 1;
}

// Of what goes on beside it.
std::string NeighbourSide::Noticed() const {
  const control::ControlProcess& control = *controls_.back();
  constexpr const char* kMetrics[] = {"benari_control_swept_total", "benari_control_undo_failures_total",
                                      "benari_control_media_replaced_total",
                                      "benari_control_calls_refused_total",
                                      "benari_control_leases_left_total"};
  for (const char* metric : kMetrics) {
    if (control.Metric(metric) > 0) return absl::StrCat("the neighbour has counted ", metric);
  }
  if (!control.app().serving() && timers_.Now() - start_ > kSilence) return "the neighbour does not serve";
  return "";
}

std::string NeighbourSide::Look() {
  if (!IsUndisturbed()) return "";
  const Clock::Time now = timers_.Now();
  for (const std::string& caller : callers_) {
    const auto channel = asterisk_.channels().find(caller);
    const bool there = channel != asterisk_.channels().end() && !channel->second.dying;
    if (!there || HearsSomething(caller)) {
      unheard_.erase(caller);
    } else if (now - unheard_.emplace(caller, now).first->second > kSilence) {
      return absl::StrCat("caller ", caller, " of the neighbour hears nothing");
    }
  }
  return Noticed();
}

std::string NeighbourSide::AllOver() {
  std::string left = absl::StrCat(asterisk_.Leftovers(), media_.Leftovers(kNeighbour));
  const control::ControlProcess& control = *controls_.back();
  if (!control.app().serving()) absl::StrAppend(&left, "its control does not serve\n");
  if (control.app().table().size() > 0) absl::StrAppend(&left, "calls: ", control.app().table().size(), "\n");
  return left.empty() ? "" : absl::StrCat("of the neighbour:\n", left);
}

std::string NeighbourSide::Ends() const {
  if (!IsUndisturbed()) return "";
  for (const std::string& caller : callers_) {
    const auto end = asterisk_.EndOf(caller);
    if (!end.has_value()) return absl::StrCat("caller ", caller, " of the neighbour is still there");
    if (end->by_itself) continue;
    const std::map<int, std::string> dialled = DialledFor(asterisk_, caller, kNeighbour);
    if (dialled.size() != 1)
      return absl::StrCat("for caller ", caller, " of the neighbour ", dialled.size(), " were dialled");
    const int right = CauseOf(asterisk_.dialled().at(dialled.begin()->second));
    if (end->cause != right)
      return absl::StrCat("caller ", caller, " of the neighbour was told cause ", end->cause, ", not ",
                          right);
  }
  return "";
}

}  // namespace benari::sim
