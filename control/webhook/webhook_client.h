#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "control/webhook/webhook_sender.h"
#include "control/webhook/webhooks.h"

namespace benari::control {

// Webhooks over HTTP/1.1, http and https. Confined to its executor, which runs one thread; destroyed, it
// calls nobody any more.
class WebhookClient : public Webhooks {
 public:
  // INVALID_ARGUMENT names the CA file and what is accepted.
  static absl::StatusOr<std::unique_ptr<WebhookClient>> Make(boost::asio::any_io_executor executor,
                                                             WebhookOptions options);
  ~WebhookClient() override;

  // Requests from now on use `options`. INVALID_ARGUMENT as of Make, and nothing changes.
  absl::Status set_options(WebhookOptions options);

  void Fetch(WebhookRequest request, std::string fallback_url, OnAnswer on_answer) override;
  void Notify(WebhookRequest request) override;

 private:
  struct State;
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  explicit WebhookClient(std::shared_ptr<State> state) : state_(std::move(state)) {}
  static Awaitable<void> FetchFromEither(std::shared_ptr<State> state, WebhookRequest request,
                                         std::string fallback_url, OnAnswer on_answer);
  static Awaitable<void> SendNotification(std::shared_ptr<State> state, WebhookRequest request);

  const std::shared_ptr<State> state_;
};

}  // namespace benari::control
