#include "control/ari/http_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "control/ari/event_parser.h"
#include "control/ari/http_pool.h"
#include "control/ari/request.h"

namespace benari::ari {

namespace {

// The pool reads the body as the request ends, so that kMalformed is counted like any other error.
template <typename T>
Awaitable<T> Fetch(std::shared_ptr<HttpPool> pool, Request request,
                   absl::StatusOr<T> (*parse)(absl::string_view)) {
  const auto value = std::make_shared<absl::StatusOr<T>>(absl::UnknownError("no body"));
  const HttpPool::BodyReader read_body = [value, parse](absl::string_view body) {
    *value = parse(body);
    return value->status();
  };
  Awaitable<void> submitted = HttpPool::Submit(std::move(pool), std::move(request), read_body);
  co_await std::move(submitted);
  co_return std::move(**value);
}

Awaitable<void> Perform(std::shared_ptr<HttpPool> pool, Request request) {
  Awaitable<void> submitted = HttpPool::Submit(std::move(pool), std::move(request), nullptr);
  co_await std::move(submitted);
}

}  // namespace

HttpClient::HttpClient(boost::asio::any_io_executor loop, Access access, HttpClientLimits limits,
                       RequestHook hook, LoadHook load_hook)
    : app_(access.app),
      pool_(std::make_shared<HttpPool>(std::move(loop), std::move(access), limits, std::move(hook),
                                       std::move(load_hook))) {
  HttpPool::Start(pool_);
}

HttpClient::~HttpClient() { Close(); }
void HttpClient::Close() { pool_->Close(); }
bool HttpClient::Overloaded() const { return pool_->Overloaded(); }

Awaitable<Channel> HttpClient::CreateExternalMedia(ExternalMediaRequest request) {
  return Fetch(pool_, CreateExternalMediaRequest(app_, request), ParseChannel);
}
Awaitable<Channel> HttpClient::Originate(OriginateRequest request) {
  return Fetch(pool_, MakeOriginateRequest(app_, request), ParseChannel);
}
Awaitable<void> HttpClient::HangUp(std::string channel_id, std::string reason) {
  return Perform(pool_, HangUpRequest(channel_id, reason));
}
Awaitable<void> HttpClient::ContinueInDialplan(std::string channel_id, std::string context,
                                               std::string extension) {
  return Perform(pool_, ContinueRequest(channel_id, context, extension));
}
Awaitable<Channel> HttpClient::GetChannel(std::string channel_id) {
  return Fetch(pool_, GetChannelRequest(channel_id), ParseChannel);
}
Awaitable<std::vector<Channel>> HttpClient::ListChannels() {
  return Fetch(pool_, ListChannelsRequest(), ParseChannels);
}
Awaitable<Bridge> HttpClient::CreateBridge(std::string bridge_id) {
  return Fetch(pool_, CreateBridgeRequest(bridge_id), ParseBridge);
}
Awaitable<void> HttpClient::DestroyBridge(std::string bridge_id) {
  return Perform(pool_, DestroyBridgeRequest(bridge_id));
}
Awaitable<void> HttpClient::AddToBridge(std::string bridge_id, std::vector<std::string> channel_ids) {
  return Perform(pool_, AddToBridgeRequest(bridge_id, channel_ids));
}
Awaitable<Bridge> HttpClient::GetBridge(std::string bridge_id) {
  return Fetch(pool_, GetBridgeRequest(bridge_id), ParseBridge);
}
Awaitable<std::vector<Bridge>> HttpClient::ListBridges() {
  return Fetch(pool_, ListBridgesRequest(), ParseBridges);
}
Awaitable<Application> HttpClient::GetApplication(std::string name) {
  return Fetch(pool_, GetApplicationRequest(name), ParseApplication);
}

}  // namespace benari::ari
