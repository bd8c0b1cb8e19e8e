// <Dial>: the caller is connected to somebody else.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/shown.h"
#include "control/flow/bot_talk.h"
#include "control/flow/dial_reports.h"
#include "control/flow/webhook_verbs.h"
#include "control/record/call_sid.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

bool IsNumber(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isdigit(c) || absl::StrContains("+*# ()-.", static_cast<char>(c));
  });
}

}  // namespace

std::string WebhookVerbs::CallerIdOf(const twiml::Dial& dial) const {
  if (!dial.caller_id.empty() && IsNumber(dial.caller_id)) return dial.caller_id;
  const std::string& configured = legs_.settings.caller_id;
  return configured.empty() ? legs_.identity.caller : configured;
}

absl::StatusOr<std::string> WebhookVerbs::EndpointOf(const twiml::Target& target) const {
  if (target.kind == twiml::TargetKind::kSip && !IsSipUri(target.address))
    return absl::InvalidArgumentError(
        absl::StrCat("<Sip> is ", Shown(target.address), ", accepted is sip:USER@HOST"));
  return TransferEndpoint(legs_.settings.webhook, target.address, legs_.identity.called);
}

absl::StatusOr<Dialing> WebhookVerbs::DialingOf(twiml::Dial& dial) {
  Dialing dialing{{}, CallerIdOf(dial), dial.timeout, /*bot_stays=*/legs_.media.made()};
  absl::Status refused;
  std::erase_if(dial.targets, [&](const twiml::Target& target) {
    const auto endpoint = EndpointOf(target);
    if (endpoint.ok()) {
      dialing.endpoints.push_back(*endpoint);
    } else {
      Skip("Dial", std::string(endpoint.status().message()));
      refused.Update(endpoint.status());
    }
    return !endpoint.ok();
  });
  if (dialing.endpoints.empty()) return refused;
  return dialing;
}

asio::awaitable<WebhookVerbs::Next> WebhookVerbs::Dial(twiml::Dial dial, std::string document) {
  const auto dialing = DialingOf(dial);
  if (!dial.caller_id.empty() && !IsNumber(dial.caller_id))
    Skip("Dial", "callerId is no number, the caller's own is shown");
  net::Form details = {{"DialCallStatus", "failed"}};
  if (dialing.ok()) {
    legs_.destination.Use(*dialing);
    DialReports reports(legs_, questions_, dial, document, dialing->caller_id);
    asio::awaitable<net::Form> talking = DialAndTalk(reports);
    details = co_await std::move(talking);
  } else {
    unreached_ =
        CallOver(CallOutcome::kDestinationFailed, "congestion", std::string(dialing.status().message()));
  }
  if (legs_.media.BotTalks() && dial.action.url.empty()) co_await GoOnWithBot();
  legs_.journal.BotEnded(BotResult::kRedirected);  // of a bot that stayed, and does not go on
  if (dial.action.url.empty()) co_return std::nullopt;
  co_return WebhookQuestions::At(dial.action, document, std::move(details));
}

// Returns once the destination has hung up, or was not reached.
asio::awaitable<net::Form> WebhookVerbs::DialAndTalk(DialReports& reports) {
  std::optional<Clock::Time> answered;
  std::exception_ptr end;
  bool refused = false, failed = false;  // by Asterisk, otherwise
  legs_.destination.set_on_news([&reports] { reports.OnNews(); });
  try {
    co_await legs_.destination.Dial();
    answered = legs_.clock.Now();
    legs_.journal.BotEnded(BotResult::kRedirected);
    co_await legs_.media.Drop();
    questions_.OnProgress();
    co_await legs_.destination.Talk();
  } catch (const CallOver& over) {
    end = std::current_exception();
    if (!answered.has_value()) unreached_ = over;
  } catch (const ari::Error& error) {
    end = std::current_exception();
    refused = !answered.has_value() && error.kind == ari::ErrorKind::kHttp;
    failed = !refused;
    unreached_ = CallOver(CallOutcome::kDestinationFailed, "congestion", error.what());
  } catch (...) {
    end = std::current_exception();
    failed = true;
  }
  if (refused) co_await legs_.facts.WaitForLateEnd();
  legs_.destination.set_on_news(nullptr);
  reports.End();
  if (failed || legs_.facts.Ending()) std::rethrow_exception(end);
  net::Form details = DetailsOf(answered);
  if (!answered.has_value()) co_await legs_.destination.Drop();  // it may ring on
  co_return details;
}

asio::awaitable<void> WebhookVerbs::GoOnWithBot() {
  legs_.journal.Info("the bot goes on");
  unreached_.reset();
  asio::awaitable<BotResult> talking =
      TalkOn(legs_, OriginOf(legs_.facts.known().bot.url), legs_.clock.Now());
  const BotResult result = co_await std::move(talking);
  legs_.journal.BotEnded(result);
  if (HasFailed(result)) bot_failure_ = result;
  co_await legs_.media.Drop();
}

net::Form WebhookVerbs::DetailsOf(std::optional<Clock::Time> answered) const {
  net::Form details = {{"DialCallSid", CallSid("", legs_.destination.place())}};
  if (!answered.has_value()) {
    details.emplace_back("DialCallStatus", DialStatusOf(unreached_->outcome));
    return details;
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(legs_.clock.Now() - *answered);
  details.emplace_back("DialCallStatus", "completed");
  details.emplace_back("DialCallDuration", std::to_string(seconds.count()));
  return details;
}

asio::awaitable<void> WebhookVerbs::TransferToDestination() {
  const CallConfig& settings = legs_.settings;
  legs_.destination.Use({{settings.destination}, settings.caller_id, settings.dial_timeout});
  co_await legs_.destination.Dial();
  co_await legs_.media.Drop();
  co_await legs_.destination.Talk();
}

}  // namespace benari::control
