#include "control/check/asterisk_findings.h"

#include <gmock/gmock.h>

#include "control/ari/connect_failure.h"
#include "tests/control/check/modules.h"

namespace benari::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ari::Access Access() { return *ari::MakeAccess("http://127.0.0.1:8088/ari", "bot", "secret", "app", ""); }

TEST(AsteriskFindings, AFailureNamesFlagAndFile) {
  const auto text = [](ari::ErrorKind kind, int status) {
    const Finding found = OfAriFailure(ari::Error(kind, status, "GET /bridges: why"), Access());
    EXPECT_EQ(found.verdict, Verdict::kFailed);
    EXPECT_THAT(found.text, HasSubstr("GET /bridges: why"));
    return found.text;
  };
  using Kind = ari::ErrorKind;
  EXPECT_THAT(text(Kind::kHttp, 401), AllOf(HasSubstr("--ari_user=bot"), HasSubstr("--ari_password_file"),
                                            HasSubstr("[bot] in Asterisk's ari.conf")));
  EXPECT_THAT(text(Kind::kHttp, 403), AllOf(HasSubstr("--ari_user=bot"), HasSubstr("read_only")));
  EXPECT_THAT(text(Kind::kHttp, 404), AllOf(HasSubstr("--ari_url"), HasSubstr("modules.conf")));
  EXPECT_EQ(text(Kind::kTimeout, 0), "ARI: GET /bridges: why: look at --ari_url=http://127.0.0.1:8088/ari");
}

TEST(AsteriskFindings, AFailureToConnectNamesThemOnce) {
  for (const net::ConnectProblem problem :
       {net::ConnectProblem::kRefused, net::ConnectProblem::kNameNotResolved}) {
    net::ConnectFailure failure;
    failure.problem = problem;
    const std::string why = ari::DescribeConnectFailure(failure, Access());
    EXPECT_THAT(why, HasSubstr("look at --ari_url=http://127.0.0.1:8088/ari"));
    EXPECT_EQ(OfAriFailure(ari::Error(ari::ErrorKind::kUnreachable, 0, why), Access()).text, "ARI: " + why);
  }
}

TEST(AsteriskFindings, APatchedVersionIsAWarning) {
  EXPECT_EQ(OfVersion("22.10.1", Access()).size(), 1u);
  const Findings patched = OfVersion("22.10.1~dfsg+~cs6.17.6-1", Access());
  ASSERT_EQ(patched.size(), 2u);
  EXPECT_EQ(patched.back().verdict, Verdict::kWarning);
}

TEST(AsteriskFindings, AModuleThatDoesNotRunIsNamed) {
  std::vector<ari::Module> modules = AllModules();
  EXPECT_EQ(OfModules(modules, {}).front().text, "modules: the 14 that benari uses run");
  std::erase_if(modules, [](const ari::Module& each) { return each.name == "chan_rtp.so"; });
  for (ari::Module& each : modules) {
    if (each.name == "bridge_simple.so") each.running = false;
  }
  const Findings found = OfModules(modules, {});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].verdict, Verdict::kFailed);
  EXPECT_THAT(found[0].text, AllOf(HasSubstr("chan_rtp.so (ExternalMedia channels) is not loaded"),
                                   HasSubstr("modules.conf")));
  EXPECT_THAT(found[1].text,
              HasSubstr("bridge_simple.so (bridges of two channels) is loaded and does not run"));
}

TEST(AsteriskFindings, WhatIsNeededFollowsTheFlags) {
  CallConfig config;
  config.format = *FindAudioFormat("g722");
  config.ringback = Ringback::kMusic;
  const Findings found = OfModules(AllModules(), config);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[0].text, HasSubstr("codec_g722.so (--format=g722)"));
  EXPECT_THAT(found[1].text, HasSubstr("res_musiconhold.so (--ringback=music)"));
  config = {};
  config.format = *FindAudioFormat("slin");
  EXPECT_EQ(OfModules(AllModules(), config).front().text, "modules: the 13 that benari uses run");
}

}  // namespace
}  // namespace benari::control
