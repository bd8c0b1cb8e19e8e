#pragma once

#include "tests/control/flow/bot_fixture.h"
#include "tests/fakes/fake_webhooks.h"

namespace benari::control {

using fakes::FakeWebhookServer;

inline constexpr const char* kWebhook = "http://bots/app/voice";

inline CallConfig WebhookCall() {
  CallConfig config;
  config.flow = FlowKind::kWebhook;
  config.webhook.url = kWebhook;
  config.webhook.dial_out_endpoint = "Local/{number}@default/n";
  config.destination = "Local/42@default/n";
  return config;
}

inline std::string StreamTo(const std::string& url, const std::string& more = "") {
  return "<Connect><Stream url='" + url + "'" + more + "/></Connect>";
}

// One caller of the webhook flow, over a modelled Asterisk, media, bots and webhook.
class WebhookTest : public BotTest {
 protected:
  // What is answered at kWebhook, one after the other.
  void Answers(std::vector<std::string> documents) {
    for (std::string& document : documents) replies_[kWebhook].push_back({std::move(document)});
  }
  void Prepare() override {
    world_->asterisk.SetDestination("7", destination_);
    for (const auto& [url, replies] : replies_) world_->webhooks.Set(url, replies);
  }
  // A field of the nth question, from 1 on.
  std::string Asked(size_t nth, const std::string& field) const {
    const auto& asked = world_->webhooks.asked;
    return nth > asked.size() ? "not asked" : FakeWebhookServer::FieldOf(asked[nth - 1], field);
  }
  bool UntilAsked(size_t times) {
    return world_->Until([this, times] { return world_->webhooks.asked.size() >= times; });
  }
  // Of the status callbacks, in order.
  std::vector<std::string> Events() const {
    std::vector<std::string> events;
    for (const auto& each : world_->webhooks.notified)
      events.push_back(FakeWebhookServer::FieldOf(each, "StreamEvent"));
    return events;
  }

  Destination destination_ = Destination::Answers();  // of number 7
  std::map<std::string, std::vector<FakeWebhookServer::Reply>> replies_;
};

}  // namespace benari::control
