// control as a process: signals, flags, health.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

using ControlProcessTest = LoopbackTest;

constexpr seconds kPatience{20};

TEST_F(ControlProcessTest, SigtermLetsCallsEndAndRefusesNewOnes) {
  StartServices({"--echo_seconds=1", "--drain_seconds=60"});
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  control().process().Signal(SIGTERM);
  Logged("draining: no new calls");
  EXPECT_EQ(Outcome(asterisk().PlaceCall()), "refused");
  LoggedField("phase", "connected");
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(control().process().WaitForExit(kPatience), 0);
}

TEST_F(ControlProcessTest, WhenTheDrainTimeIsOverCallsAreHungUp) {
  StartServices({"--echo_seconds=inf", "--drain_seconds=0.2"});
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  control().process().Signal(SIGTERM);
  EXPECT_EQ(Outcome(caller), "stopped");
  EXPECT_EQ(control().process().WaitForExit(kPatience), 0);
  EXPECT_TRUE(asterisk().EndOf(caller).has_value());
}

TEST_F(ControlProcessTest, ASecondSigtermEndsAtOnceAndLeavesTheCallsToTheNext) {
  StartServices({"--echo_seconds=inf", "--drain_seconds=600"});
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  control().process().Signal(SIGTERM);
  Logged("draining: no new calls");
  control().process().Signal(SIGTERM);
  EXPECT_EQ(control().process().WaitForExit(kPatience), 1);
  EXPECT_FALSE(asterisk().EndOf(caller).has_value());
  StartControl({"--echo_seconds=inf"});
  EXPECT_EQ(Logged("call adopted").Field("call"), caller);
  asterisk().HangUpCaller(caller);
}

struct Ended {
  int code;
  std::string output;
};

Ended RunControl(std::vector<std::string> flags, const std::string& password = "x") {
  flags.insert(flags.begin(), BENARI_CONTROL_BINARY);
  e2e::ChildProcess process({"control", flags, {{"BENARI_ARI_PASSWORD", password}}, "", ""});
  const int code = process.WaitForExit(kPatience).value_or(-1);
  return {code, absl::StrJoin(process.Lines(), "\n")};
}

TEST(ControlFlags, EveryMistakeIsNamedWithWhatIsAccepted) {
  const Ended run =
      RunControl({"--format=opus", "--media=nowhere", "--echo_seconds=-1", "--owner=a.b", "--ari_url=ftp://x",
                  "--renew_interval_ms=9000", "--on_no_media=dance", "--max_calls=0", "--nonsense=1",
                  "--destination=4438007", "--ari_timeout_ms=many"});
  EXPECT_EQ(run.code, 2);
  for (const char* flag : {"--format=opus", "--media=nowhere", "--echo_seconds=-1", "--owner=a.b",
                           "--ari_url=ftp://x", "--renew_interval_ms=9000", "--on_no_media=dance",
                           "--max_calls=0", "nonsense", "--destination=4438007", "--ari_timeout_ms=many"}) {
    EXPECT_THAT(run.output, HasSubstr(flag));
  }
  EXPECT_THAT(run.output, HasSubstr("would not come back"));
  EXPECT_THAT(run.output, HasSubstr("continue or hangup"));
}

TEST(ControlFlags, AFormatWhoseAudioCannotComeBackIsRefused) {
  for (const char* format : {"slin16", "opus", "slin48"}) {
    const Ended run = RunControl({std::string("--format=") + format});
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.output, HasSubstr("payload type"));
  }
}

TEST(ControlFlags, EachMistakeIsOneLine) {
  struct Case {
    std::vector<std::string> flags;
    const char* line;
  };
  const Case cases[] = {
      {{"--rtp_source=any"}, "--rtp_source=any: accepted is exact or latch"},
      {{"--media_tls_ca_file=/none"},
       "--media_tls_ca_file=/none: No such file or directory; accepted is a readable PEM file"},
      {{"--media_tls_server_name=media"}, "--media_tls_ca_file=: accepted is the CA certificates"},
      {{"--ari_url=https://127.0.0.1/ari", "--ari_ca_file=/none"},
       "--ari_ca_file=/none: No such file or directory; accepted is a readable PEM file"},
      {{"--peers=http://a:9101,https://b:9101"},
       "--peers=http://a:9101,https://b:9101: 'https://b:9101': accepted is http://HOST:PORT, without a user "
       "or a path"},
      {{"--app=a,b"}, "--app=a,b: accepted is the name of one Stasis application, without ','"},
      {{"--app="}, "--app=: accepted is the name of one Stasis application, without ','"},
      {{"--ari_user="}, "--ari_user=: accepted is the name of a section in ari.conf, without ':'"},
      {{"--ari_user=a:b"}, "--ari_user=a:b: accepted is the name of a section in ari.conf, without ':'"},
      {{"--max_calls=abc"}, "--max_calls=abc: accepted is 1..10000"},
      {{"--dial_timeout_seconds=5x"}, "--dial_timeout_seconds=5x: accepted is 1..600"},
      {{"--bot_drain_seconds=10s"}, "--bot_drain_seconds=10s: accepted is 0..60"},
      {{"--bot_drain_on_hangup=perhaps"}, "--bot_drain_on_hangup=perhaps: accepted is true or false"},
      {{"--metrics_hosts=pbx.example,http://x"}, "--metrics_hosts=http://x: accepted is names such as"},
      {{"--config=/none"},
       "--config=/none: No such file or directory; accepted is a file of lines NAME = VALUE"},
      {{"--api_account_file=/none"},
       "--api_account_file=/none: No such file or directory; accepted is a file"},
      {{"--api_account_file=/dev/null"}, "--api_account_file=/dev/null: a line account_sid: AC… is missing"},
  };
  for (const Case& each : cases) {
    const Ended run = RunControl(each.flags);
    EXPECT_EQ(run.code, 2) << each.line;
    EXPECT_THAT(run.output, HasSubstr(each.line));
    EXPECT_EQ(std::count(run.output.begin(), run.output.end(), '\n'), 0) << run.output;
  }
}

