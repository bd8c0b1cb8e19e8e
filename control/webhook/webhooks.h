#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/net/form.h"
#include "control/twiml/document.h"

namespace benari::control {

// What the server of a bot is asked, or told, about a call.
struct WebhookRequest {
  std::string url;  // http or https
  twiml::Method method = twiml::Method::kPost;
  net::Form form;
};

struct WebhookAnswer {
  std::string url;  // of the document: what is relative in it is relative to this
  twiml::Document document;
  std::vector<std::string> failures;  // of the attempts before, one line each
};

// The port to the server of a bot. Confined to the control loop.
class Webhooks {
 public:
  using OnAnswer = std::function<void(absl::StatusOr<WebhookAnswer>)>;

  virtual ~Webhooks() = default;

  // Asks what to do with a call; where that fails, at `fallback_url` ("": nowhere). `on_answer` is called
  // once, from the loop, never from within. An error is one line for the operator.
  virtual void Fetch(WebhookRequest request, std::string fallback_url, OnAnswer on_answer) = 0;
  // Reports what has happened; nobody waits for the answer.
  virtual void Notify(WebhookRequest request) = 0;
};

}  // namespace benari::control
