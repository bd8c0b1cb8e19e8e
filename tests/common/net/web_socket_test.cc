#include "common/net/web_socket.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>

#include "common/net/address_book.h"
#include "common/net/url.h"
#include "tests/common/certificates.h"
#include "tests/fakes/fake_bot.h"

namespace benari::net {
namespace {

namespace asio = boost::asio;
using fakes::BotConduct;
using fakes::FakeBot;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = WebSocketRead::Kind;

class WebSocketTest : public ::testing::Test {
 protected:
  struct Read {
    Kind kind;
    std::string data;
    uint16_t close_code;
    std::string detail;
  };

  void Make(const std::string& url, std::function<bool(const asio::ip::address&)> may_connect = nullptr) {
    auto parsed = ParseUrl(url, {"ws", "wss"});
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    auto remote = MakeRemote(*parsed, ca_);
    ASSERT_TRUE(remote.ok()) << remote.status();
    remote->may_connect = std::move(may_connect);
    socket_ = std::make_unique<WebSocket>(loop_.get_executor(),
                                          std::make_shared<const Remote>(*std::move(remote)), limits_);
  }
  void RunUntil(const std::function<bool()>& done) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    loop_.restart();
    while (!done() && std::chrono::steady_clock::now() < give_up) {
      if (loop_.run_one_for(milliseconds(20)) == 0) loop_.restart();
    }
    ASSERT_TRUE(done()) << "not within 20 s";
  }
  template <typename T>
  T Finish(asio::awaitable<T> operation) {
    std::optional<T> result;
    bool done = false;
    asio::co_spawn(loop_, std::move(operation), [&result, &done](std::exception_ptr thrown, T value) {
      EXPECT_EQ(thrown, nullptr);
      result = std::move(value);
      done = true;
    });
    RunUntil([&done] { return done; });
    return result.value_or(T());
  }
  std::optional<ConnectFailure> Open() {
    if (const auto failure = Finish(socket_->Connect())) return failure;
    WebSocketRequest request;
    request.target = "/calls?x=y";
    request.headers = {{"X-Key", "a b"}};
    return Finish(socket_->Handshake(std::move(request)));
  }
  void MustOpen(const FakeBot& bot) {
    Make(bot.Url());
    const auto failure = Open();
    ASSERT_FALSE(failure) << failure->detail;
    ASSERT_TRUE(bot.WaitUntil([](const auto& all) { return all.back().open; }));
    reading_ = false;
    reads_.clear();
    ended_.reset();
  }
  Read Next() {
    if (!reading_) ReadAll();
    RunUntil([this] { return !reads_.empty(); });
    if (reads_.empty()) return {};
    const Read read = std::move(reads_.front());
    reads_.pop_front();
    return read;
  }
  // Begins to read to the end.
  void ReadAll() {
    reading_ = true;
    const auto keep = [this](const WebSocketRead& read) {
      reads_.push_back({read.kind, std::string(read.data), read.close_code, read.detail});
    };
    asio::awaitable<WebSocketRead> reading = socket_->Read(keep);
    asio::co_spawn(loop_, std::move(reading), [this, keep](std::exception_ptr, const WebSocketRead& end) {
      keep(end);
      ended_ = end.kind;
    });
    loop_.restart();
    loop_.poll();
  }

  void SendMoreThanTheSystemTakes(FakeBot& bot);

