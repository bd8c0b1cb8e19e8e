#include "control/flow/webhook_questions.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "common/net/url.h"
#include "control/flow/pending_answer.h"
#include "control/webhook/call_form.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

std::string Resolve(const std::string& document, const std::string& reference) {
  const auto base = net::ParseUrl(document, {"http", "https"});
  return base.ok() ? net::ResolveReference(*base, reference) : reference;
}

std::string NamesOf(const twiml::Document& document) {
  return absl::StrJoin(document.verbs, " ",
                       [](std::string* out, const twiml::Verb& verb) { out->append(twiml::NameOf(verb)); });
}

}  // namespace

Question WebhookQuestions::First() const {
  const WebhookSettings& settings = legs_.settings.webhook;
  return {settings.url, settings.method, {}};
}

Question WebhookQuestions::At(const twiml::Callback& callback, const std::string& document,
                              net::Form details) {
  return {Resolve(document, callback.url), callback.method, std::move(details)};
}

std::optional<WebhookAnswer> WebhookQuestions::Given() {
  const std::optional<twiml::Document>& document = legs_.settings.webhook.document;
  if (!document.has_value()) return std::nullopt;
  legs_.journal.EnterPhase(CallPhase::kWebhook);
  ReportWarnings(*document);
  legs_.journal.Info("document given", {{"verbs", NamesOf(*document)}});
  asked_ = true;
  WebhookAnswer answer;
  answer.document = *document;
  return answer;
}

// Twilio calls an inbound call ringing as it asks for the first time, whether it was answered or not.
net::Form WebhookQuestions::Form(net::Form details) const {
  const bool up = legs_.facts.channel(legs_.identity.call_id).up;
  const bool known =
      asked_ || legs_.media.began().has_value() || legs_.identity.direction == CallDirection::kOutbound;
  net::Form form = CallForm(legs_.identity.call_sid, legs_.identity.caller, legs_.identity.called,
                            ToString(legs_.identity.direction), up && known ? "in-progress" : "ringing");
  for (auto& field : details) form.push_back(std::move(field));
  return form;
}

asio::awaitable<std::optional<WebhookAnswer>> WebhookQuestions::Ask(Question question) {
  legs_.journal.EnterPhase(CallPhase::kWebhook);
  if (question.url.empty()) {
    legs_.journal.Warning(
        "there is no webhook to ask, accepted is a webhook_url as flag or argument of the dial plan");
    co_return std::nullopt;
  }
  if (++in_a_row_ > kMostInARow) {
    legs_.journal.Warning("webhook redirects without end, and is not asked any more",
                          {{"answers", kMostInARow}});
    co_return std::nullopt;
  }
  WebhookRequest request{std::move(question.url), question.method, Form(std::move(question.details))};
  asked_ = true;
  PendingAnswer<absl::StatusOr<WebhookAnswer>> pending(legs_.facts);
  const Clock::Time began = legs_.clock.Now();
  webhooks_.Fetch(std::move(request), legs_.settings.webhook.fallback_url, pending.Receiver());
  asio::awaitable<absl::StatusOr<WebhookAnswer>> waiting = pending.Wait();
  absl::StatusOr<WebhookAnswer> answer = co_await std::move(waiting);
  Report(answer, legs_.clock.Now() - began);
  if (!answer.ok()) co_return std::nullopt;
  co_return *std::move(answer);
}

void WebhookQuestions::Report(const absl::StatusOr<WebhookAnswer>& answer, Clock::Duration took) {
  legs_.metrics.WebhookAnswered(answer.ok(), std::chrono::duration<double>(took).count());
  if (!answer.ok()) {
    legs_.journal.Warning("webhook failed", {{"why", std::string(answer.status().message())}});
    return;
  }
  for (const std::string& failure : answer->failures)
    legs_.journal.Warning("webhook failed, the fallback answered", {{"why", failure}});
  ReportWarnings(answer->document);
  legs_.journal.Info("webhook answered",
                     {{"verbs", NamesOf(answer->document)}, {"ms", took / std::chrono::milliseconds(1)}});
}

void WebhookQuestions::ReportWarnings(const twiml::Document& document) {
  for (const std::string& warning : document.warnings)
    legs_.journal.Warning("TwiML not understood", {{"what", warning}});
}

void WebhookQuestions::Notify(const twiml::Callback& callback, const std::string& document,
                              net::Form details) {
  Tell(callback, document, Form(std::move(details)));
}

void WebhookQuestions::Tell(const twiml::Callback& callback, const std::string& document, net::Form form) {
  if (callback.url.empty()) return;
  webhooks_.Notify({Resolve(document, callback.url), callback.method, std::move(form)});
}

}  // namespace benari::control
