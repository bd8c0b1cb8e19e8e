#include "control/grpc/media_tls_hint.h"

#include <gmock/gmock.h>

namespace benari::control {
namespace {

using ::testing::HasSubstr;

const TlsFiles kNone;
const TlsFiles kCaOnly = {"ca.pem", "", ""};
const TlsFiles kMutual = {"ca.pem", "control.pem", "control.key"};

// gRPC 1.51's words, as printed by a control that met such a node.
std::string Words(const std::string& last) {
  return "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:41999: " + last;
}

TEST(MediaTlsHint, NamesTheFlagToLookAt) {
  struct Case {
    const char* last;
    TlsFiles ours;
    const char* hint;
  };
  const Case cases[] = {
      {"Tls handshake failed: SSL_ERROR_SSL: error:0A000086:SSL routines::certificate verify failed", kCaOnly,
       "not of --media_tls_ca_file=ca.pem"},
      {"Custom verification check failed with error: UNAUTHENTICATED: Hostname Verification Check failed.",
       kCaOnly, "--media_tls_server_name"},
      {"Tls handshake failed: SSL_ERROR_SSL: error:0A00010B:SSL routines::wrong version number", kCaOnly,
       "speaks no TLS"},
      {"Socket closed", kNone, "set --media_tls_ca_file"},
      {"Socket closed", kCaOnly, "set --media_tls_cert_file"},
      {"Socket closed", kMutual, "is --media_tls_cert_file=control.pem of the node's"},
  };
  for (const Case& each : cases) EXPECT_THAT(MediaTlsHint(Words(each.last), each.ours), HasSubstr(each.hint));
}

TEST(MediaTlsHint, SaysNothingWhereTlsIsNotTheProblem) {
  EXPECT_EQ(MediaTlsHint(Words("Failed to connect to remote host: Connection refused"), kNone), "");
  EXPECT_EQ(MediaTlsHint("Socket closed", kNone), "") << "it did speak to the node before";
  EXPECT_EQ(MediaTlsHint("Deadline Exceeded", kMutual), "");
}

}  // namespace
}  // namespace benari::control
