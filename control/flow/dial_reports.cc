#include "control/flow/dial_reports.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/iso8601.h"
#include "control/call/destination_end.h"
#include "control/record/call_sid.h"
#include "control/webhook/call_form.h"

namespace benari::control {

namespace {

bool IsOver(absl::string_view status) {
  return !status.empty() && status != "initiated" && status != "ringing" && status != "in-progress";
}

twiml::DialEvent EventOf(absl::string_view status) {
  if (status == "initiated") return twiml::DialEvent::kInitiated;
  if (status == "ringing") return twiml::DialEvent::kRinging;
  if (status == "in-progress") return twiml::DialEvent::kAnswered;
  return twiml::DialEvent::kCompleted;
}

}  // namespace

const char* DialStatusOf(CallOutcome outcome) {
  if (outcome == CallOutcome::kDestinationBusy) return "busy";
  if (outcome == CallOutcome::kDestinationNoAnswer) return "no-answer";
  return "failed";
}

DialReports::DialReports(Legs& legs, WebhookQuestions& questions, twiml::Dial dial, std::string document,
                         std::string caller_id)
    : legs_(legs),
      questions_(questions),
      dial_(std::move(dial)),
      document_(std::move(document)),
      caller_id_(std::move(caller_id)),
      told_(dial_.targets.size()) {}

bool DialReports::RangToTheEnd(size_t nth) const {
  const Told& told = told_[nth];
  return told.status == "ringing" && legs_.clock.Now() - told.began + kEventMayFollow >= dial_.timeout;
}

std::string DialReports::StatusOf(size_t nth) const {
  const ChannelFacts& channel = legs_.facts.channel(legs_.destination.place_of(nth));
  if (channel.gone && channel.started) return "completed";
  if (legs_.destination.IsLost(nth)) return "";
  // Whoever did not answer first is hung up.
  if (channel.gone && legs_.destination.HasAnswered()) return "canceled";
  if (channel.gone) return DialStatusOf(ExplainEnd(channel, RangToTheEnd(nth)).outcome);
  if (channel.started) return "in-progress";
  if (channel.dial_status == "RINGING") return "ringing";
  return channel.created ? "initiated" : "";
}

// Each one is told as initiated first.
void DialReports::OnNews() {
  for (size_t nth = 0; nth < told_.size(); ++nth) {
    const std::string status = StatusOf(nth);
    if (!status.empty()) Report(nth, "initiated");
    Report(nth, status);
  }
}

std::string DialReports::EndOf(size_t nth) const {
  const ChannelFacts& channel = legs_.facts.channel(legs_.destination.place_of(nth));
  if (told_[nth].status == "in-progress") return "completed";
  if (!channel.created) return "failed";
  if (legs_.facts.Ending() || legs_.destination.HasAnswered()) return "canceled";
  return legs_.destination.IsLost(nth) ? "failed" : "no-answer";
}

// Whom Asterisk refused to dial has not been told of yet.
void DialReports::End() {
  OnNews();
  for (size_t nth = 0; nth < told_.size(); ++nth) {
    if (told_[nth].status.empty() && legs_.facts.Ending()) continue;
    Report(nth, "initiated");
    Report(nth, EndOf(nth));
  }
}

void DialReports::Report(size_t nth, const std::string& status) {
  Told& told = told_[nth];
  if (status.empty() || status == told.status || IsOver(told.status)) return;
  if (status == "initiated" && !told.status.empty()) return;
  if (told.status.empty()) told.sid = CallSid("", legs_.destination.place_of(nth));
  const bool talked = told.status == "in-progress";
  const Clock::Duration lasted = talked ? legs_.clock.Now() - told.began : Clock::Duration::zero();
  told.status = status;
  told.began = legs_.clock.Now();
  const twiml::Target& target = dial_.targets[nth];
  if (!target.events.contains(EventOf(status))) return;
  net::Form form = CallForm(told.sid, caller_id_, target.address, "outbound-dial", status);
  form.emplace_back("ParentCallSid", legs_.identity.call_sid);
  form.emplace_back("CallbackSource", "call-progress-events");
  form.emplace_back("SequenceNumber", absl::StrCat(told.sequence++));
  form.emplace_back("Timestamp", Iso8601(legs_.clock.WallNow()));
  if (IsOver(status)) form.emplace_back("CallDuration", absl::StrCat(lasted / std::chrono::seconds(1)));
  questions_.Tell(target.status, document_, std::move(form));
}

}  // namespace benari::control
