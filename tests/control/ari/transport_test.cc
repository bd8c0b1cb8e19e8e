// Connecting, where a name has several addresses, is not found any more, or no descriptor is left.
#include "common/net/transport.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "common/net/address_book.h"
#include "control/ari/http_client.h"
#include "loop_fixture.h"
#include "scripted_server.h"

namespace benari::control::ari {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = Step::Kind;

tcp::endpoint At(const char* address, uint16_t port) { return {asio::ip::make_address(address), port}; }

// A port whose packets are swallowed: a listener whose queue is full.
class BlackHole {
 public:
  BlackHole(asio::io_context& loop, const tcp::endpoint& at) : listener_(loop) {
    listener_.open(at.protocol());
    listener_.set_option(tcp::acceptor::reuse_address(true));
    listener_.bind(at);
    listener_.listen(0);
    for (int i = 0; i < 4; ++i) {
      fillers_.emplace_back(loop);
      fillers_.back().async_connect(listener_.local_endpoint(), [](const boost::system::error_code&) {});
    }
    loop.poll();
  }
  tcp::endpoint address() const { return listener_.local_endpoint(); }

 private:
  tcp::acceptor listener_;
  std::vector<tcp::socket> fillers_;
};

class TransportTest : public LoopFixture {
 protected:
  // A client of a name that the name service does not know (RFC 6761), but was found to have these addresses.
  void Connect(uint16_t port, std::vector<tcp::endpoint> found, std::chrono::milliseconds timeout) {
    const Access access = MakeTestAccess(absl::StrCat("http://asterisk.invalid:", port, "/ari"));
    access.addresses->SetFound(std::move(found));
    HttpClientLimits limits;
    limits.timeout = timeout;
    client_ = std::make_unique<HttpClient>(loop_.get_executor(), access, limits);
  }

  ScriptedServer server_{loop_, {{Step(Kind::kServe, HttpAnswerText("200 OK", "[]"))}}};
  std::unique_ptr<HttpClient> client_;
};

using net::AddressBook;

TEST(AddressBookTest, WhatWorkedComesFirstAndWhatFailedLast) {
  AddressBook book;
  const auto a = At("127.0.0.1", 1), b = At("127.0.0.2", 1), c = At("127.0.0.3", 1);
  book.SetFound({a, b, c});
  EXPECT_THAT(book.InOrder(), ElementsAre(a, b, c));
  book.SetFailed(a);
  book.SetWorked(c);
  EXPECT_THAT(book.InOrder(), ElementsAre(c, b, a));
  book.SetFound({a, b});
  EXPECT_THAT(book.InOrder(), ElementsAre(b, a));
  book.SetWorked(a);
  EXPECT_THAT(book.InOrder(), ElementsAre(a, b));
}

TEST_F(TransportTest, ANameThatIsNotFoundAnyMoreIsReachedWhereItWas) {
  Connect(server_.port(), {At("127.0.0.1", server_.port())}, std::chrono::seconds(15));
  const auto outcome = Finish(client_->ListChannels());
  EXPECT_TRUE(outcome->ok()) << outcome->what();
}

TEST_F(TransportTest, AnAddressThatSwallowsPacketsIsPassedBy) {
  const BlackHole hole(loop_, At("127.0.0.2", server_.port()));
  Connect(server_.port(), {hole.address(), At("127.0.0.1", server_.port())}, std::chrono::seconds(15));
  const auto outcome = Finish(client_->ListChannels());
  EXPECT_TRUE(outcome->ok()) << outcome->what();
}

// The first request's time is over before the address' is; the next one begins elsewhere.
TEST_F(TransportTest, AnAddressThatFailedIsTriedLast) {
  const BlackHole hole(loop_, At("127.0.0.2", server_.port()));
  Connect(server_.port(), {hole.address(), At("127.0.0.1", server_.port())}, std::chrono::milliseconds(900));
  bool served = false;
  for (int i = 0; i < 10 && !served; ++i) served = Finish(client_->ListChannels())->ok();
  EXPECT_TRUE(served);
}

TEST_F(TransportTest, NobodyListensOnlyWhereEveryAddressRefuses) {
  const BlackHole hole(loop_, At("127.0.0.2", server_.port()));
  const tcp::endpoint refuses = At("127.0.0.3", server_.port());
  Connect(server_.port(), {hole.address(), refuses}, std::chrono::seconds(15));
  EXPECT_THAT(Finish(client_->ListChannels())->what(), HasSubstr("in time: 127.0.0.2 is silent"));
  Connect(server_.port(), {refuses}, std::chrono::seconds(15));
  EXPECT_THAT(Finish(client_->ListChannels())->what(), HasSubstr("nothing listens at"));
}

TEST_F(TransportTest, NoDescriptorLeftIsSaid) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "UndefinedBehaviorSanitizer opens a pipe to look at an object's type, and reports it without";
#endif
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const Access access = MakeTestAccess(absl::StrCat("http://", host, ":", server_.port(), "/ari"));
    HttpClient client(loop_.get_executor(), access, HttpClientLimits());
    rlimit before = {};
    getrlimit(RLIMIT_NOFILE, &before);
    const int next = dup(STDERR_FILENO);  // the lowest that is free
    close(next);
    const rlimit none = {static_cast<rlim_t>(next), before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    const auto outcome = Finish(client.ListChannels());
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_THAT(outcome->what(), HasSubstr("too many open files")) << host;
  }
}

}  // namespace
}  // namespace benari::control::ari
