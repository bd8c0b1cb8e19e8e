// The network between control and one of the others is cut, without a word, with calls. Control, media, and
// Asterisk with its phones are on hosts of their own.
#include <gmock/gmock.h>

#include <optional>
#include <thread>

#include "tests/e2e/chaos_test.h"
#include "tests/harness/network.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class NetworkIsCut : public ChaosTest, public ::testing::WithParamInterface<int> {
 protected:
  seconds Length() const { return seconds(GetParam()); }

  // With a part of the recording for each seven seconds until well after the cut.
  int Rounds() const { return (GetParam() + 14) / 7 + 1; }

  void StartHosts(std::vector<std::string> control_flags) {
    network_.emplace();
    media_host_ = network_->AddHost();
    control_host_ = network_->AddHost();
    ServiceOptions media;
    media.host = media_host_->address();
    media.network = media_host_->network();
    StartNode(media);
    control_options_.host = control_host_->address();
    control_options_.network = control_host_->network();
    asterisk_host_ = network_->own().address();
    StartWorld(std::move(control_flags));
  }

  // Between control and that host.
  void Cut(Network::Host& other) {
    cut_ = steady_clock::now();
    control_host_->Ignore(other);
    other.Ignore(*control_host_);
    std::this_thread::sleep_for(Length());
    other.Accept();
    control_host_->Accept();
    mended_ = steady_clock::now();
  }

  // Callers who come now get everything.
  void ExpectNewCallsWork() {
    const int heard = Count("echo heard");
    ExpectEventually("a new caller hears itself", [&] {
      const auto phone = Phones("phone_tries", 1);
      ExpectAllWell(*phone, 1);
      return Count("echo heard") > heard;
    });
  }
  std::optional<Network> network_;  // made once this thread is on its own host
  std::unique_ptr<Network::Host> media_host_;
  std::unique_ptr<Network::Host> control_host_;
  steady_clock::time_point cut_;
  steady_clock::time_point mended_;
};

// Ten callers hang up meanwhile. Of a cut that is longer than a lease lives the leases are gone.
TEST_P(NetworkIsCut, BetweenControlAndMedia) {
  StartHosts({"--echo_seconds=inf"});
  const auto trunk = Trunk("trunk_answers");
  const auto leaving = Phones("phone_hangs_up", 10, milliseconds(4000));
  const auto staying = Phones("phone_talks", 20, {}, Rounds());
  WaitForLines("message", "echo heard", 30);
  Cut(*media_host_);
  const int transferred = Count("destination answered");
  Figure("transferred", transferred);
  if (GetParam() == 1) {
    EXPECT_EQ(transferred, 0) << "nothing was lost";
  } else {
    EXPECT_GE(transferred, 20);
  }
  ExpectAllWell(*leaving, 10);
  WaitForLines("message", "media node up", Count("media node lost") + 1);
  Figure("media_up_ms", MsSince(mended_));
  ExpectNewCallsWork();
  ExpectAllWell(*staying, 20);
  WaitForLines("message", "call ended", 30);
}

// Ten callers hang up meanwhile, for ten the echo is over meanwhile (but for the shortest cut); the others
// go on to the destination afterwards.
TEST_P(NetworkIsCut, BetweenControlAndAsterisk) {
  StartHosts({"--echo_seconds=8"});
  const auto trunk = Trunk("trunk_answers");
  const auto leaving = Phones("phone_hangs_up", 10, milliseconds(5500));
  const auto staying = Phones("phone_talks", 20, {}, Rounds());
  const auto tap = RtpTap::Start(staying->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();
  WaitForLines("message", "echo heard", 30);
  std::this_thread::sleep_for(seconds(2));
  Cut(network_->own());
  const Hearing hearing = HeardSince(**tap, cut_, mended_);
  EXPECT_EQ(hearing.before, 20);
  EXPECT_EQ(hearing.again, 20);
  EXPECT_LT(hearing.longest_gap, milliseconds(500)) << "the echo goes on";
  Figure("longest_gap_in_cut_ms", hearing.longest_gap.count());
  ExpectEventually("connected again", [this] {
    return ReadMetric(newest().metrics(), "benari_control_ari_connected").value_or(0) == 1;
  });
  Figure("connected_ms", MsSince(mended_));
  ExpectAllWell(*leaving, 10);
  ExpectNewCallsWork();
  ExpectAllWell(*staying, 20);
  ExpectEventually("20 callers were transferred", [this] { return Count("destination answered") >= 20; });
  ExpectEventually("all calls ended", [this] { return Count("call ended") >= 32; });
}

INSTANTIATE_TEST_SUITE_P(Seconds, NetworkIsCut, ::testing::Values(1, 10, 60),
                         [](const auto& test) { return std::to_string(test.param); });

}  // namespace
}  // namespace benari::e2e
