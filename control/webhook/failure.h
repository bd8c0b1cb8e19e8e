#pragma once

#include <chrono>
#include <string>

#include "common/net/connect_failure.h"
#include "common/net/http_exchange.h"
#include "common/net/url.h"

namespace benari::control {

// How one request to a webhook ended, unless it was a response that can be used.
struct WebhookAttempt {
  net::HttpAnswer answer;
  bool connected = false;
  bool timed_out = false;
};

// True of a response with a 2xx status that was read whole.
bool Succeeded(const WebhookAttempt& attempt);
// True if the webhook has certainly done nothing, or says that it could not, and may do so in a moment: it
// could not be connected to, or answered 5xx.
bool MayPass(const WebhookAttempt& attempt);
// One line for the operator. Neither path nor query is in it: they may be secrets.
std::string Describe(const WebhookAttempt& attempt, const net::Url& url, std::chrono::milliseconds timeout,
                     size_t max_body_bytes);

}  // namespace benari::control
