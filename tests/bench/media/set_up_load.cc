#include "tests/bench/media/set_up_load.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benari/media/v1/media.grpc.pb.h"
#include "common/grpc_channel.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {
namespace {

namespace v1 = media::v1;
using std::chrono::steady_clock;

constexpr uint32_t kTtlMs = 30'000;
constexpr std::chrono::seconds kDeadline{10};
constexpr char kOwner[] = "setup";
constexpr uint32_t kPeerPort = 9;  // discard: no packet comes from there

// One life after the other. Confined to the thread of its queue.
class Life {
 public:
  Life(v1::Media::Stub* stub, ::grpc::CompletionQueue* queue, size_t number, SetUps* all)
      : stub_(stub), queue_(queue), number_(number), all_(all) {}

  void Begin() {
    id_ = absl::StrCat(kOwner, ".", number_, ".", turn_++);
    v1::LeasePortRequest request;
    request.set_ttl_ms(kTtlMs);
    Ask(&v1::Media::Stub::AsyncLeasePort, &request, &leased_, &all_->lease_port);
  }

  // The answer has come. False: this life is over.
  bool OnAnswer() {
    histogram_->Record(steady_clock::now() - asked_);
    if (!status_.ok()) {
      ++all_->failed;
      return false;
    }
    if (histogram_ == &all_->lease_port) {
      v1::StartSessionRequest request;
      *request.mutable_peer() = leased_.lease().rtp();
      request.mutable_peer()->set_port(kPeerPort);
      request.set_payload_type(kPcma);
      request.set_clock_rate_hz(kClockRateHz);
      request.mutable_echo();
      Ask(&v1::Media::Stub::AsyncStartSession, &request, &started_, &all_->start_session);
    } else if (histogram_ == &all_->start_session) {
      v1::StopSessionRequest request;
      Ask(&v1::Media::Stub::AsyncStopSession, &request, &stopped_, &all_->stop_session);
    } else if (histogram_ == &all_->stop_session) {
      v1::ReleasePortRequest request;
      Ask(&v1::Media::Stub::AsyncReleasePort, &request, &released_, &all_->release_port);
    } else {
      ++all_->done;
      return false;
    }
    return true;
  }

 private:
  template <typename Rpc, typename Request, typename Response>
  void Ask(Rpc rpc, Request* request, Response* response, Histogram* histogram) {
    request->mutable_owner()->set_name(kOwner);
    request->mutable_owner()->set_epoch(1);
    request->set_lease_id(id_);
    context_ = std::make_unique<::grpc::ClientContext>();
    context_->set_deadline(std::chrono::system_clock::now() + kDeadline);
    context_->set_wait_for_ready(true);
    histogram_ = histogram;
    asked_ = steady_clock::now();
    auto reader = (stub_->*rpc)(context_.get(), *request, queue_);
    reader->Finish(response, &status_, this);
    reader_ = std::move(reader);
  }

  v1::Media::Stub* const stub_;
  ::grpc::CompletionQueue* const queue_;
  const size_t number_;
  SetUps* const all_;
  uint64_t turn_ = 0;
  std::string id_;
  std::unique_ptr<::grpc::ClientContext> context_;
  std::shared_ptr<void> reader_;  // of whichever rpc is on its way
  ::grpc::Status status_;
  Histogram* histogram_ = nullptr;  // which rpc is on its way
  steady_clock::time_point asked_;
  v1::LeasePortResponse leased_;
  v1::StartSessionResponse started_;
  v1::StopSessionResponse stopped_;
  v1::ReleasePortResponse released_;
};

}  // namespace

SetUps RunSetUps(const Endpoint& node, size_t in_flight, const std::function<bool()>& over) {
  SetUps all;
  const auto channel = NewChannel(node.ToString(), ::grpc::InsecureChannelCredentials());
  const auto stub = v1::Media::NewStub(channel);
  ::grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Life>> lives;
  const auto began = steady_clock::now();
  for (size_t i = 0; i < in_flight; ++i) {
    lives.push_back(std::make_unique<Life>(stub.get(), &queue, i, &all));
    lives.back()->Begin();
  }
  void* tag = nullptr;
  bool ok = false;
  for (size_t on_their_way = in_flight; on_their_way > 0 && queue.Next(&tag, &ok);) {
    auto* life = static_cast<Life*>(tag);
    if (life->OnAnswer()) continue;
    if (over()) {
      --on_their_way;
    } else {
      life->Begin();
    }
  }
  const std::chrono::duration<double> time = steady_clock::now() - began;
  all.per_s = static_cast<double>(all.done) / time.count();
  return all;
}

}  // namespace benari::bench
