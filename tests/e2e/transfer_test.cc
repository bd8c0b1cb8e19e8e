// Callers and destinations that somebody moves about: their phones transfer the call (REFER), or the caller
// is sent to the application once more. After each test nothing is left, as in every test here.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/e2e/call_test.h"
#include "tests/harness/http.h"
#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TransferTest : public CallTest {
 protected:
  void ExpectEnd(const std::string& why) {
    const LogLine end = WaitForLog("call ended");
    EXPECT_EQ(end.Field("outcome"), "completed");
    EXPECT_EQ(end.Field("why"), why);
  }
};

TEST_F(TransferTest, OfTheCallerInTheEchoTheCallGoesOnToTheDestination) {
  StartServices({"--echo_seconds=4"});
  const auto trunk = Trunk("trunk_hangs_up", milliseconds(2000));
  const auto phone = Phone("phone_transfers", milliseconds(1000));
  ExpectAllWell(*phone);
  EXPECT_EQ(WaitForLog("transferred").Field("by"), "caller");
  ExpectEnd("the destination hung up");
}

TEST_F(TransferTest, OfTheCallerWhenConnectedTheDestinationStays) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_hangs_up", milliseconds(6000));
  const auto phone = Phone("phone_transfers", milliseconds(2500));
  ExpectAllWell(*phone);
  EXPECT_EQ(WaitForLog("transferred").Field("by"), "caller");
  ExpectEnd("the destination hung up");
}

TEST_F(TransferTest, OfTheDestinationTheCallerStays) {
  StartServices({"--echo_seconds=0.5", "--destination=PJSIP/4438007@avaya"});
  const auto trunk = Trunk("trunk_transfers", milliseconds(1500));
  const auto phone = Phone("phone_hangs_up", milliseconds(6000));
  ExpectAllWell(*phone);
  EXPECT_EQ(WaitForLog("transferred").Field("by"), "destination");
  ExpectEnd("the caller hung up");
}

// As `channel redirect` does: the caller leaves the application and is back within 2 ms.
TEST_F(TransferTest, ACallerWhoIsSentToTheApplicationOnceMoreGetsANewCallAtOnce) {
  StartServices({"--echo_seconds=inf"});
  const auto phone = Phone("phone_hangs_up", milliseconds(6000));
  const std::string caller = WaitForLog("echo heard").Field("call");
  const AriAccess access = asterisk().ari_access();
  HttpQuery query;
  query.method = "POST";
  query.server = asterisk().ari().server();
  query.path =
      absl::StrCat("/ari/channels/", caller, "/continue?context=default&extension=3308487&priority=1");
  query.user = access.user;
  query.password = ReadFile(access.password_file);
  query.password.pop_back();
  const auto sent = Http(query);
  ASSERT_TRUE(sent.ok()) << sent.status();
  ASSERT_EQ(sent->status, 204) << sent->body;
  int heard = 0;
  const auto again = [&heard](const std::string& line) {
    heard += LogLine{line}.message() == "echo heard" ? 1 : 0;
    return heard == 2;
  };
  EXPECT_TRUE(control().process().WaitForLine(again, seconds(5))) << "no echo for the caller who came back";
  ExpectAllWell(*phone);
}

}  // namespace
}  // namespace benari::e2e