  asio::io_context loop_;
  WebSocketLimits limits_;
  std::string ca_;
  std::unique_ptr<WebSocket> socket_;
  bool reading_ = false;
  std::deque<Read> reads_;
  std::optional<Kind> ended_;
};

TEST_F(WebSocketTest, ShakesHandsAndExchangesMessages) {
  FakeBot bot;
  MustOpen(bot);
  const auto connection = bot.connections()[0];
  EXPECT_EQ(connection.target, "/calls?x=y");
  EXPECT_EQ(connection.headers.at("Host"), "127.0.0.1:" + std::to_string(bot.port()));
  EXPECT_EQ(connection.headers.at("X-Key"), "a b");
  EXPECT_EQ(connection.headers.count("Sec-WebSocket-Extensions"), 0u) << "no permessage-deflate";
  EXPECT_TRUE(socket_->Send("one"));
  EXPECT_FALSE(socket_->sending()) << "the system has taken it at once";
  const std::string large(100000, 'x');  // more than the write buffer
  EXPECT_TRUE(socket_->Send(large));
  RunUntil([this] { return !socket_->sending(); });
  EXPECT_TRUE(bot.WaitUntil([](const auto& all) { return all[0].messages.size() == 2; }));
  EXPECT_THAT(bot.connections()[0].messages, ElementsAre("one", large));
  bot.Send("text");
  bot.SendBinary(std::string("\0\xff", 2));
  bot.Send(std::string(size_t{8} << 20, 'y'));
  bot.Send("");
  Read read = Next();
  EXPECT_EQ(read.kind, Kind::kText);
  EXPECT_EQ(read.data, "text");
  read = Next();
  EXPECT_EQ(read.kind, Kind::kBinary);
  EXPECT_EQ(read.data, std::string("\0\xff", 2));
  EXPECT_EQ(Next().data.size(), size_t{8} << 20);
  read = Next();
  EXPECT_EQ(read.kind, Kind::kText);
  EXPECT_EQ(read.data, "");
}

// `bot` does not read yet.
void WebSocketTest::SendMoreThanTheSystemTakes(FakeBot& bot) {
  ReadAll();
  int sent = 0;
  socket_->SetOnSent([&sent] { ++sent; });
  std::vector<std::string> messages;
  for (char c = 'a'; !socket_->sending(); c = c == 'z' ? 'a' : static_cast<char>(c + 1)) {
    ASSERT_LT(messages.size(), 1000u) << "100 MB are more than the system buffers";
    messages.emplace_back(100'000, c);
    ASSERT_TRUE(socket_->Send(messages.back()));
    loop_.restart();
    loop_.poll();
  }
  EXPECT_FALSE(socket_->Send("not while the one before is on its way"));
  EXPECT_EQ(sent, 0);
  bot.StartReading();
  RunUntil([&sent] { return sent == 1; });
  EXPECT_FALSE(socket_->sending());
  EXPECT_TRUE(socket_->Send("last"));
  messages.emplace_back("last");
  EXPECT_TRUE(bot.WaitUntil([&](const auto& all) { return all[0].messages.size() == messages.size(); }));
  EXPECT_TRUE(bot.connections()[0].messages == messages);
  RunUntil([&bot] { return bot.connections()[0].pings >= 2; });
  EXPECT_FALSE(ended_);
}

TEST_F(WebSocketTest, WhatTheSystemDoesNotTakeAtOnceArrivesWholeBetweenPings) {
  limits_.ping = milliseconds(1);
  FakeBot bot({BotConduct::DoesNotRead()});
  MustOpen(bot);
  SendMoreThanTheSystemTakes(bot);
}

TEST_F(WebSocketTest, SoItDoesOverTls) {
  limits_.ping = milliseconds(1);
  Certificates certificates;
  certificates.MakeCa("ca");
  certificates.Make("bot", "ca", "IP:127.0.0.1");
  ca_ = certificates.File("ca.pem");
  FakeBot bot({BotConduct::DoesNotRead()}, certificates.Files("", "bot"));
  MustOpen(bot);
  SendMoreThanTheSystemTakes(bot);
}

TEST_F(WebSocketTest, SaysWhyItCannotOpen) {
  limits_.handshake = milliseconds(200);
  FakeBot bot({BotConduct::Refuses(403), BotConduct::DoesNotAnswer(), BotConduct::ClosesUnanswered()});
  Make(bot.Url());
  auto failure = Open();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->problem, ConnectProblem::kHttpStatus);
  EXPECT_EQ(failure->http_status, 403);
  EXPECT_EQ(failure->detail, "first line\nsecond line");
  Make(bot.Url());
  failure = Open();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->problem, ConnectProblem::kTimeout);
  EXPECT_THAT(failure->detail, HasSubstr("handshake got no answer"));
  limits_.handshake = milliseconds(20000);
  Make(bot.Url());
  failure = Open();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->problem, ConnectProblem::kClosedByServer);
}

TEST_F(WebSocketTest, AnAddressThatMayNotBeConnectedToIsNot) {
  FakeBot bot;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    Make(bot.Url("/", host), [](const asio::ip::address& address) { return !address.is_loopback(); });
    const auto failure = Open();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->problem, ConnectProblem::kForbidden);
    Make(bot.Url("/", host), [](const asio::ip::address& address) { return address.is_v4(); });
    EXPECT_FALSE(Open()) << host;
  }
  EXPECT_EQ(bot.connections().size(), 2u);
}

