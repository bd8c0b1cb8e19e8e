#include "control/grpc/grpc_media_client.h"

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "benari/media/v1/media.grpc.pb.h"
#include "common/endpoint.h"
#include "common/grpc_channel.h"
#include "common/grpc_tls.h"
#include "control/grpc/grpc_awaitable.h"
#include "control/grpc/grpc_media_types.h"
#include "control/grpc/grpc_session_watch.h"
#include "control/grpc/media_tls_hint.h"

namespace benari::control {

namespace asio = boost::asio;
namespace v1 = benari::media::v1;

struct GrpcMediaClient::Node {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::Media::Stub> stub;
  bool has_name = false;  // an address is not looked up
  Clock::Time made_at;
  Clock::Time used_at;
};

namespace {

constexpr std::chrono::milliseconds kNoDuration{0}, kLongestDigit{10000};  // of SendDigits
constexpr int kMaxPages = 100;                   // of 1000 sessions: more than there are ports
constexpr std::chrono::minutes kUnused{2};       // longer than between two renewals
constexpr std::chrono::seconds kLookUpAgain{1};  // between two look-ups of a name

bool HasName(const std::string& address) {
  const auto endpoint = ParseEndpoint(address);
  boost::system::error_code error;
  if (endpoint.ok()) asio::ip::make_address(endpoint->host, error);
  return error.failed();
}

template <typename Request>
Request Naming(const std::string& lease_id, const std::string& owner, uint64_t epoch) {
  Request request;
  SetOwner(request.mutable_owner(), owner, epoch);
  request.set_lease_id(lease_id);
  return request;
}

grpc::ChannelArguments Arguments(const std::string& server_name) {
  grpc::ChannelArguments arguments;
  // A node that comes back is connected to again within a second. MIN_RECONNECT_BACKOFF in fact is the
  // connect timeout. A node that hangs is detected by the deadline of KeepAlive.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // Detects a connection that was cut silently; TCP alone would retransmit with exponential backoff.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // calls retry by themselves, on another node
  if (!server_name.empty()) arguments.SetSslTargetNameOverride(server_name);
  return arguments;
}

using Async = v1::Media::StubInterface::async_interface;

template <typename Request, typename Response>
using Rpc = void (Async::*)(grpc::ClientContext*, const Request*, Response*,
                            std::function<void(grpc::Status)>);

template <typename Response>
struct Answer {
  grpc::Status status;
  Response response;
};

// `node` is used before the coroutine first waits, not later; the request keeps its channel to its end.
template <typename Request, typename Response>
asio::awaitable<Answer<Response>> Ask(Async* node, Rpc<Request, Response> rpc, Request request,
                                      std::chrono::milliseconds timeout) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  Answer<Response> answer;
  auto start = [&](grpc::ClientContext* with, auto done) {
    (node->*rpc)(with, &request, &answer.response, done);
  };
  answer.status = co_await GrpcCall(context, start);
  co_return answer;
}

}  // namespace

GrpcMediaClient::GrpcMediaClient(asio::any_io_executor executor, Options options, const Clock& clock)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      clock_(clock),
      credentials_(NewChannelCredentials(options_.tls)) {}

GrpcMediaClient::~GrpcMediaClient() = default;

GrpcMediaClient::Node& GrpcMediaClient::At(const std::string& address) {
  const Clock::Time now = clock_.Now();
  std::unique_ptr<Node>& node = nodes_[address];
  if (node == nullptr) {
    node = std::make_unique<Node>();
    node->has_name = HasName(address);
    node->made_at = now;
    node->channel = NewChannel(address, credentials_, Arguments(options_.server_name));
    node->stub = v1::Media::NewStub(node->channel);
  }
  node->used_at = now;
  // A channel keeps trying to connect for as long as it exists, also to nodes that are no longer listed.
  std::erase_if(nodes_, [now](const auto& each) { return now - each.second->used_at > kUnused; });
  return *node;
}

// gRPC resolves a name every 30 s at most, and with exponential backoff after failures; a new channel does so
// at once. A channel that is still connecting is kept: it may have more addresses to try.
void GrpcMediaClient::LookUpAgain(const std::string& address) {
  const auto node = nodes_.find(address);
  if (node == nodes_.end() || !node->second->has_name) return;
  const bool failed = node->second->channel->GetState(false) == GRPC_CHANNEL_TRANSIENT_FAILURE;
  if (failed && clock_.Now() - node->second->made_at >= kLookUpAgain) nodes_.erase(node);
}

void GrpcMediaClient::ThrowUnlessOk(const std::string& node, const char* rpc, const grpc::Status& status) {
  if (status.ok()) return;
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) LookUpAgain(node);
  const std::string hint = MediaTlsHint(status.error_message(), options_.tls);
  throw ToMediaError(node, rpc, grpc::Status(status.error_code(), status.error_message() + hint));
}

asio::awaitable<Lease> GrpcMediaClient::LeasePort(std::string node, std::string lease_id) {
  auto request = Naming<v1::LeasePortRequest>(lease_id, options_.owner, epoch_);
  request.set_ttl_ms(static_cast<uint32_t>(options_.lease_ttl.count()));
  auto asked = Ask(At(node).stub->async(), &Async::LeasePort, std::move(request), options_.timeout);
  const auto [status, response] = co_await std::move(asked);
  ThrowUnlessOk(node, "LeasePort", status);
  co_return ToLease(response.lease(), node);
}

