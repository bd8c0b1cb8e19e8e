#include "media/io/rtp_socket.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "media/io/epoll_engine.h"
#include "tests/media/no_bots.h"
#include "tests/media/rtp_bytes.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

// What is gone for the session is told with it, and counted for the node.
TEST(RtpSocket, TellsWhatTheSystemDropped) {
  const RealClock clock;
  const auto engine = EpollEngine::Create(clock, Clock::Duration::zero()).value();
  std::vector<SocketChange> changes;
  UdpSocket bound = UdpSocket::Bind(Loopback(0)).value();
  const SocketAddress address = bound.local();
  NoBots no_bots;
  ProcessorFactory factory(no_bots);
  RtpSocket socket(1, std::move(bound), *engine, factory, &changes);
  UdpPeer peer;
  for (int i = 0; i < 2000; ++i) peer.Send(RtpBytes(1), address);
  EXPECT_GT(socket.Snapshot().stats.Dropped(DropReason::kOverflow), 0u);
  EXPECT_EQ(socket.Totals().Dropped(DropReason::kOverflow), 0u) << "a scrape asks the system nothing";
  socket.ReadOverflow();
  EXPECT_EQ(socket.Totals().Dropped(DropReason::kOverflow),
            socket.Snapshot().stats.Dropped(DropReason::kOverflow));
}

}  // namespace
}  // namespace benari::media
