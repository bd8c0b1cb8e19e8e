// benari-control --check beside a real Asterisk and a real media node: its lines, and that it leaves nothing.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/e2e/call_test.h"
#include "tests/e2e/shared_folder.h"
#include "tests/harness/ports.h"
#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr seconds kPatience{60};

class CheckProcessTest : public CallTest {
 protected:
  // With further flags, which win over those that fit.
  std::unique_ptr<ChildProcess> StartCheck(const std::vector<std::string>& flags = {}) {
    const AriAccess ari = asterisk().ari_access();
    Command command{"check",
                    {BENARI_CONTROL_BINARY, "--check", "--ari_url=" + ari.url, "--ari_user=" + ari.user,
                     "--ari_password_file=" + ari.password_file, "--media=" + media().grpc().ToString()}};
    command.argv.insert(command.argv.end(), flags.begin(), flags.end());
    return std::make_unique<ChildProcess>(std::move(command));
  }
  // Its lines, once it has ended with this code.
  std::string LinesOf(ChildProcess& check, int code) {
    EXPECT_EQ(check.WaitForExit(kPatience), code);
    const std::string lines = absl::StrJoin(check.Lines(), "\n");
    std::cout << lines << "\n";
    return lines;
  }
  // Waits until the check's session runs; false: it does not get there.
  bool WaitForSession() {
    const auto deadline = steady_clock::now() + kPatience;
    while (steady_clock::now() < deadline) {
      const auto listed = media_view().ListSessions();
      if (!listed.ok()) return false;
      for (const auto& session : listed->sessions()) {
        if (session.state() == media::v1::SESSION_STATE_RUNNING) return true;
      }
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }
};

TEST_F(CheckProcessTest, AllIsWellBesideACallThatGoesOn) {
  StartServices({"--echo_seconds=inf", "--drain_seconds=0"});
  const auto phone = Phone("phone_waits");
  WaitForLog("echo heard");
  const auto check = StartCheck();
  const std::string lines = LinesOf(*check, 0);
  EXPECT_THAT(lines, Not(HasSubstr("FAILED")));
  EXPECT_THAT(lines, AllOf(HasSubstr("ok       ARI: Asterisk "), HasSubstr("ok       modules: the 14"),
                           HasSubstr("--app=voicebot1 is known to Asterisk"), HasSubstr("ok       events: "),
                           HasSubstr("--owner=benari has 1 leases there")));
  EXPECT_THAT(lines,
              ContainsRegex("ok       audio to media [0-9.:]+: [0-9]+ packets arrived, from Asterisk's "));
  EXPECT_THAT(lines, ContainsRegex("ok       audio from media [0-9.:]+: Asterisk hears it"));
  EXPECT_TRUE(control().process().Running());
  EXPECT_EQ(control().process().Stop(), 0);
  EXPECT_EQ(Outcome(), "stopped") << "the call was disturbed";
  ExpectAllWell(*phone);
}

TEST_F(CheckProcessTest, AWrongPassword) {
  StartServices({});
  const std::string file = asterisk().ari_access().password_file + ".wrong";
  WriteFile(file, "wrong\n");
  const auto check = StartCheck({"--ari_password_file=" + file});
  EXPECT_THAT(LinesOf(*check, 1), ContainsRegex("FAILED   ARI: .*401.*--ari_password_file.*ari.conf"));
}

TEST_F(CheckProcessTest, MediaAdvertisesAnAddressThatIsNotItsOwn) {
  StartServices({}, {"--rtp_advertise=127.0.0.9"});
  const auto check = StartCheck();
  EXPECT_THAT(
      LinesOf(*check, 1),
      ContainsRegex("FAILED   audio to media [0-9.:]+: nothing arrived, Asterisk sends from [0-9.:]+ to "
                    "127.0.0.9:[0-9]+: .*--rtp_advertise"));
}

// In the network namespace of this test.
TEST_F(CheckProcessTest, AFirewallDropsWhatMediaSends) {
  StartServices({});
  const auto nft = [](const std::string& command) {
    EXPECT_EQ(ChildProcess(Command{"nft", {"nft", command}}).WaitForExit(kPatience), 0);
  };
  nft("table ip firewall { chain in { type filter hook input priority 0; udp dport 25000-26000 drop; }; }");
  const auto check = StartCheck();
  EXPECT_THAT(LinesOf(*check, 1),
              AllOf(ContainsRegex("ok       audio to media [0-9.:]+: "),
                    ContainsRegex("FAILED   audio from media [0-9.:]+: Asterisk hears none of [1-9][0-9]* "
                                  "packets sent .*rtp.conf")));
  nft("delete table ip firewall");
}

TEST_F(CheckProcessTest, ANodeIsDown) {
  StartServices({});
  const std::string good = media().grpc().ToString();
  const std::string down = absl::StrCat("127.0.0.1:", FreeTcpPort());
  const auto check = StartCheck({absl::StrCat("--media=", good, ",", down)});
  EXPECT_THAT(LinesOf(*check, 1),
              AllOf(HasSubstr(absl::StrCat("FAILED   media ", down, ": ")),
                    HasSubstr(absl::StrCat("ok       audio from media ", good, ": Asterisk hears it"))));
}

TEST_F(CheckProcessTest, ASignalEndsItAndNothingIsLeft) {
  StartServices({});
  for (const int signal_number : {SIGINT, SIGTERM}) {
    const auto check = StartCheck();
    ASSERT_TRUE(WaitForSession());
    check->Signal(signal_number);
    EXPECT_THAT(LinesOf(*check, 1), HasSubstr("FAILED   this check: ended by a signal"));
    const absl::Status empty = asterisk().ari().WaitUntilEmpty(milliseconds(0));
    EXPECT_TRUE(empty.ok()) << empty.message();
    EXPECT_EQ(media_view().ListSessions()->sessions_size(), 0);
  }
}

TEST_F(CheckProcessTest, WhatAKilledOneLeavesEndsByItself) {
  StartServices({});
  const auto check = StartCheck();
  ASSERT_TRUE(WaitForSession());
  check->Signal(SIGKILL);
  check->WaitForExit(kPatience);
  EXPECT_FALSE(asterisk().ari().Channels()->empty()) << "it had ended before";
  const absl::Status empty = asterisk().ari().WaitUntilEmpty(kPatience);
  EXPECT_TRUE(empty.ok()) << empty.message();
}

TEST_F(CheckProcessTest, AFormatThatMediaHasNoToneFor) {
  StartServices({});
  const auto check = StartCheck({"--format=g722"});
  EXPECT_THAT(LinesOf(*check, 0), ContainsRegex("ok       audio from media [0-9.:]+: Asterisk hears it"));
}

TEST_F(CheckProcessTest, WhatFliteSaysIsPlayedByAsteriskIfItSeesTheDirectory) {
  StartServices({});
  const SharedFolder seen;
  const RunFolder unseen("/tmp", "benari-unseen-");
  const std::string command = "--say_command=flite -voice slt -o {file} -t {text}";
  const auto check = StartCheck({command, "--say_directory=" + seen.path()});
  EXPECT_THAT(LinesOf(*check, 0),
              HasSubstr("ok       speech: --say_command makes a file, and Asterisk plays it"));
  const auto another = StartCheck({command, "--say_directory=" + unseen.path()});
  EXPECT_THAT(LinesOf(*another, 1),
              ContainsRegex("FAILED   speech: Asterisk does not play sound:/tmp/benari-unseen-"));
}

class CheckModuleTest : public CheckProcessTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.modules = "\nnoload = chan_rtp.so\n";
    return options;
  }
};

TEST_F(CheckModuleTest, IsNotLoaded) {
  StartServices({});
  const auto check = StartCheck();
  EXPECT_THAT(LinesOf(*check, 1),
              AllOf(ContainsRegex("FAILED   modules: chan_rtp.so .* is not loaded: modules.conf"),
                    ContainsRegex("FAILED   audio to media [0-9.:]+: POST /channels/externalMedia")));
}

class CheckTalkDetectTest : public CheckProcessTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.modules = "\nnoload = func_talkdetect.so\n";
    return options;
  }
};

TEST_F(CheckTalkDetectTest, IsNotLoaded) {
  StartServices({});
  const auto check = StartCheck();
  EXPECT_THAT(LinesOf(*check, 0),
              AllOf(ContainsRegex("ok       audio to media [0-9.:]+: "),
                    ContainsRegex("warning  audio from media [0-9.:]+: not measured.*func_talkdetect.so")));
}

}  // namespace
}  // namespace benari::e2e
