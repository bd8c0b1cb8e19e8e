#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "control/nodes/media_targets.h"

namespace benari::control {

// Reports the addresses of the media nodes: once for a fixed list, every few seconds for a DNS name. A failed
// look-up changes nothing, but the first one reports an empty list. Look-ups run on a thread of their own, so
// that a name server that hangs delays no other one. Confined to the control loop.
class NodeResolver {
 public:
  using OnNodes = std::function<void(const std::vector<std::string>& addresses)>;

  NodeResolver(boost::asio::any_io_executor executor, MediaTargets targets, OnNodes on_nodes);
  void Start();

 private:
  void LookUp();
  void LookUpLater();

  const MediaTargets targets_;
  const OnNodes on_nodes_;
  const boost::asio::any_io_executor loop_;
  boost::asio::thread_pool look_ups_{1};
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::steady_timer timer_;
  std::string problem_;  // of the last look-up, so that each is logged once
  bool told_ = false;
};

}  // namespace benari::control