TEST_F(WebSocketTest, TheServersCloseHasItsCodeAndReason) {
  FakeBot bot;
  MustOpen(bot);
  bot.Close(4001);
  Read read = Next();
  EXPECT_EQ(read.kind, Kind::kClosed);
  EXPECT_EQ(read.close_code, 4001);
  EXPECT_EQ(read.detail, "as the test says");
  MustOpen(bot);
  bot.Close(1005);
  read = Next();
  EXPECT_EQ(read.kind, Kind::kClosed);
  EXPECT_EQ(read.close_code, 1005);
  MustOpen(bot);
  bot.Reset();
  read = Next();
  EXPECT_EQ(read.kind, Kind::kLost);
  EXPECT_NE(read.detail, "");
}

TEST_F(WebSocketTest, AMessageBeyondTheLimitEndsTheConnection) {
  limits_.message_bytes = 1000;
  FakeBot bot;
  MustOpen(bot);
  bot.Send(std::string(1000, 'x'));
  bot.Send(std::string(1001, 'x'));
  EXPECT_EQ(Next().data.size(), 1000u);
  EXPECT_EQ(Next().kind, Kind::kTooLarge);
  EXPECT_TRUE(bot.WaitUntil([](const auto& all) { return all[0].ended; }));
}

TEST_F(WebSocketTest, PingsAndAnswersPings) {
  limits_.ping = milliseconds(20);
  FakeBot bot;
  MustOpen(bot);
  ReadAll();
  RunUntil([&bot] { return bot.connections()[0].pings >= 2; });
  bot.Ping();
  RunUntil([&bot] { return bot.connections()[0].pongs >= 1; });
  EXPECT_FALSE(ended_);
}

TEST_F(WebSocketTest, AServerThatIsSilentIsDead) {
  limits_.ping = milliseconds(50);
  limits_.dead = milliseconds(300);
  FakeBot bot({BotConduct::DoesNotRead()});
  MustOpen(bot);
  EXPECT_EQ(Next().kind, Kind::kDead);
}

TEST_F(WebSocketTest, ClosesInGoodOrder) {
  FakeBot bot;
  MustOpen(bot);
  ReadAll();
  socket_->Close(1000);
  EXPECT_FALSE(socket_->Send("after the close"));
  RunUntil([this] { return ended_.has_value(); });
  EXPECT_EQ(ended_, Kind::kClosed);
  EXPECT_TRUE(bot.WaitUntil([](const auto& all) { return all[0].ended; }));
  EXPECT_EQ(bot.connections()[0].close_code, 1000);
}

TEST_F(WebSocketTest, DoesNotWaitForAServerThatDoesNotRead) {
  limits_.close = milliseconds(100);
  FakeBot bot({BotConduct::DoesNotRead()});
  MustOpen(bot);
  EXPECT_TRUE(socket_->Send(std::string(size_t{64} << 20, 'x'))) << "more than the system buffers";
  ReadAll();
  socket_->Close(1000);
  RunUntil([this] { return ended_.has_value(); });
  EXPECT_EQ(ended_, Kind::kLost);
}

TEST_F(WebSocketTest, MayBeDestroyedAtAnyTime) {
  FakeBot bot({BotConduct::DoesNotAnswer(), BotConduct::Accepts()});
  Make(bot.Url());
  ASSERT_FALSE(Finish(socket_->Connect()));
  bool done = false;
  asio::awaitable<std::optional<ConnectFailure>> shaking = socket_->Handshake(WebSocketRequest());
  asio::co_spawn(loop_, std::move(shaking),
                 [&done](std::exception_ptr, std::optional<ConnectFailure> failure) {
                   EXPECT_TRUE(failure);
                   done = true;
                 });
  RunUntil([&bot] { return !bot.connections().empty() && !bot.connections()[0].target.empty(); });
  socket_.reset();
  RunUntil([&done] { return done; });

  MustOpen(bot);
  ReadAll();
  socket_->Send("one");
  socket_.reset();
  RunUntil([this] { return ended_.has_value(); });
}

}  // namespace
}  // namespace benari::net