TEST(ControlFlags, MistakesWithTheApi) {
  const Ended open = RunControl({"--api_listen=0.0.0.0:8081", "--api_account_file=/tmp"});
  EXPECT_EQ(open.code, 2);
  EXPECT_THAT(open.output,
              HasSubstr("--api_listen=0.0.0.0:8081: accepted is an address of loopback or of a private "
                        "network, such as 127.0.0.1:8081, or any with --api_tls_cert_file"));
  EXPECT_THAT(open.output, HasSubstr("--api_account_file=/tmp: it is a directory"));
  const Ended half =
      RunControl({"--api_listen=0.0.0.0:8081", "--api_account_file=/dev/null", "--api_tls_cert_file=/none"});
  EXPECT_THAT(half.output,
              HasSubstr("--api_tls_key_file=: accepted is the private key of --api_tls_cert_file=/none"));
  EXPECT_THAT(
      half.output,
      HasSubstr("--api_tls_cert_file=/none: No such file or directory; accepted is a readable PEM file with "
                "a certificate"));
  EXPECT_THAT(half.output, ::testing::Not(HasSubstr("--api_listen"))) << "with TLS it may be anywhere";
  const Ended nobody = RunControl({"--api_listen=127.0.0.1:0"});
  EXPECT_EQ(nobody.code, 2);
  EXPECT_THAT(nobody.output, HasSubstr("--api_account_file=: accepted is the file with the account"));
  const Ended empty = RunControl({"--api_listen=[::1]:0", "--api_account_file=/dev/null"});
  EXPECT_EQ(empty.code, 2);
  EXPECT_THAT(empty.output, HasSubstr("--api_account_file=/dev/null: a line account_sid: AC… is missing"));
}

TEST(ControlFlags, APasswordFileWithoutAPasswordIsRefused) {
  const Ended folder = RunControl({"--ari_password_file=/tmp"});
  EXPECT_EQ(folder.code, 2);
  EXPECT_THAT(folder.output, HasSubstr("--ari_password_file=/tmp: it is a directory"));
  const Ended empty = RunControl({"--ari_password_file=/dev/null"});
  EXPECT_EQ(empty.code, 2);
  EXPECT_THAT(empty.output, HasSubstr("--ari_password_file=/dev/null: it is empty"));
  const Ended environment = RunControl({}, "");
  EXPECT_EQ(environment.code, 2);
  EXPECT_THAT(environment.output, HasSubstr("BENARI_ARI_PASSWORD in the environment: it is empty"));
}

TEST(ControlFlags, APasswordIsNotPrinted) {
  const Ended run = RunControl({"--ari_url=http://benari:geheim@127.0.0.1/ari", "--ari_password=geheim",
                                "--ari_passwort", "geheim", "ari_password=geheim"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.output, ::testing::Not(HasSubstr("geheim")));
  EXPECT_EQ(std::count(run.output.begin(), run.output.end(), '\n'), 3) << run.output;
}

TEST(ControlFlags, StandingByIsShorterThanALease) {
  const Ended run = RunControl({"--standby_seconds=10", "--lease_ttl_ms=10000"});
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.output, "--standby_seconds=10: accepted is less than --lease_ttl_ms=10000");
}

TEST(ControlFlags, WhoStandsByWaitsForMoreThanOneRenewal) {
  for (const char* flag : {"--standby", "--when_replaced=stand_by"}) {
    const Ended run = RunControl({flag, "--renew_interval_ms=2000"});
    EXPECT_EQ(run.code, 2);
    EXPECT_EQ(run.output, "--standby_seconds=5: accepted is at least three times --renew_interval_ms=2000");
  }
}

TEST(ControlFlags, HealthcheckOfNothingSaysSo) {
  const Ended run = RunControl({"--healthcheck", "--metrics_listen=127.0.0.1:9"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.output, HasSubstr("nothing answers at 127.0.0.1:9"));
}

TEST(ControlFlags, HealthcheckWithoutAnAddressSaysSo) {
  const Ended run = RunControl({"--healthcheck", "--metrics_listen="});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.output, HasSubstr("--metrics_listen=: accepted is HOST:PORT"));
}

TEST_F(ControlProcessTest, HealthcheckOfAnotherProgramSaysSo) {
  StartAsterisk();
  const std::string there = absl::StrCat("127.0.0.1:", asterisk().http().port);
  const Ended run = RunControl({"--healthcheck", "--metrics_listen=" + there});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.output, HasSubstr(there + ": another program answers there: 'HTTP/1."));
  EXPECT_THAT(run.output, HasSubstr("without the metric benari_control_ari_connected"));
}

TEST_F(ControlProcessTest, HealthcheckWithoutAsteriskSaysSo) {
  StartAsterisk();
  StartMedia();
  StartControl({"--ari_url=http://127.0.0.1:9/ari"});
  const std::string metrics = control().metrics().ToString();
  const Ended run = RunControl({"--healthcheck", "--metrics_listen=" + metrics});
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(run.output, metrics + ": not connected to Asterisk, and not standing by");
}

TEST_F(ControlProcessTest, HealthcheckOfAServingControlIsGood) {
  StartServices();
  Logged("connected to Asterisk");
  const Ended run = RunControl({"--healthcheck", "--metrics_listen=" + control().metrics().ToString()});
  EXPECT_EQ(run.code, 0) << run.output;
}

}  // namespace
}  // namespace benari::loopback
