#include "control/grpc/grpc_session_watch.h"

#include <grpcpp/client_context.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "control/grpc/grpc_media_types.h"

namespace benari::control {

namespace asio = boost::asio;
namespace v1 = benari::media::v1;

struct GrpcSessionWatch::Handlers {
  std::function<void(const SessionEvent&)> on_event;
  std::function<void(const std::string& why)> on_end;
};

class GrpcSessionWatch::Reactor : public grpc::ClientReadReactor<v1::WatchSessionsResponse> {
 public:
  Reactor(asio::any_io_executor executor, const std::string& owner, std::weak_ptr<Handlers> handlers)
      : executor_(std::move(executor)), handlers_(std::move(handlers)) {
    request_.set_owner(owner);
  }

  // `self` is kept until the stream is done, however long the Watch lives.
  void Start(v1::Media::Stub& stub, std::shared_ptr<Reactor> self) {
    self_ = std::move(self);
    stub.async()->WatchSessions(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (const auto event = ToSessionEvent(response_)) {
      asio::post(executor_, [weak = handlers_, event = *event] {
        if (const auto handlers = weak.lock()) handlers->on_event(event);
      });
    }
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& status) override {
    asio::post(executor_, [weak = handlers_, why = status.error_message()] {
      if (const auto handlers = weak.lock()) handlers->on_end(why);
    });
    self_.reset();
  }

  asio::any_io_executor executor_;
  std::weak_ptr<Handlers> handlers_;
  grpc::ClientContext context_;
  v1::WatchSessionsRequest request_;
  v1::WatchSessionsResponse response_;
  std::shared_ptr<Reactor> self_;
};

GrpcSessionWatch::GrpcSessionWatch(asio::any_io_executor executor, v1::Media::Stub& stub,
                                   const std::string& owner,
                                   std::function<void(const SessionEvent&)> on_event,
                                   std::function<void(const std::string& why)> on_end)
    : handlers_(std::make_shared<Handlers>()) {
  handlers_->on_event = std::move(on_event);
  handlers_->on_end = std::move(on_end);
  reactor_ = std::make_shared<Reactor>(std::move(executor), owner, handlers_);
  reactor_->Start(stub, reactor_);
}

GrpcSessionWatch::~GrpcSessionWatch() { reactor_->Cancel(); }

}  // namespace benari::control
