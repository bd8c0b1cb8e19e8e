#include "media/link/dial_failure.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace benari::media {
namespace {

using net::ConnectFailure;
using net::ConnectProblem;
using ::testing::HasSubstr;
using ::testing::Not;

ConnectFailure Failure(ConnectProblem problem, int http_status = 0) {
  ConnectFailure failure;
  failure.problem = problem;
  failure.http_status = http_status;
  failure.detail = problem == ConnectProblem::kHttpStatus ? "first line\nsecond line" : "why";
  return failure;
}

TEST(DialFailureTest, NamesTheHostAndNoSecretInOneLine) {
  const auto url = net::ParseUrl("wss://bot.example/geheim?token=geheim", {"ws", "wss"});
  for (const ConnectProblem problem :
       {ConnectProblem::kNameNotResolved, ConnectProblem::kRefused, ConnectProblem::kNetwork,
        ConnectProblem::kForbidden, ConnectProblem::kTlsVerification, ConnectProblem::kTls,
        ConnectProblem::kTimeout, ConnectProblem::kHttpStatus, ConnectProblem::kNotHttp,
        ConnectProblem::kNotWebSocket, ConnectProblem::kClosedByServer}) {
    const std::string text = DescribeDialFailure(Failure(problem, 503), *url);
    EXPECT_THAT(text, HasSubstr("bot.example"));
    EXPECT_THAT(text, Not(HasSubstr("geheim")));
    EXPECT_THAT(text, Not(HasSubstr("\n")));
  }
  EXPECT_EQ(DescribeDialFailure(Failure(ConnectProblem::kHttpStatus, 403), *url),
            "bot.example:443 answered 403 Forbidden: are its credential and its path right?");
}

TEST(DialFailureTest, EachHasAReasonOfItsOwn) {
  std::set<std::string> reasons;
  for (size_t i = 0; i <= static_cast<size_t>(ConnectProblem::kClosedByServer); ++i) {
    reasons.insert(BotDialFailureName(ReasonOf(Failure(ConnectProblem(i)))));
  }
  EXPECT_EQ(reasons.size(), kBotDialFailures);
  EXPECT_STREQ(BotDialFailureName(ReasonOf(Failure(ConnectProblem::kTlsVerification))), "certificate");
}

TEST(DialFailureTest, ARequestThatIsWrongStaysWrong) {
  for (const int status : {200, 408, 425, 429, 500, 502, 503, 504}) {
    EXPECT_TRUE(MayPass(Failure(ConnectProblem::kHttpStatus, status))) << status;
  }
  for (const int status : {301, 307, 400, 401, 403, 404, 410, 426}) {
    EXPECT_FALSE(MayPass(Failure(ConnectProblem::kHttpStatus, status))) << status;
  }
  EXPECT_TRUE(MayPass(Failure(ConnectProblem::kRefused)));
  EXPECT_TRUE(MayPass(Failure(ConnectProblem::kNameNotResolved)));
  EXPECT_FALSE(MayPass(Failure(ConnectProblem::kTlsVerification)));
}

}  // namespace
}  // namespace benari::media
