#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/endpoint.h"
#include "media/node/config.h"

namespace benari::media {

// A whole media node: workers, registry, gRPC server, metrics. Thread-safe.
class Node {
 public:
  // Returns a node that serves. An error is one line for an operator.
  static absl::StatusOr<std::unique_ptr<Node>> Start(const Config& config, const Clock& clock);
  virtual ~Node() = default;  // ends every rpc and every session

  virtual Endpoint grpc() const = 0;            // with the port really bound
  virtual Endpoint health() const = 0;          // likewise; empty host: none
  virtual Endpoint metrics() const = 0;         // likewise
  virtual EngineKind io_engine() const = 0;     // not kAuto
  virtual std::string no_io_uring() const = 0;  // why kAuto became epoll; else empty
  // Refuses new leases from now on, and reports NOT_SERVING in its health.
  virtual void StartDraining() = 0;
  virtual size_t ports_in_use() const = 0;  // 0: every lease is gone and every socket closed
  // Asks every worker and the housekeeper for a sign of life; true if the one asked for before has come.
  // Confined to one thread.
  virtual bool Responds() = 0;
  virtual size_t watchers() const = 0;      // streams of WatchSessions: controls that use this node
};

}  // namespace benari::media
