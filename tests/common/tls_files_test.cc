#include "common/tls_files.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/common/certificates.h"

namespace benari {
namespace {

using ::testing::ElementsAre;
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
  static std::vector<std::string> Mistakes(const TlsFiles& files) {
    FlagErrors errors;
    CheckTlsFiles(files, kFlags, &errors);
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
    EXPECT_THAT(
        Mistakes({bad, bad, bad}),
        ElementsAre("--ca_file=" + bad + ": accepted is a readable PEM file with the certificates of CAs",
                    "--cert_file=" + bad + ": accepted is a readable PEM file with a certificate",
                    "--key_file=" + bad +
                        ": accepted is a readable PEM file with a private key that is not encrypted"));
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

}  // namespace
}  // namespace benari
