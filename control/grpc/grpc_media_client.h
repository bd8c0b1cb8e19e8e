#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "common/clock.h"
#include "common/tls_files.h"
#include "control/nodes/media_client.h"

namespace grpc {
class ChannelCredentials;
class Status;
}  // namespace grpc

namespace benari::control {

// The source from which a session accepts RTP, as PeerPolicy of media.proto.
enum class RtpSource { kExact, kLatch };

// MediaClient over gRPC: one channel a node, created with the first request and closed two minutes after the
// last one. The name of a node that is not reachable is resolved again. Confined to the control loop; gRPC's
// own threads only post to it.
class GrpcMediaClient : public MediaClient {
 public:
  struct Options {
    std::string owner;
    std::chrono::milliseconds lease_ttl{10000};
    std::chrono::milliseconds timeout{1000};  // of each request
    std::chrono::milliseconds keep_alive_timeout{500};
    std::chrono::milliseconds no_media_timeout{2000};  // 0: silence is never diagnosed
    RtpSource rtp_source = RtpSource::kExact;
    TlsFiles tls;             // without `ca` not encrypted
    std::string server_name;  // that a node's certificate is for; empty: the host it is dialled by
  };

  GrpcMediaClient(boost::asio::any_io_executor executor, Options options, const Clock& clock);
  ~GrpcMediaClient() override;

  void RaiseEpoch(uint64_t epoch) override { epoch_ = std::max(epoch_, epoch); }
  uint64_t epoch() const override { return epoch_; }
  Awaitable<Lease> LeasePort(std::string node, std::string lease_id) override;
  Awaitable<SessionInfo> ReleasePort(std::string node, std::string lease_id) override;
  Awaitable<SessionInfo> StartSession(std::string node, SessionRequest request) override;
  Awaitable<SessionInfo> StopSession(std::string node, std::string lease_id) override;
  Awaitable<void> SendDigit(std::string node, std::string lease_id, Digit digit) override;
  Awaitable<void> CloseBot(std::string node, std::string lease_id) override;
  Awaitable<NodeStatus> KeepAlive(std::string node, std::vector<std::string> lease_ids) override;
  Awaitable<NodeSessions> ListSessions(std::string node) override;
  std::unique_ptr<Watch> WatchSessions(std::string node, std::function<void(const SessionEvent&)> on_event,
                                       std::function<void(const std::string& why)> on_end) override;

  // Nodes to which there is a channel now.
  size_t channels() const { return nodes_.size(); }

 private:
  struct Node;  // a channel and its stub

  Node& At(const std::string& address);
  void ThrowUnlessOk(const std::string& node, const char* rpc, const grpc::Status& status);
  void LookUpAgain(const std::string& address);

  boost::asio::any_io_executor executor_;
  const Options options_;
  const Clock& clock_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;  // of every channel
  uint64_t epoch_ = 1;
  std::map<std::string, std::unique_ptr<Node>> nodes_;  // by address
};

}  // namespace benari::control
