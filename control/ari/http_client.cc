#include "control/ari/http_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "control/ari/body_parser.h"
#include "control/ari/http_pool.h"
#include "control/ari/request.h"

namespace benari::control::ari {

namespace {

constexpr std::chrono::hours kSayAgainAfter{1};

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

template <typename T>
Awaitable<std::vector<T>> FetchList(std::shared_ptr<HttpPool> pool, Request request,
                                    absl::StatusOr<Listed<T>> (*parse)(absl::string_view),
                                    std::shared_ptr<LogGate> gate) {
  Awaitable<Listed<T>> fetched = Fetch(std::move(pool), std::move(request), parse);
  Listed<T> listed = co_await std::move(fetched);
  if (listed.mistake.empty()) {
    gate->Forget();
  } else if (gate->Opens("", std::chrono::steady_clock::now())) {
    log::Warning("part of a list from Asterisk is malformed", {{"reason", listed.mistake}});
  }
  co_return std::move(listed.items);
}

Awaitable<void> Perform(std::shared_ptr<HttpPool> pool, Request request) {
  Awaitable<void> submitted = HttpPool::Submit(std::move(pool), std::move(request), nullptr);
  co_await std::move(submitted);
}

}  // namespace

HttpClient::HttpClient(boost::asio::any_io_executor loop, Access access, HttpClientLimits limits,
                       RequestHook hook, LoadHook load_hook)
    : app_(access.app),
      channels_gate_(std::make_shared<LogGate>(kSayAgainAfter)),
      bridges_gate_(std::make_shared<LogGate>(kSayAgainAfter)),
      pool_(std::make_shared<HttpPool>(std::move(loop), std::move(access), limits, std::move(hook),
                                       std::move(load_hook))) {
  HttpPool::Start(pool_);
}

HttpClient::~HttpClient() { Close(); }
void HttpClient::Close() { pool_->Close(); }
void HttpClient::set_access(Access access) { pool_->set_access(std::move(access)); }
void HttpClient::set_may_send(std::function<bool()> may_send) { pool_->set_may_send(std::move(may_send)); }
std::chrono::milliseconds HttpClient::ClockAhead() const { return pool_->clock_ahead(); }
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
Awaitable<void> HttpClient::AnswerChannel(std::string channel_id) {
  return Perform(pool_, AnswerRequest(channel_id));
}
Awaitable<void> HttpClient::Ring(std::string channel_id) { return Perform(pool_, RingRequest(channel_id)); }
Awaitable<void> HttpClient::StopRinging(std::string channel_id) {
  return Perform(pool_, StopRingingRequest(channel_id));
}
Awaitable<void> HttpClient::StartMusic(std::string channel_id) {
  return Perform(pool_, StartMusicRequest(channel_id));
}
Awaitable<void> HttpClient::StopMusic(std::string channel_id) {
  return Perform(pool_, StopMusicRequest(channel_id));
}
Awaitable<void> HttpClient::Play(std::string channel_id, std::string playback_id, std::string media) {
  return Perform(pool_, PlayRequest(channel_id, playback_id, media));
}
Awaitable<void> HttpClient::StopPlayback(std::string playback_id) {
  return Perform(pool_, StopPlaybackRequest(playback_id));
}
Awaitable<void> HttpClient::SendDtmf(std::string channel_id, std::string digits) {
  return Perform(pool_, SendDtmfRequest(channel_id, digits));
}
Awaitable<void> HttpClient::SetVariable(std::string channel_id, std::string name, std::string value) {
  return Perform(pool_, SetVariableRequest(channel_id, name, value));
}
Awaitable<Channel> HttpClient::GetChannel(std::string channel_id) {
  return Fetch(pool_, GetChannelRequest(channel_id), ParseChannel);
}
Awaitable<std::vector<Channel>> HttpClient::ListChannels() {
  return FetchList(pool_, ListChannelsRequest(), ParseChannels, channels_gate_);
}
Awaitable<Bridge> HttpClient::CreateBridge(std::string bridge_id, std::string name) {
  return Fetch(pool_, CreateBridgeRequest(bridge_id, name), ParseBridge);
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
  return FetchList(pool_, ListBridgesRequest(), ParseBridges, bridges_gate_);
}
Awaitable<Application> HttpClient::GetApplication(std::string name) {
  return Fetch(pool_, GetApplicationRequest(name), ParseApplication);
}
Awaitable<std::string> HttpClient::GetVersion() { return Fetch(pool_, GetVersionRequest(), ParseVersion); }
Awaitable<std::vector<Module>> HttpClient::ListModules() {
  return Fetch(pool_, ListModulesRequest(), ParseModules);
}
Awaitable<void> HttpClient::StartSilence(std::string channel_id) {
  return Perform(pool_, StartSilenceRequest(channel_id));
}

}  // namespace benari::control::ari
