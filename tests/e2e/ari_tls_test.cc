// ARI over https and wss, with a certificate of a CA of our own.
#include <gmock/gmock.h>

#include "tests/common/certificates.h"
#include "tests/e2e/call_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

class AriTlsTest : public CallTest {
 protected:
  AriTlsTest() {
    certificates_.MakeCa("ca");
    certificates_.MakeCa("other_ca");
    certificates_.Make("pbx", "ca", "IP:127.0.0.1");
  }

  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.https = certificates_.Files("", "pbx");
    return options;
  }
  std::string CaFlag(const std::string& ca) const {
    return "--ari_ca_file=" + certificates_.File(ca + ".pem");
  }

  const Certificates certificates_;
};

TEST_F(AriTlsTest, AWholeCall) {
  StartServices({CaFlag("ca"), "--echo_seconds=1"});
  EXPECT_THAT(WaitForLog("serving").Field("ari"), HasSubstr("https://"));
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(3000));
  WaitForLog("echo heard");
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "completed");
}

TEST_F(AriTlsTest, AnotherCaIsSaidInOneLine) {
  StartServices({CaFlag("other_ca")});
  EXPECT_THAT(WaitForLog("cannot connect to ARI events").Field("reason"),
              AllOf(HasSubstr("the certificate of 127.0.0.1:"), HasSubstr("is not accepted"),
                    HasSubstr("--ari_ca_file=" + certificates_.File("other_ca.pem"))));
}

}  // namespace
}  // namespace benari::e2e
