#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "control/webhook/webhooks.h"

namespace boost::asio::ssl {
class context;
}

namespace benari::control {

struct WebhookOptions {
  std::string ca_file;                         // for https; empty: the system's CAs
  std::string auth_token;                      // of X-Twilio-Signature; empty: not signed
  std::chrono::milliseconds timeout{5000};     // of one attempt, from the connection to the whole answer
  std::chrono::milliseconds retry_pause{500};  // before the second attempt
  size_t max_in_flight = 1000;                 // requests; beyond, they fail at once
};

// How webhooks are reached; the same for all requests.
struct WebhookAccess {
  boost::asio::any_io_executor executor;
  WebhookOptions options;
  std::shared_ptr<boost::asio::ssl::context> tls;
};

// Sends a request on a connection of its own, and once more if the server could not be connected to or
// answered 5xx. The body of its 2xx response; else one line for the operator.
boost::asio::awaitable<absl::StatusOr<std::string>> SendToWebhook(std::shared_ptr<const WebhookAccess> access,
                                                                  WebhookRequest request);

}  // namespace benari::control
