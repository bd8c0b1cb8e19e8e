#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "benari/media/v1/media.grpc.pb.h"
#include "control/nodes/media_client.h"

namespace benari::control {

// One WatchSessions stream, read by gRPC's threads, which post each event to the loop. Confined to the
// control loop.
class GrpcSessionWatch : public Watch {
 public:
  GrpcSessionWatch(boost::asio::any_io_executor executor, media::v1::Media::Stub& stub,
                   const std::string& owner, std::function<void(const SessionEvent&)> on_event,
                   std::function<void(const std::string& why)> on_end);
  ~GrpcSessionWatch() override;

 private:
  class Reactor;
  struct Handlers;

  std::shared_ptr<Handlers> handlers_;  // the reactor holds it weakly: without it nothing is called any more
  std::shared_ptr<Reactor> reactor_;
};

}  // namespace benari::control
