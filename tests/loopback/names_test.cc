// Media nodes that are known by a name, in a namespace with an /etc/hosts of its own.
#include <gmock/gmock.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "control/grpc_media_client.h"
#include "tests/e2e/harness/process_view.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using std::chrono::seconds;

constexpr const char* kName = "media.test";

class NamesTest : public LoopbackTest {
 protected:
  void SetUp() override {
    char name[] = "/tmp/benari-hosts-XXXXXX";
    const int fd = mkstemp(name);
    ASSERT_GE(fd, 0);
    close(fd);
    hosts_ = name;
    const std::string may = "unshare -rm mount --bind " + hosts_ + " /etc/hosts 2>/dev/null";
    if (std::system(may.c_str()) != 0) GTEST_SKIP() << "no mount namespace may be made here";
  }
  void TearDown() override {
    LoopbackTest::TearDown();
    if (!hosts_.empty()) std::remove(hosts_.c_str());
  }
  void Name(const std::vector<std::string>& addresses) {
    std::ofstream file(hosts_);  // the same file: it is mounted
    for (const std::string& address : addresses) file << address << " " << kName << "\n";
  }
  void StartControlWith(const std::string& scheme) {
    e2e::ServiceOptions options;
    options.run_by = {"unshare", "-rm", "sh", "-c", "mount --bind " + hosts_ + " /etc/hosts && exec \"$@\"",
                      "sh"};
    options.extra_flags = {"--media=" + scheme + Endpoint(kName, media().grpc().port).ToString(),
                           "--echo_seconds=inf"};
    auto started =
        e2e::ControlProcess::Start({asterisk().url(), "benari", password_file_}, media().grpc(), options);
    ASSERT_TRUE(started.ok()) << started.status();
    control_ = std::move(*started);
  }
  // Within half of the 30 s that gRPC waits between two look-ups.
  bool IsUpSoon() {
    const auto up = [](const std::string& line) { return e2e::LogLine{line}.message() == "media node up"; };
    return control().process().WaitForLine(up, seconds(15)).has_value();
  }
  double Nodes(const std::string& state) {
    const std::string series = "benari_control_media_nodes{state=\"" + state + "\"}";
    return e2e::ReadMetric(control().metrics(), series).value_or(-1);
  }

  std::string hosts_;
};

class SchemeTest : public NamesTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(SchemeTest, ANodeWhoseAddressChangesIsFoundAtTheNewOne) {
  StartAsterisk();
  StartMedia();
  Name({"127.0.0.9"});
  StartControlWith(GetParam());
  Logged("media node not reached");
  Name({"127.0.0.1"});
  EXPECT_TRUE(IsUpSoon());
}

INSTANTIATE_TEST_SUITE_P(Names, SchemeTest, ::testing::Values("", "dns:///"));

TEST_F(NamesTest, AnAddressOfTheNameWhereNobodyAnswersIsNoLostNode) {
  StartAsterisk();
  StartMedia();
  Name({"127.0.0.1", "127.0.0.9"});
  StartControlWith("dns:///");
  Logged("media node not reached");
  EXPECT_TRUE(Eventually([this] { return Nodes("up") == 1; }));
  EXPECT_EQ(Nodes("down"), 0);
  EXPECT_EQ(Nodes("not_reached"), 1);
}

// A clock that a test sets.
class SetClock : public Clock {
 public:
  Time Now() const override { return now; }
  WallTime WallNow() const override { return {}; }
  Time now{};
};

TEST(GrpcMediaClientTest, DropsTheChannelOfANodeThatNobodySpeaksToAnyMore) {
  boost::asio::io_context loop;
  SetClock clock;
  control::GrpcMediaClient client(loop.get_executor(), control::GrpcMediaClient::Options(), clock);
  const auto ask = [&](const std::string& node) {
    boost::asio::co_spawn(loop, client.ListSessions(node), [](std::exception_ptr, auto) {});
    loop.restart();
    loop.run();
  };
  for (int pod = 1; pod <= 50; ++pod) {
    clock.now += seconds(10);
    ask("127.0.0.1:" + std::to_string(pod));  // nobody listens there
  }
  EXPECT_LE(client.channels(), 13u) << "two minutes of them";
  clock.now += std::chrono::hours(1);
  ask("127.0.0.1:1");
  EXPECT_EQ(client.channels(), 1u);
}

}  // namespace
}  // namespace benari::loopback
