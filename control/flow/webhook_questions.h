#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "control/call/flow.h"
#include "control/webhook/webhooks.h"

namespace benari::control {

// What the webhook is asked next.
struct Question {
  std::string url;
  twiml::Method method = twiml::Method::kPost;
  net::Form details;  // beside what each request says of the call
};

// The webhook, as one call asks and informs it. Confined to the control loop.
class WebhookQuestions {
 public:
  static constexpr int kMostInARow = 20;

  WebhookQuestions(Legs& legs, Webhooks& webhooks) : legs_(legs), webhooks_(webhooks) {}

  // The first one: what the settings say.
  Question First() const;
  // The document of the settings, which needs no question; nullopt: there is none.
  std::optional<WebhookAnswer> Given();
  // Nothing: it failed, and why is logged. Throws CallOver once the call has to end.
  boost::asio::awaitable<std::optional<WebhookAnswer>> Ask(Question question);
  // Something has happened to the call since: what is answered next does not count as one more in a row.
  void OnProgress() { in_a_row_ = 0; }
  // At `callback`, relative to `document`, unless it is none.
  void Notify(const twiml::Callback& callback, const std::string& document, net::Form details);
  // Likewise, with `form` alone.
  void Tell(const twiml::Callback& callback, const std::string& document, net::Form form);
  // A question at `callback`, relative to `document`; without a URL it is the document itself.
  static Question At(const twiml::Callback& callback, const std::string& document, net::Form details);

 private:
  net::Form Form(net::Form details) const;
  void Report(const absl::StatusOr<WebhookAnswer>& answer, Clock::Duration took);
  void ReportWarnings(const twiml::Document& document);

  Legs& legs_;
  Webhooks& webhooks_;
  bool asked_ = false;
  int in_a_row_ = 0;  // questions without anything happening to the call in between
};

}  // namespace benari::control
