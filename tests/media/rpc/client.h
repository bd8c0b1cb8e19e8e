#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "benari/media/v1/media.grpc.pb.h"
#include "common/endpoint.h"
#include "common/grpc_channel.h"
#include "common/grpc_tls.h"
#include "media/net/socket_address.h"

namespace benari::media {

// Synchronous calls of benari.media.v1, with a deadline and an owner. Thread-safe.
class Client {
 public:
  explicit Client(const Endpoint& node, const std::string& owner = "benari", uint64_t epoch = 1,
                  const TlsFiles& tls = {})
      : channel(NewChannel(node.ToString(), NewChannelCredentials(tls))), stub(v1::Media::NewStub(channel)) {
    owner_.set_name(owner);
    owner_.set_epoch(epoch);
  }

  ::grpc::Status LeasePort(const std::string& id, v1::LeasePortResponse* response, uint32_t ttl_ms = 30000) {
    v1::LeasePortRequest request;
    *request.mutable_owner() = owner_;
    request.set_lease_id(id);
    request.set_ttl_ms(ttl_ms);
    return stub->LeasePort(Context().get(), request, response);
  }

  ::grpc::Status ReleasePort(const std::string& id, v1::ReleasePortResponse* response) {
    v1::ReleasePortRequest request;
    *request.mutable_owner() = owner_;
    request.set_lease_id(id);
    return stub->ReleasePort(Context().get(), request, response);
  }

  ::grpc::Status StartSession(const std::string& id, const SocketAddress& peer,
                              v1::StartSessionResponse* response, uint32_t no_media_timeout_ms = 0,
                              v1::PeerPolicy policy = v1::PEER_POLICY_EXACT) {
    v1::StartSessionRequest request;
    *request.mutable_owner() = owner_;
    request.set_lease_id(id);
    request.mutable_peer()->set_host(peer.ToEndpoint().host);
    request.mutable_peer()->set_port(peer.port);
    request.set_peer_policy(policy);
    request.set_payload_type(8);
    request.set_clock_rate_hz(8000);
    request.set_no_media_timeout_ms(no_media_timeout_ms);
    request.mutable_echo();
    return stub->StartSession(Context().get(), request, response);
  }

  ::grpc::Status StopSession(const std::string& id, v1::StopSessionResponse* response) {
    v1::StopSessionRequest request;
    *request.mutable_owner() = owner_;
    request.set_lease_id(id);
    return stub->StopSession(Context().get(), request, response);
  }

  ::grpc::Status GetSession(const std::string& id, v1::GetSessionResponse* response) {
    v1::GetSessionRequest request;
    request.set_lease_id(id);
    return stub->GetSession(Context().get(), request, response);
  }

  ::grpc::Status KeepAlive(const std::vector<std::string>& ids, v1::KeepAliveResponse* response,
                           uint32_t ttl_ms = 30000) {
    v1::KeepAliveRequest request;
    *request.mutable_owner() = owner_;
    for (const std::string& id : ids) request.add_lease_ids(id);
    request.set_ttl_ms(ttl_ms);
    return stub->KeepAlive(Context().get(), request, response);
  }

  ::grpc::Status ListSessions(const v1::ListSessionsRequest& request, v1::ListSessionsResponse* response) {
    return stub->ListSessions(Context().get(), request, response);
  }

  static std::unique_ptr<::grpc::ClientContext> Context() {
    auto context = std::make_unique<::grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(100));
    context->set_wait_for_ready(true);
    return context;
  }

  const std::shared_ptr<::grpc::Channel> channel;
  const std::unique_ptr<v1::Media::Stub> stub;

 private:
  v1::Owner owner_;
};

// A stream of events, read by the thread that has it. Confined to one thread.
class EventStream {
 public:
  explicit EventStream(Client* client, const std::string& owner = "") : context_(Client::Context()) {
    v1::WatchSessionsRequest request;
    request.set_owner(owner);
    reader_ = client->stub->WatchSessions(context_.get(), request);
  }
  ~EventStream() {
    context_->TryCancel();
    if (!ended_) End();
  }

  // The next event; EVENT_KIND_UNSPECIFIED at the end of the stream.
  v1::WatchSessionsResponse Next() {
    v1::WatchSessionsResponse event;
    if (!reader_->Read(&event)) event.Clear();
    return event;
  }
  // Reads what is left, and why it ended.
  ::grpc::Status End() {
    v1::WatchSessionsResponse event;
    while (reader_->Read(&event)) {
    }
    ended_ = true;
    return reader_->Finish();
  }

 private:
  bool ended_ = false;
  std::unique_ptr<::grpc::ClientContext> context_;
  std::unique_ptr<::grpc::ClientReader<v1::WatchSessionsResponse>> reader_;
};

}  // namespace benari::media
