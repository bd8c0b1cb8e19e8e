// The registry, the workers and the housekeeper under many threads, without gRPC: ThreadSanitizer sees all of
// it.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "media/io/epoll_engine.h"
#include "media/io/worker_pool.h"
#include "media/lease/session_registry.h"
#include "media/node/housekeeper.h"
#include "tests/media/free_ports.h"
#include "tests/media/no_bots.h"
#include "tests/media/rtp_bytes.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What Node wires, but for gRPC.
class RegistryThreadsTest : public ::testing::Test {
 protected:
  static SessionRegistry::Options Options() {
    SessionRegistry::Options options;
    options.rtp_host = "127.0.0.1";
    options.ports = FreePorts(12);
    options.quarantine = milliseconds(0);
    options.random_ssrc = [] { return 0x99999999u; };
    return options;
  }

  static std::vector<std::unique_ptr<IoEngine>> Engines(const Clock& clock) {
    std::vector<std::unique_ptr<IoEngine>> engines;
    for (int i = 0; i < 2; ++i) engines.push_back(EpollEngine::Create(clock, milliseconds(1)).value());
    return engines;
  }

  RegistryThreadsTest() {
    housekeeper_.Start([this] {
      registry_.OnTime();
      return registry_.NextExpiry();
    });
  }
  ~RegistryThreadsTest() override { housekeeper_.Stop(); }

  // The answer of an asynchronous request.
  template <typename Call>
  absl::StatusOr<SessionView> Ask(Call call) {
    std::promise<absl::StatusOr<SessionView>> answer;
    call([&](absl::StatusOr<SessionView> view) { answer.set_value(std::move(view)); });
    return answer.get_future().get();
  }

  static ProcessorConfig Tone() {
    ToneConfig tone;
    tone.segments = {{{425}, milliseconds(20)}};
    return tone;
  }

  // One call's worth on a lease of its own, an echo or a tone; false when no port was free.
  bool OneCall(const OwnerId& owner, const std::string& id, const ProcessorConfig& processor, UdpPeer* peer) {
    const auto lease = registry_.LeasePort(owner, id, seconds(30));
    if (absl::IsResourceExhausted(lease.status())) return false;
    EXPECT_TRUE(lease.ok()) << lease.status();
    SessionConfig config;
    config.peer = peer->address();
    config.payload_type = 8;
    config.processor = processor;
    EXPECT_TRUE(Ask([&](auto done) { registry_.StartSession(owner, id, config, std::move(done)); }).ok());
    peer->Send(RtpBytes(1), Loopback(lease->rtp.port));
    EXPECT_TRUE(peer->Receive().has_value());
    EXPECT_TRUE(registry_.KeepAlive(owner, {id}, seconds(30)).ok());
    EXPECT_TRUE(Ask([&](auto done) { registry_.StopSession(owner, id, std::move(done)); }).ok());
    const auto last = Ask([&](auto done) { registry_.ReleasePort(owner, id, std::move(done)); });
    EXPECT_TRUE(last.ok()) << last.status();
    const bool echo = std::holds_alternative<EchoConfig>(processor);
    EXPECT_GE(last->snapshot.stats.sent_packets, 1u);
    EXPECT_TRUE(!echo || last->snapshot.stats.sent_packets == 1);
    while (peer->Receive(milliseconds(0))) {  // what else a tone has sent
    }
    return true;
  }

  const RealClock clock_;
  std::atomic<int> events_ = 0;
  Housekeeper housekeeper_;
  NoBots no_bots_;
  WorkerPool pool_{Loopback(0), Engines(clock_), no_bots_,
                   [this](std::vector<Task> tasks) { housekeeper_.Post(std::move(tasks)); },
                   [this](const SocketChange& change) {
                     registry_.OnMediaChange(change.socket, change.change, change.snapshot);
                   }};
  SessionRegistry registry_{Options(), clock_, pool_, [this](const SessionEvent&) { ++events_; }};
};

TEST_F(RegistryThreadsTest, CallsFromManyThreadsLeaveNothing) {
  std::atomic<bool> over = false;
  std::atomic<int> calls = 0;
  std::thread reader([&] {
    while (!over) {
      std::promise<void> listed;
      registry_.ListSessions("", "", 100, [&](const auto& page) {
        EXPECT_TRUE(page.ok());
        listed.set_value();
      });
      listed.get_future().wait();
      registry_.Counts();
      pool_.ReadTotals([](const auto&) {});
    }
  });
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([this, caller, &calls] {
      UdpPeer peer;
      const OwnerId owner = {absl::StrCat("owner", caller % 3), 1};
      for (int i = 0; i < 25; ++i) {
        const ProcessorConfig processor = i % 2 == 0 ? EchoConfig() : Tone();
        calls += OneCall(owner, absl::StrCat(caller, ".", i), processor, &peer);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  over = true;
  reader.join();
  EXPECT_EQ(calls, 8 * 25) << "12 ports are enough for 8 callers";
  EXPECT_EQ(registry_.Counts().ports_in_use, 0u);
}

TEST_F(RegistryThreadsTest, LeasesRunOutWhileOthersWork) {
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([this, caller] {
      const OwnerId owner = {"owner", 1};
      for (int i = 0; i < 50; ++i) {
        const auto lease = registry_.LeasePort(owner, absl::StrCat(caller, ".", i), milliseconds(1));
        EXPECT_TRUE(lease.ok() || absl::IsResourceExhausted(lease.status())) << lease.status();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (registry_.Counts().ports_in_use > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(registry_.Counts().ports_in_use, 0u);
  EXPECT_GT(registry_.Counts().lease_expiries, 0u);
}

}  // namespace
}  // namespace benari::media
