// The REST API of a real control: a call is read and hung up, also by the instance that follows one that
// died.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/common/certificates.h"
#include "tests/common/tls_client.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kAccount[] = "AC0123456789abcdef0123456789abcdef";
constexpr char kToken[] = "0123456789abcdef";
constexpr std::chrono::seconds kPatience{60};

class ApiTest : public LoopbackTest {
 protected:
  ApiTest() {
    char name[] = "/tmp/benari-account-XXXXXX";
    const int fd = mkstemp(name);
    EXPECT_GE(fd, 0);
    close(fd);
    account_file_ = name;
    std::ofstream(account_file_) << "account_sid: " << kAccount << "\nauth_token: " << kToken << "\n";
  }
  ~ApiTest() override { std::remove(account_file_.c_str()); }

  std::vector<std::string> Flags() const {
    return {"--echo_seconds=inf", "--api_listen=127.0.0.1:0", "--api_account_file=" + account_file_};
  }
  // The whole of a reply; "": there was none.
  std::string Ask(const std::string& method, const std::string& path, const std::string& form = "") {
    const absl::StatusOr<Endpoint> api = ParseEndpoint(Logged("serving").Field("api"));
    EXPECT_TRUE(api.ok()) << api.status();
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(kPatience);
    stream.connect(api->host, std::to_string(api->port));
    stream << method << " /2010-04-01/Accounts/" << kAccount << path << " HTTP/1.1\r\nHost: a\r\n"
           << "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
           << "Authorization: Basic " << absl::Base64Escape(absl::StrCat(kAccount, ":", kToken)) << "\r\n"
           << "Content-Length: " << form.size() << "\r\n\r\n"
           << form << std::flush;
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
  bool Lists(const std::string& status, const std::string& text) {
    return Eventually(
        [&] { return Ask("GET", "/Calls.json?Status=" + status).find(text) != std::string::npos; });
  }
  // Of the only call that is in progress.
  std::string Sid() {
    EXPECT_TRUE(Lists("in-progress", R"("sid":"CA)"));
    const std::string list = Ask("GET", "/Calls.json?Status=in-progress");
    const size_t at = list.find(R"("sid":"CA)");
    return at == std::string::npos ? "" : list.substr(at + 7, 34);
  }

  std::string account_file_;
};

TEST_F(ApiTest, ACallIsReadAndHungUp) {
  StartServices(Flags());
  const std::string caller = asterisk().PlaceCall();
  Logged("echo heard");
  const std::string path = absl::StrCat("/Calls/", Sid(), ".json");
  EXPECT_THAT(Ask("GET", path), HasSubstr(R"("to":"3308487")"));
  EXPECT_THAT(Ask("POST", path, "Status=completed"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(Outcome(caller), "completed");
  EXPECT_TRUE(Lists("completed", path));
  EXPECT_THAT(Ask("GET", path), HasSubstr(R"("status":"completed")"));
}

TEST_F(ApiTest, TheNextInstanceKnowsTheCallByItsSid) {
  StartServices(Flags());
  const std::string caller = asterisk().PlaceCall();
  Logged("echo heard");
  const std::string sid = Sid();
  const std::string path = absl::StrCat("/Calls/", sid, ".json");
  control().process().Signal(SIGKILL);
  control().process().WaitForExit(kPatience);
  StartControl(Flags());
  std::string answer;
  EXPECT_TRUE(Eventually([&] {
    answer = Ask("GET", path);
    return answer.find("HTTP/1.1 503 ") != 0;
  }));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n")) << "never 404: it is not over";
  EXPECT_EQ(Sid(), sid);
  EXPECT_THAT(Ask("POST", path, "Status=completed"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(Outcome(caller), "completed");
}

class TlsApiTest : public ApiTest {
 protected:
  TlsApiTest() {
    certificates_.MakeCa("ca");
    certificates_.Make("api", "ca", "IP:127.0.0.1");
  }
  std::vector<std::string> TlsFlags() const {
    std::vector<std::string> flags = Flags();
    flags.push_back("--api_tls_cert_file=" + certificates_.File("api.pem"));
    flags.push_back("--api_tls_key_file=" + certificates_.File("api.key"));
    return flags;
  }
  std::unique_ptr<TlsClient> Connect() {
    return std::make_unique<TlsClient>(*ParseEndpoint(Logged("serving").Field("api")),
                                       certificates_.File("ca.pem"));
  }
  static std::string List() {
    return absl::StrCat("GET /2010-04-01/Accounts/", kAccount,
                        "/Calls.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                        "Authorization: Basic ",
                        absl::Base64Escape(absl::StrCat(kAccount, ":", kToken)), "\r\n\r\n");
  }
  // How often control has said this.
  long Said(const std::string& message) {
    const std::vector<std::string> lines = control().process().Lines();
    return std::count_if(lines.begin(), lines.end(),
                         [&](const std::string& line) { return e2e::LogLine{line}.message() == message; });
  }

  Certificates certificates_;
};

TEST_F(TlsApiTest, ACertificateIsRenewedWithoutAnEndOfConnections) {
  constexpr char kRead[] = "SIGHUP: credentials and certificates were read again";
  constexpr char kKept[] = "SIGHUP: credentials and certificates stay as they were";
  StartServices(TlsFlags());
  const auto old = Connect();
  ASSERT_EQ(old->failure(), "");
  const std::string first = old->serial();
  EXPECT_TRUE(Eventually([&] { return asterisk().Serves("voicebot1"); }));
  certificates_.Make("api", "ca", "IP:127.0.0.1");
  control().process().Signal(SIGHUP);
  EXPECT_TRUE(Eventually([&] { return Said(kRead) == 1; }));
  const auto renewed = Connect();
  ASSERT_EQ(renewed->failure(), "");
  const std::string second = renewed->serial();
  EXPECT_NE(second, first);
  std::ofstream(certificates_.File("api.key")) << std::ifstream(certificates_.File("ca.key")).rdbuf();
  control().process().Signal(SIGHUP);
  EXPECT_THAT(Logged(kKept).Field("why"), HasSubstr("--api_tls_key_file="));
  EXPECT_EQ(Said(kKept), 1) << "in one line";
  const auto kept = Connect();
  ASSERT_EQ(kept->failure(), "");
  EXPECT_EQ(kept->serial(), second);
  for (TlsClient* const client : {old.get(), renewed.get(), kept.get()}) {
    EXPECT_TRUE(client->Send(List()));
    EXPECT_THAT(client->ReadAll(), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(client->ended_well());
  }
}

}  // namespace
}  // namespace benari::loopback
