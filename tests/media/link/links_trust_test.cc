// What a bot is shown, what it has to show, and where it is found.
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>

#include "common/net/twilio.h"
#include "links_fixture.h"
#include "tests/common/certificates.h"

namespace benari::media {
namespace {

using fakes::BotConduct;
using fakes::FakeBot;
using ::testing::HasSubstr;

class LinksTrustTest : public LinksFixture {};

TEST_F(LinksTrustTest, TheHandshakeCarriesTheCredential) {
  const Certificates folder;
  std::ofstream(folder.File("sales")) << "auth_token: 12345\nbearer: geheim\nOrigin: https://pbx.example\n";
  options_.credentials_dir = folder.File("");
  FakeBot bot;
  const std::string url = bot.Url("/calls?x=y");
  const auto stream = Dial(url, Milliseconds(0), "sales");
  ASSERT_TRUE(Comes(*stream, LinkPhase::kReady)) << stream->report().last_error;
  const auto connection = bot.connections()[0];
  EXPECT_EQ(connection.target, "/calls?x=y");
  EXPECT_EQ(connection.headers.at("Authorization"), "Bearer geheim");
  EXPECT_EQ(connection.headers.count("Sec-WebSocket-Extensions"), 0u) << "permessage-deflate is off";
  EXPECT_EQ(connection.headers.at("Origin"), "https://pbx.example");
  EXPECT_EQ(connection.headers.at("X-Twilio-Signature"), net::TwilioSignature("12345", url, {}));
}

TEST_F(LinksTrustTest, TlsWithACaAndACertificateOfOurOwn) {
  Certificates certificates;
  certificates.MakeCa("ca");
  certificates.MakeCa("other");
  certificates.Make("bot", "ca", "IP:127.0.0.1");
  certificates.Make("media", "ca", "DNS:media");
  FakeBot bot({BotConduct::Accepts()}, certificates.Files("ca", "bot"));
  options_.tls = certificates.Files("ca", "media");
  const auto stream = Reach(bot);
  bot.Send(Media(StreamSid(bot, 0), "over TLS"));
  EXPECT_TRUE(Eventually([&] { return stream->audio().queued() == 8; }));
  links_.reset();

  options_.tls = certificates.Files("other", "media");
  const auto refused = Dial(bot.Url());
  ASSERT_TRUE(Comes(*refused, LinkPhase::kUnreachable)) << "at once: a certificate stays what it is";
  EXPECT_THAT(refused->report().last_error, HasSubstr("is not accepted"));
  EXPECT_EQ(refused->report().AllConnectFailures(), 1u);

  options_.tls = certificates.Files("missing", "");
  const auto links = Links::Start(options_);
  EXPECT_EQ(links.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(links.status().message()), HasSubstr("missing.pem"));
}

TEST_F(LinksTrustTest, ACredentialIsReadAtEachDial) {
  const Certificates folder;
  const auto write = [&folder](const std::string& token) {
    std::ofstream(folder.File("sales")) << "bearer: " << token << "\n";
  };
  write("first");
  options_.credentials_dir = folder.File("");
  FakeBot bot;
  const auto stream = Dial(bot.Url(), Milliseconds(20000), "sales");
  ASSERT_TRUE(Comes(*stream, LinkPhase::kReady)) << stream->report().last_error;
  write("second");
  bot.Reset();
  ASSERT_TRUE(bot.WaitUntil([](const Connections& all) { return all.size() == 2 && all[1].open; }));
  EXPECT_EQ(bot.connections()[0].headers.at("Authorization"), "Bearer first");
  EXPECT_EQ(bot.connections()[1].headers.at("Authorization"), "Bearer second");
}

TEST_F(LinksTrustTest, CertificatesAreReadAgainWhenTheyHaveChanged) {
  Certificates certificates;
  certificates.MakeCa("ca");
  certificates.MakeCa("next");
  certificates.Make("bot", "next", "IP:127.0.0.1");
  certificates.Make("media", "ca", "DNS:media");
  FakeBot bot({BotConduct::Accepts()}, certificates.Files("next", "bot"));
  options_.tls = certificates.Files("ca", "media");
  const auto refused = Dial(bot.Url());
  ASSERT_TRUE(Comes(*refused, LinkPhase::kUnreachable));

  const auto replace = [](const std::string& file, const std::string& by) {
    std::filesystem::copy_file(by, file + ".new", std::filesystem::copy_options::overwrite_existing);
    std::filesystem::rename(file + ".new", file);
  };
  const TlsFiles next = certificates.Files("next", "bot");
  replace(options_.tls.ca, next.ca);
  replace(options_.tls.cert, next.cert);
  const auto half = Dial(bot.Url());
  ASSERT_TRUE(Comes(*half, LinkPhase::kUnreachable)) << "the key is not of the certificate: as before";
  EXPECT_THAT(half->report().last_error, HasSubstr("is not accepted"));
  replace(options_.tls.key, next.key);
  Reach(bot);
}

TEST_F(LinksTrustTest, ANameThatHangsDelaysNoBotAtAnotherName) {
  const auto let_go = std::make_shared<std::promise<void>>();
  const auto asked = std::make_shared<std::promise<void>>();
  options_.look_up = [let_go, asked,
                      first = std::make_shared<std::atomic<bool>>(true)](const std::string& name) {
    if (name == "hangs.localhost" && first->exchange(false)) {  // once more when the bot has ended
      asked->set_value();
      let_go->get_future().wait();
    }
    return net::NameResolver::Answer{"", {boost::asio::ip::make_address("127.0.0.1")}};
  };
  FakeBot bot;
  const auto hangs = Dial(bot.Url("/hangs", "hangs.localhost"));
  ASSERT_EQ(asked->get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  const auto other = Dial(bot.Url("/other", "bot.localhost"));
  EXPECT_TRUE(Comes(*other, LinkPhase::kReady)) << other->report().last_error;
  EXPECT_EQ(hangs->phase(), LinkPhase::kConnecting);
  let_go->set_value();
  EXPECT_TRUE(Comes(*hangs, LinkPhase::kReady)) << hangs->report().last_error;
}

}  // namespace
}  // namespace benari::media
