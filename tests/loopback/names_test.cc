// Media nodes that are known by a name, in a namespace with an /etc/hosts of its own.
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/harness/process_view.h"
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

}  // namespace
}  // namespace benari::loopback
