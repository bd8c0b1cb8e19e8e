#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/webhook/webhooks.h"
#include "tests/fakes/process.h"

namespace benari::fakes {

// The server of a bot, which outlives the processes that ask it. Confined to the control loop.
class FakeWebhookServer {
 public:
  struct Reply {
    std::string document;  // between <Response> and </Response>
    bool fails = false;
    std::chrono::milliseconds delay{20};
  };

  // What is answered at a URL, one after the other; the last one again and again. Without: a failure.
  void Set(const std::string& url, std::vector<Reply> replies) { replies_[url] = std::move(replies); }
  Reply ReplyAt(const std::string& url);

  // In order; the first value of a field, "" if there is none.
  static std::string FieldOf(const control::WebhookRequest& request, const std::string& name);

  std::vector<control::WebhookRequest> asked;
  std::vector<control::WebhookRequest> notified;

 private:
  std::map<std::string, std::vector<Reply>> replies_;
};

// How one process asks it. Confined to the control loop.
class FakeWebhooks : public control::Webhooks {
 public:
  FakeWebhooks(Process& process, FakeWebhookServer* server) : process_(process), server_(server) {}

  void Fetch(control::WebhookRequest request, std::string fallback_url, OnAnswer on_answer) override;
  void Notify(control::WebhookRequest request) override;

 private:
  Process& process_;
  FakeWebhookServer* const server_;  // nullptr: there is none
  std::vector<std::unique_ptr<control::Timer>> answers_;
};

}  // namespace benari::fakes