asio::awaitable<SessionInfo> GrpcMediaClient::ReleasePort(std::string node, std::string lease_id) {
  auto request = Naming<v1::ReleasePortRequest>(lease_id, options_.owner, epoch_);
  auto asked = Ask(At(node).stub->async(), &Async::ReleasePort, std::move(request), options_.timeout);
  const auto [status, response] = co_await std::move(asked);
  ThrowUnlessOk(node, "ReleasePort", status);
  co_return ToSessionInfo(response.session());
}

asio::awaitable<SessionInfo> GrpcMediaClient::StartSession(std::string node, SessionRequest session) {
  auto request = Naming<v1::StartSessionRequest>(session.lease_id, options_.owner, epoch_);
  request.mutable_peer()->set_host(session.peer.host);
  request.mutable_peer()->set_port(session.peer.port);
  const bool latch = options_.rtp_source == RtpSource::kLatch;
  request.set_peer_policy(latch ? v1::PEER_POLICY_LATCH : v1::PEER_POLICY_EXACT);
  request.set_payload_type(session.payload_type);
  request.set_clock_rate_hz(session.clock_rate_hz);
  request.set_no_media_timeout_ms(static_cast<uint32_t>(options_.no_media_timeout.count()));
  SetProcessor(&request, session.processor);
  auto asked = Ask(At(node).stub->async(), &Async::StartSession, std::move(request), options_.timeout);
  const auto [status, response] = co_await std::move(asked);
  ThrowUnlessOk(node, "StartSession", status);
  co_return ToSessionInfo(response.session());
}

asio::awaitable<SessionInfo> GrpcMediaClient::StopSession(std::string node, std::string lease_id) {
  auto request = Naming<v1::StopSessionRequest>(lease_id, options_.owner, epoch_);
  auto asked = Ask(At(node).stub->async(), &Async::StopSession, std::move(request), options_.timeout);
  const auto [status, response] = co_await std::move(asked);
  ThrowUnlessOk(node, "StopSession", status);
  co_return ToSessionInfo(response.session());
}

asio::awaitable<void> GrpcMediaClient::SendDigit(std::string node, std::string lease_id, Digit digit) {
  auto request = Naming<v1::SendDigitsRequest>(lease_id, options_.owner, epoch_);
  request.set_digits(digit.digit);
  request.set_duration_ms(
      static_cast<uint32_t>(std::clamp(digit.duration, kNoDuration, kLongestDigit).count()));
  auto asked = Ask(At(node).stub->async(), &Async::SendDigits, std::move(request), options_.timeout);
  const auto [status, response] = co_await std::move(asked);
  ThrowUnlessOk(node, "SendDigits", status);
}

asio::awaitable<void> GrpcMediaClient::CloseBot(std::string node, std::string lease_id) {
  auto request = Naming<v1::CloseBotRequest>(lease_id, options_.owner, epoch_);
  auto asked = Ask(At(node).stub->async(), &Async::CloseBot, std::move(request), options_.timeout);
  const auto [status, response] = co_await std::move(asked);
  ThrowUnlessOk(node, "CloseBot", status);
}

asio::awaitable<NodeStatus> GrpcMediaClient::KeepAlive(std::string node, std::vector<std::string> lease_ids) {
  v1::KeepAliveRequest request;
  SetOwner(request.mutable_owner(), options_.owner, epoch_);
  for (const std::string& id : lease_ids) request.add_lease_ids(id);
  request.set_ttl_ms(static_cast<uint32_t>(options_.lease_ttl.count()));
  auto asked =
      Ask(At(node).stub->async(), &Async::KeepAlive, std::move(request), options_.keep_alive_timeout);
  const auto [status, response] = co_await std::move(asked);
  ThrowUnlessOk(node, "KeepAlive", status);
  co_return ToNodeStatus(response);
}

asio::awaitable<NodeSessions> GrpcMediaClient::ListSessions(std::string node) {
  NodeSessions sessions;
  v1::ListSessionsRequest request;
  request.set_owner(options_.owner);
  request.set_page_size(1000);
  for (int pages = 0; pages < kMaxPages; ++pages) {
    v1::ListSessionsRequest page = request;
    auto asked = Ask(At(node).stub->async(), &Async::ListSessions, std::move(page), options_.timeout);
    const auto [status, response] = co_await std::move(asked);
    ThrowUnlessOk(node, "ListSessions", status);
    for (const v1::Session& session : response.sessions())
      sessions.sessions.push_back(ToSessionInfo(session));
    sessions.owner_epoch = response.owner_epoch();
    sessions.owner_silence = ToSilence(response.owner_silent_ms());
    if (response.next_page_token().empty()) co_return sessions;
    request.set_page_token(response.next_page_token());
  }
  throw MediaError(MediaErrorKind::kOther, absl::StrCat("ListSessions at ", node, ": its pages do not end"));
}

std::unique_ptr<Watch> GrpcMediaClient::WatchSessions(std::string node,
                                                      std::function<void(const SessionEvent&)> on_event,
                                                      std::function<void(const std::string& why)> on_end) {
  return std::make_unique<GrpcSessionWatch>(executor_, *At(node).stub, options_.owner, std::move(on_event),
                                            std::move(on_end));
}

}  // namespace benari::control
