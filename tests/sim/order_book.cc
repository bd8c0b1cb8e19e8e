#include "tests/sim/order_book.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "control/api/call_json.h"
#include "control/record/call_sid.h"
#include "tests/sim/documents.h"

namespace benari::sim {

using fakes::ChannelKind;
using fakes::Destination;
using std::chrono::seconds;

namespace {

constexpr seconds kNewsArrive(1);              // of who has left the app
constexpr int kNormal = 16, kCongestion = 34;  // Q.850

bool BeginsWithDial(const Order& order) {
  return order.kind == OrderKind::kTransfer ||
         (order.kind == OrderKind::kDocument && absl::StartsWith(order.what, "<Dial"));
}

// It neither leaves by itself nor is lost.
bool IsSteady(const fakes::BotScript& bot) {
  return !bot.closes_after.has_value() && !bot.dies_after.has_value() && !bot.refused;
}

// What the API says of a call whose callee is this one; "": it answers, and may leave at once.
std::string StatusOfUnanswered(const Destination& callee) {
  switch (callee.kind) {
    case Destination::Kind::kBusy:
      return "busy";
    case Destination::Kind::kRings:
      return "no-answer";
    case Destination::Kind::kAnswers:
      return "";
    default:
      return "failed";
  }
}

}  // namespace

size_t OrderBook::Dialled(const std::string& call_id) const { return DialledFor(asterisk_, call_id).size(); }

const fakes::ChannelRecord* OrderBook::CallerOf(const std::string& call_id) const {
  for (const auto& [id, channel] : asterisk_.channels()) {
    const Role role = RoleOf(asterisk_, id);
    const bool is_it = role.is_caller && role.call_id == call_id && channel.kind != ChannelKind::kLocalFar;
    if (is_it && !channel.dying && !channel.transferred) return &channel;
  }
  return nullptr;
}

void OrderBook::OnAccepted(const std::string& call_id, const Order& order, const Watched& by,
                           Clock::Time now) {
  const auto left = left_.find(call_id);
  const bool of_last_call = left != left_.end() && now - left->second < kNewsArrive;
  const auto call = by.process->app().table().Find(call_id);
  const bool is_over = call == nullptr || call->phase() == control::CallPhase::kReleasing;
  if (of_last_call || is_over) return;
  const Accepted accepted{&by, Dialled(call_id), now};
  const auto placed = placed_.find(call_id);
  const fakes::ChannelRecord* const caller = CallerOf(call_id);
  if (order.kind == OrderKind::kDigits) {
    if (caller != nullptr && caller->in_stasis) digits_[call_id] = accepted;
    return;
  }
  dialling_.erase(call_id);
  talks_.erase(call_id);
  if (placed != placed_.end()) placed->second.steered = true;
  if (order.kind == OrderKind::kHangUp) {
    hang_ups_[call_id] = hung_up_[call_id] = accepted;
    if (placed != placed_.end()) placed->second.canceled = caller == nullptr || caller->ari.state != "Up";
    return;
  }
  redirects_[call_id] = {order, accepted.dialled};
  if (!BeginsWithDial(order)) return;
  dialling_[call_id] = accepted;
  WatchBot(call_id, by);
}

// Only one whose end is nobody's but ours.
void OrderBook::WatchBot(const std::string& call_id, const Watched& by) {
  if (scenario_.call.transfer != control::Transfer::kAttended) return;
  const auto call = by.process->app().table().Find(call_id);
  if (call == nullptr || !call->facts().known().bot.ready || !call->media().made() || call->media().lost())
    return;
  const std::string lease = call->media().id();
  if (!call->facts().channel(lease).in_bridge) return;  // one that is being replaced is given back
  const fakes::ModelBot* const bot = media_.BotOf(lease);
  if (bot == nullptr || bot->info().phase != control::BotPhase::kReady) return;
  const auto script = scenario_.media.bots.find(bot->request().url);
  if (script == scenario_.media.bots.end() || !IsSteady(script->second)) return;
  talks_[call_id] = {&by, lease, Dialled(call_id)};
}

void OrderBook::OnLeft(const std::string& call_id, Clock::Time now) {
  left_[call_id] = now;
  for (auto* const each : {&hang_ups_, &dialling_, &digits_}) each->erase(call_id);
  talks_.erase(call_id);
}

template <typename Done>
std::string OrderBook::Overdue(std::map<std::string, Accepted>& accepted, const char* what, Clock::Time now,
                               std::optional<Clock::Duration> patience, Done done) {
  for (auto each = accepted.begin(); each != accepted.end();) {
    const fakes::ChannelRecord* const caller = CallerOf(each->first);
    Accepted& order = each->second;
    const bool gone = caller == nullptr && !placed_.contains(each->first);
    if (order.by->ended || gone || done(each->first, order, caller)) {
      each = accepted.erase(each);
      continue;
    }
    const bool possible = patience.has_value() && caller != nullptr && caller->in_stasis;
    if (!possible) order.open = std::nullopt;
    if (possible && !order.open.has_value()) order.open = now;
    if (possible && now - *order.open > *patience)
      return absl::StrCat("call ", each->first, " was to be ", what, " over the API, and is not");
    ++each;
  }
  return "";
}

std::string OrderBook::Look(Clock::Time now, const Watched* living, Clock::Duration patience) {
  const Clock::Duration at = now - start_;
  const bool undisturbed = living != nullptr && living->process->app().serving() &&
                           !scenario_.IsDisturbed(at) && !scenario_.IsAsteriskDisturbed(at);
  std::optional<Clock::Duration> within;
  if (undisturbed) within = patience + seconds(3);
  std::string wrong = Overdue(hang_ups_, "hung up", now, within,
                              [](const std::string&, const Accepted&, const fakes::ChannelRecord* caller) {
                                return caller == nullptr;
                              });
  if (wrong.empty())
    wrong = Overdue(dialling_, "connected with somebody", now, within,
                    [this](const std::string& call_id, const Accepted& order, const fakes::ChannelRecord*) {
                      return Dialled(call_id) > order.dialled;
                    });
  if (wrong.empty()) wrong = Digits(now, within);
  if (wrong.empty()) wrong = BotsThatStay(undisturbed);
  if (wrong.empty()) wrong = DialOuts(now, living, within);
  return wrong;
}

// A request that fails is not asked again; who has just transferred its call takes the digits along.
std::string OrderBook::Digits(Clock::Time now, std::optional<Clock::Duration> patience) {
  const bool lost = scenario_.request_faults > 0 || scenario_.HasMeddling(MeddlingKind::kTransfer);
  if (!patience.has_value() || lost) digits_.clear();
  return Overdue(digits_, "sent digits", now, patience,
                 [](const std::string&, const Accepted&, const fakes::ChannelRecord* caller) {
                   return caller == nullptr || !caller->keys.empty();
                 });
}

// Until somebody has answered, or will not.
std::string OrderBook::BotsThatStay(bool undisturbed) {
  const bool media_may_be_lost =
      scenario_.request_faults > 0 || !undisturbed ||
      std::any_of(scenario_.disasters.begin(), scenario_.disasters.end(), [](const Disaster& disaster) {
        return disaster.IsOfMedia() || disaster.kind == DisasterKind::kHangUpMedia ||
               disaster.kind == DisasterKind::kDestroyBridge || disaster.kind == DisasterKind::kCutMachine;
      });
  if (media_may_be_lost) talks_.clear();
  for (auto each = talks_.begin(); each != talks_.end();) {
    const auto& [call_id, talk] = *each;
    bool settled = talk.by->ended || CallerOf(call_id) == nullptr;
    for (const auto& [id, destination] : asterisk_.dialled()) {
      const bool of_call = id != call_id && CallOf(id) == call_id;
      const auto channel = asterisk_.channels().find(id);
      const bool rings = channel != asterisk_.channels().end() && channel->second.ari.state != "Up";
      settled = settled || (of_call && !rings && Dialled(call_id) > talk.dialled);
    }
    const fakes::ModelBot* const bot = media_.BotOf(talk.lease);
    if (!settled && bot == nullptr)
      return absl::StrCat("the bot of call ", call_id, " was to stay until somebody answers, and is gone");
    each =
        settled || bot->info().phase == control::BotPhase::kFinished ? talks_.erase(each) : std::next(each);
  }
  return "";
}

std::string OrderBook::DialOuts(Clock::Time now, const Watched* living,
                                std::optional<Clock::Duration> patience) {
  for (auto& [call_id, placed] : placed_) {
    const fakes::ChannelRecord* const callee = CallerOf(call_id);
    if (callee != nullptr && callee->in_stasis && !placed.answered.has_value()) placed.answered = now;
    std::string wrong;
    if (patience.has_value() && callee != nullptr && living->process->app().knows_calls())
      wrong = WhatTheApiSays(call_id, *callee, *living);
    if (wrong.empty()) placed.untrue = std::nullopt;
    if (wrong.empty()) continue;
    if (!placed.untrue.has_value()) placed.untrue = now;
    if (now - *placed.untrue > *patience) return wrong;
  }
  return "";
}

std::string OrderBook::WhatTheApiSays(const std::string& call_id, const fakes::ChannelRecord& callee,
                                      const Watched& living) const {
  const auto record = living.process->history().Find(call_id);
  if (record == nullptr || record->identity.call_sid != control::CallSid(kOwner, call_id))
    return absl::StrCat("the API does not know call ", call_id);
  const std::string says = control::api::StatusOf(*record);
  const std::string right = callee.in_stasis                ? "in-progress"
                            : callee.ari.state == "Ringing" ? "ringing"
                                                            : says;
  return says == right
             ? ""
             : absl::StrCat("the API says that call ", call_id, " is ", says, ", and it is ", right);
}

std::string OrderBook::Ends(const Watched& living) const {
  for (const auto& [call_id, placed] : placed_) {
    const std::string wrong = EndOf(call_id, placed, living);
    if (!wrong.empty()) return absl::StrCat("call ", call_id, " that the API has asked for ", wrong);
  }
  return "";
}

std::string OrderBook::EndOf(const std::string& call_id, const Placed& placed, const Watched& living) const {
  if (DocumentWasLost(call_id, placed)) return "was answered, and its document was not run";
  if (!scenario_.IsCalm()) return "";
  const auto record = living.process->history().Find(call_id);
  if (record == nullptr) return "";  // forgotten after a hundred others
  const std::string says = control::api::StatusOf(*record);
  const DialOut& dial_out = *placed.dial_out;
  const auto ended = asterisk_.EndOf(call_id);
  const bool left = ended.has_value() && ended->by_itself;
  const auto is = [&says](const std::string& right) {
    return says == right ? "" : absl::StrCat("is ", says, " to the API, not ", right);
  };
  const std::string right = StatusOfUnanswered(dial_out.callee);
  // Both may happen at once.
  if (placed.canceled && !placed.answered.has_value()) return says == right ? "" : is("canceled");
  if (left || placed.steered) return "";
  if (placed.answered.has_value() && says != "failed" && says != "completed") return is("completed");
  if (placed.answered.has_value()) return WrongCause(call_id, dial_out.source, ended->cause);
  return right.empty() ? "" : is(right);
}

std::string OrderBook::WrongCause(const std::string& call_id, const Order& source, int told) const {
  const bool heard =
      scenario_.media.media_flows || scenario_.call.on_no_media == control::OnNoMedia::kContinue;
  const bool several =
      source.kind == OrderKind::kDocument ? DialsSeveral(source.what) : DocumentsDialSeveral(scenario_);
  if (scenario_.media.ports_per_node < 50 || !heard || several) return "";
  std::vector<Destination> met;
  for (const auto& [number, id] : DialledFor(asterisk_, call_id)) met.push_back(asterisk_.dialled().at(id));
  const DocumentEnd end = EndByOrder(scenario_, source, control::AfterBot::kHangUp, met);
  const bool right = end.kind == DocumentEnd::Kind::kHungUp && end.cause == told;
  return right ? "" : absl::StrCat("was told cause ", told, ", not ", end.cause);
}

// A control that is killed has told its successor what to run.
bool OrderBook::DocumentWasLost(const std::string& call_id, const Placed& placed) const {
  const bool only_deaths =
      std::all_of(scenario_.disasters.begin(), scenario_.disasters.end(), [](const Disaster& each) {
        return each.kind == DisasterKind::kKillControl || each.kind == DisasterKind::kReplaceControl;
      });
  const auto ended = asterisk_.EndOf(call_id);
  const bool lasts = placed.dial_out->callee.kind == Destination::Kind::kAnswers &&
                     placed.answered.has_value() && ended.has_value() && !ended->by_itself;
  const bool certain =
      only_deaths && scenario_.request_faults == 0 && !placed.steered && !scenario_.control_ends;
  return certain && lasts && BeginsWithDial(placed.dial_out->source) && Dialled(call_id) == 0;
}

std::string OrderBook::CauseOfSteered(const std::string& call_id, int told,
                                      const std::vector<Destination>& met) const {
  const auto hung_up = hung_up_.contains(call_id);
  if (hung_up) return told == kNormal || told == kCongestion ? "" : absl::StrCat("was told cause ", told);
  const Redirect& redirect = redirects_.at(call_id);
  const Order& order = redirect.order;
  const bool several =
      order.kind == OrderKind::kDocument ? DialsSeveral(order.what) : DocumentsDialSeveral(scenario_);
  // A bot that stays, and fails, or leaves, ends the call in its own way.
  const bool attended = scenario_.call.transfer == control::Transfer::kAttended && BeginsWithDial(order);
  if (several || attended) return "";
  const auto on_failure =
      placed_.contains(call_id) ? control::AfterBot::kHangUp : scenario_.call.bot.on_failure;
  std::string wrong;
  // One that was asked for as the redirect came may be dialled all the same.
  for (size_t skipped = redirect.dialled; skipped <= redirect.dialled + 1 && skipped <= met.size();
       ++skipped) {
    const std::vector<Destination> since(met.begin() + static_cast<std::ptrdiff_t>(skipped), met.end());
    const DocumentEnd end = EndByOrder(scenario_, order, on_failure, since);
    const bool right = end.kind == DocumentEnd::Kind::kHungUp && end.cause == told;
    if (right) return "";
    if (wrong.empty()) wrong = absl::StrCat("was told cause ", told, " after its redirect, not ", end.cause);
  }
  return wrong;
}

}  // namespace benari::sim
