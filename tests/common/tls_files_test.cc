#include "common/tls_files.h"

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>

#include "tests/common/certificates.h"

namespace benari {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TlsFiles kFlags = {"ca_file", "cert_file", "key_file"};

class TlsFilesTest : public ::testing::Test {
 protected:
  TlsFilesTest() {
    certificates_.MakeCa("ca");
    certificates_.Make("node", "ca", "DNS:localhost");
    std::ofstream(File("rubbish")) << "no certificate\n";
  }

  std::string File(const std::string& name) const { return certificates_.File(name); }
  static std::vector<std::string> Mistakes(const TlsFiles& files, std::chrono::hours from_now = {}) {
    FlagErrors errors;
    CheckTlsFiles(files, kFlags, std::chrono::system_clock::now() + from_now, &errors);
    return errors.lines();
  }

  const Certificates certificates_;
};

TEST_F(TlsFilesTest, WhatBelongsTogetherIsFine) {
  EXPECT_THAT(Mistakes({}), IsEmpty());
  EXPECT_THAT(Mistakes(certificates_.Files("ca", "")), IsEmpty());
  EXPECT_THAT(Mistakes(certificates_.Files("", "node")), IsEmpty());
  EXPECT_THAT(Mistakes(certificates_.Files("ca", "node")), IsEmpty());
}

TEST_F(TlsFilesTest, HalfOfAPairIsNamedWithTheOther) {
  EXPECT_THAT(Mistakes({"", File("node.pem"), ""}),
              ElementsAre("--key_file=: accepted is the private key of --cert_file=" + File("node.pem")));
  EXPECT_THAT(Mistakes({"", "", File("node.key")}),
              ElementsAre("--cert_file=: accepted is the certificate of --key_file=" + File("node.key")));
}

TEST_F(TlsFilesTest, EachFileThatIsNotThereOrHoldsSomethingElseIsNamed) {
  const std::string rubbish = File("rubbish"), none = File("none");
  for (const std::string& bad : {rubbish, none, File("node.csr")}) {
    const std::string why = bad == none ? ": No such file or directory; accepted is a readable PEM file with "
                                        : ": accepted is a readable PEM file with ";
    EXPECT_THAT(Mistakes({bad, bad, bad}),
                ElementsAre("--ca_file=" + bad + why + "the certificates of CAs",
                            "--cert_file=" + bad + why + "a certificate",
                            "--key_file=" + bad + why + "a private key that is not encrypted"));
  }
}

TEST_F(TlsFilesTest, AnEncryptedKeyIsRefusedWithoutAskingForItsPassword) {
  const std::string command = "openssl ec -aes128 -passout pass:secret -in " + File("node.key") + " -out " +
                              File("encrypted") + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_THAT(Mistakes({"", File("node.pem"), File("encrypted")}),
              ElementsAre("--key_file=" + File("encrypted") +
                          ": accepted is a readable PEM file with a private key that is not encrypted"));
}

TEST_F(TlsFilesTest, AKeyOfAnotherCertificateIsRefused) {
  EXPECT_THAT(Mistakes({"", File("node.pem"), File("ca.key")}),
              ElementsAre("--key_file=" + File("ca.key") + ": accepted is the private key of --cert_file=" +
                          File("node.pem") + ", and this is another's"));
}

TEST_F(TlsFilesTest, ACertificateIsValidFromOneDayToAnother) {
  for (const std::chrono::hours from_now : {std::chrono::hours(-1), std::chrono::hours(24 * 3)}) {
    EXPECT_THAT(Mistakes(certificates_.Files("", "node"), from_now),
                ElementsAre(AllOf(HasSubstr("--cert_file=" + File("node.pem") +
                                            ": accepted is a certificate that is valid now, at 20"),
                                  HasSubstr(" UTC, and this one is from 20"))));
    EXPECT_THAT(
        Mistakes(certificates_.Files("ca", ""), from_now),
        ElementsAre(HasSubstr("--ca_file=" + File("ca.pem") + ": accepted is a certificate that is valid")));
    EXPECT_THAT(Mistakes(certificates_.Files("ca", "node"), from_now),
                ElementsAre(HasSubstr("--ca_file"), HasSubstr("--cert_file")));
  }
}

TEST_F(TlsFilesTest, OfTheCasInAFileOneAtLeastIsValid) {
  certificates_.MakeCa("next_ca", 9);
  certificates_.Make("next", "next_ca", "DNS:localhost", 9);
  certificates_.Concatenate({"ca", "next_ca"}, "both_cas");
  const std::chrono::hours in_three_days(72);
  EXPECT_THAT(Mistakes(certificates_.Files("both_cas", "next"), in_three_days), IsEmpty());
  EXPECT_THAT(Mistakes(certificates_.Files("ca", "next"), in_three_days),
              ElementsAre(HasSubstr("--ca_file")));
}

TEST_F(TlsFilesTest, BothSidesMayHaveACaOfTheirOwn) {
  certificates_.MakeCa("other_ca");
  EXPECT_THAT(Mistakes(certificates_.Files("other_ca", "node")), IsEmpty());
}

TEST_F(TlsFilesTest, TheFirstOfTheCertificatesInAFileToExpireCounts) {
  certificates_.Make("long", "ca", "DNS:localhost", 9);
  certificates_.Concatenate({"long", "node"}, "chain");
  const auto expires = CertificatesExpire(File("chain.pem"));
  ASSERT_TRUE(expires.has_value());
  EXPECT_EQ(expires, CertificatesExpire(File("node.pem")));
  EXPECT_LT(expires, CertificatesExpire(File("long.pem")));
  const auto left = *expires - std::chrono::system_clock::now();
  EXPECT_LE(left, std::chrono::hours(48));
  EXPECT_GT(left, std::chrono::hours(47));
  EXPECT_EQ(CertificatesExpire(File("rubbish")), std::nullopt);
}

}  // namespace
}  // namespace benari
