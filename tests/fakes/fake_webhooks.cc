#include "tests/fakes/fake_webhooks.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/twiml/parser.h"

namespace benari::fakes {

using control::WebhookAnswer;
using control::WebhookRequest;

FakeWebhookServer::Reply FakeWebhookServer::ReplyAt(const std::string& url) {
  auto& replies = replies_[url];
  Reply reply;
  reply.fails = replies.empty();
  if (!replies.empty()) reply = replies.front();
  if (replies.size() > 1) replies.erase(replies.begin());
  return reply;
}

std::string FakeWebhookServer::FieldOf(const WebhookRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.form)
    if (key == name) return value;
  return "";
}

void FakeWebhooks::Fetch(WebhookRequest request, std::string fallback_url, OnAnswer on_answer) {
  WebhookAnswer answer;
  FakeWebhookServer::Reply reply;
  reply.fails = true;
  std::chrono::milliseconds took{0};
  for (const std::string& url : {request.url, fallback_url}) {
    if (url.empty() || server_ == nullptr) continue;
    request.url = url;
    server_->asked.push_back(request);
    reply = server_->ReplyAt(url);
    took += reply.delay;
    if (!reply.fails) break;
    answer.failures.push_back(absl::StrCat("webhook ", url, ": answered 500"));
  }
  absl::StatusOr<WebhookAnswer> result = absl::UnavailableError("webhook: answered 500");
  if (!reply.fails) {
    auto document = control::twiml::Parse(absl::StrCat("<Response>", reply.document, "</Response>"));
    if (document.ok()) answer.document = *std::move(document);
    answer.url = request.url;
    result = std::move(answer);
    if (!document.ok()) result = document.status();
  }
  answers_.push_back(
      process_.CallAt(process_.Now() + took,
                      [on_answer = std::move(on_answer), result = std::move(result)] { on_answer(result); }));
}

void FakeWebhooks::Notify(WebhookRequest request) {
  if (server_ != nullptr) server_->notified.push_back(std::move(request));
}

}  // namespace benari::fakes
