// Bots that break the protocols, out of malice or by mistake: each costs its own call at most. The links of a
// test share one thread with a bot that is well, whose call goes on meanwhile.
#include <gmock/gmock.h>

#include "links_fixture.h"
#include "tests/media/link/raw_bot.h"

namespace benari::media {
namespace {

using fakes::FakeBot;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::milliseconds kGap{20};  // of those that are slow

struct Hostile {
  const char* name;
  LinkPhase phase;    // what its link comes to
  const char* error;  // part of it
  RawBot::Script script;
};

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

// Opens the WebSocket, sends this, and reads until the client has ended the connection.
RawBot::Script Sends(const std::string& bytes) {
  return [bytes](RawConnection& connection) {
    if (connection.Open() && connection.Send(bytes)) connection.ReadToEnd();
  };
}
RawBot::Script SendsForEver(const std::string& bytes) {
  return [bytes](RawConnection& connection) { connection.Open() && connection.SendForEver(bytes); };
}
// Responds with this to the handshake.
RawBot::Script Responds(const std::string& bytes) {
  return [bytes](RawConnection& connection) {
    if (connection.ReadRequest() && connection.Send(bytes)) connection.ReadToEnd();
  };
}
// Opens the WebSocket, and does this once the client has sent its close.
RawBot::Script AfterOurClose(const std::string& bytes, bool for_ever) {
  return [bytes, for_ever](RawConnection& connection) {
    if (!connection.Open() || !connection.ReadUntil(8)) return;
    if (for_ever) connection.SendForEver(bytes);
    if (connection.Send(bytes)) connection.ReadToEnd();
  };
}

std::vector<Hostile> AtTheHandshake() {
  constexpr LinkPhase kEnd = LinkPhase::kUnreachable;
  const std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  return {
      {"Garbage", kEnd, "does not speak HTTP", Responds("\x16\x03\x01\x02rubbish\r\n\r\n")},
      {"Nothing", kEnd, "in time", Responds("")},
      {"AnotherVersion", kEnd, "does not speak HTTP", Responds("HTTP/9.9 101 Switching Protocols\r\n\r\n")},
      {"HugeHeader", kEnd, "does not speak HTTP",
       Responds(head + "X-Long: " + std::string(1 << 20, 'x') + "\r\n\r\n")},
      {"EndlessHeaders", kEnd, "does not speak HTTP",
       [head](RawConnection& connection) {
         connection.ReadRequest() && connection.Send(head) && connection.SendForEver("X-More: x\r\n");
       }},
      {"SlowHandshake", kEnd, "in time",
       [](RawConnection& connection) {
         if (!connection.ReadRequest()) return;
         connection.SendSlowly(connection.Response(std::string("X-Slow: ") + std::string(100'000, 'x')),
                               kGap);
       }},
      {"WrongAcceptKey", kEnd, "not as a WebSocket server",
       Responds(head + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n")},
      {"NoUpgrade", kEnd, "not as a WebSocket server", Responds(head + "\r\n")},
      {"ExtensionNobodyAskedFor", LinkPhase::kReady, "",
       [](RawConnection& connection) {
         if (connection.ReadRequest() &&
             connection.Send(connection.Response("Sec-WebSocket-Extensions: permessage-deflate\r\n")))
           connection.ReadToEnd();
       }},
      {"EndlessBody", kEnd, "body limit exceeded",
       [](RawConnection& connection) {
         connection.ReadRequest() &&
             connection.Send("HTTP/1.1 403 Forbidden\r\nContent-Length: 9000000000\r\n\r\n") &&
             connection.SendForEver(std::string(4096, 'x'));
       }},
      {"ClosesWithinTheResponse", kEnd, "closed the connection without an answer",
       [head](RawConnection& connection) { connection.ReadRequest() && connection.Send(head + "Upgr"); }},
      {"ClosesAtOnce", kEnd, "closed the connection without an answer", [](RawConnection&) {}},
  };
}

std::vector<Hostile> InFrames() {
  constexpr LinkPhase kLost = LinkPhase::kLost;
  const std::string text = "connection lost: ";
  return {
      {"GarbageBehindTheHandshake", kLost, "connection lost",
       [](RawConnection& connection) {
         if (connection.ReadRequest() && connection.Send(connection.Response() + std::string(5000, '\xaa')))
           connection.ReadToEnd();
       }},
      {"LengthOf2To63", kLost, "", Sends(Bytes({0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}))},
      {"LengthOf2To62", kLost, "more than 8 MiB", Sends(Bytes({0x81, 127, 0x40, 0, 0, 0, 0, 0, 0, 0}))},
      {"LengthNotMinimal", kLost, "connection lost", Sends(Bytes({0x81, 126, 0, 2, 'h', 'i'}))},
      {"FirstReservedBit", kLost, "connection lost", Sends(RawConnection::Frame(0xc1, "{}"))},
      {"OtherReservedBits", kLost, "connection lost", Sends(RawConnection::Frame(0xb1, "{}"))},
      {"ReservedOpcode", kLost, "connection lost", Sends(RawConnection::Frame(0x83, "{}"))},
      {"ReservedControlOpcode", kLost, "connection lost", Sends(RawConnection::Frame(0x8b, "{}"))},
      {"Masked", kLost, "connection lost", Sends(RawConnection::Frame(0x81, "{}", true))},
      {"TextThatIsNoUtf8", kLost, "connection lost", Sends(RawConnection::Frame(0x81, "\xff\xfe"))},
      {"TextThatEndsWithinACharacter", kLost, "connection lost",
       Sends(RawConnection::Frame(0x81, "\xe2\x82"))},
      {"ContinuationOfNothing", kLost, "connection lost", Sends(RawConnection::Frame(0x80, "{}"))},
      {"MessageWithinAMessage", kLost, "connection lost",
       Sends(RawConnection::Frame(0x01, "{") + RawConnection::Frame(0x81, "}"))},
      {"LongPing", kLost, "connection lost", Sends(RawConnection::Frame(0x89, std::string(126, 'x')))},
      {"FragmentedPing", kLost, "connection lost", Sends(RawConnection::Frame(0x09, "x"))},
      {"EndOfTcpAlone", kLost, "connection lost",
       [](RawConnection& connection) {
         if (!connection.Open()) return;
         connection.EndSending();
         connection.ReadToEnd();
       }},
      {"FragmentsBeyondTheLimit", kLost, "more than 8 MiB",
       [](RawConnection& connection) {
         connection.Open() && connection.Send(RawConnection::Frame(0x01, "x")) &&
             connection.SendForEver(RawConnection::Frame(0x00, std::string(60'000, 'x')));
       }},
      {"CloseOfOneByte", kLost, "connection lost", Sends(RawConnection::Frame(0x88, "x"))},
      {"CloseWithReasonThatIsNoUtf8", kLost, "connection lost", Sends(RawConnection::Close(1000, "\xff"))},
      {"CloseWithReasonOfManyLines", kLost, "status 1011: a\\nb",
       Sends(RawConnection::Close(1011, "a\nb\x1b[31m"))},
      {"CloseTooLong", kLost, "connection lost", Sends(RawConnection::Close(1000, std::string(124, 'x')))},
      {"GarbageBehindItsClose", LinkPhase::kClosed, "",
       Sends(RawConnection::Close(1000) + std::string(100'000, '\xaa'))},
  };
}

std::vector<Hostile> Closes() {
  std::vector<Hostile> rows;
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    rows.push_back({"", LinkPhase::kLost, "", Sends(RawConnection::Close(static_cast<uint16_t>(code)))});
  }
  for (const int code : {1002, 1003, 1008, 1009, 1011, 3000, 4999}) {
    rows.push_back({"", LinkPhase::kLost, "closed the WebSocket with status",
                    Sends(RawConnection::Close(static_cast<uint16_t>(code)))});
  }
  return rows;
}

// Those whose call can go on.
std::vector<Hostile> Floods() {
  constexpr LinkPhase kReady = LinkPhase::kReady;
  const auto text = [](const std::string& payload) { return RawConnection::Frame(0x81, payload); };
  return {
      {"EndlessEmptyFragments", kReady, "",
       [](RawConnection& connection) {
         std::string fragments;
         for (int i = 0; i < 1000; ++i) fragments += RawConnection::Frame(0x00, "");
         connection.Open() && connection.Send(RawConnection::Frame(0x01, "x")) &&
             connection.SendForEver(fragments);
       }},
      {"EndlessPings", kReady, "", SendsForEver(RawConnection::Frame(0x89, "x"))},
      {"EndlessPongs", kReady, "", SendsForEver(RawConnection::Frame(0x8a, ""))},
      {"EndlessEmptyMessages", kReady, "", SendsForEver(text(""))},
      {"EndlessBinaryMessages", kReady, "",
       SendsForEver(RawConnection::Frame(0x82, std::string(60'000, 'x')))},
      {"EndlessNestedJson", kReady, "", SendsForEver(text(std::string(60'000, '[')))},
      {"EndlessMarks", kReady, "",
       SendsForEver(text(R"({"event":"mark","streamSid":"MZ0","mark":{"name":"x"}})"))},
      {"OneByteAtATime", kReady, "",
       [text](RawConnection& connection) {
         if (connection.Open()) connection.SendSlowly(text(std::string(60'000, 'x')), kGap);
       }},
      {"GarbageAfterOurClose", kReady, "", AfterOurClose(std::string(5000, '\xaa'), false)},
      {"EndlessGarbageAfterOurClose", kReady, "", AfterOurClose(std::string(5000, '\xaa'), true)},
      {"EndlessMessagesAfterOurClose", kReady, "", AfterOurClose(text("{}"), true)},
      {"EndlessPingsAfterOurClose", kReady, "", AfterOurClose(RawConnection::Frame(0x89, "x"), true)},
      {"SilenceAfterOurClose", kReady, "", AfterOurClose("", false)},
      {"HalfAFrameAfterOurClose", kReady, "", AfterOurClose(Bytes({0x81, 126, 0x10}), false)},
      {"OddCloseAfterOurClose", kReady, "", AfterOurClose(RawConnection::Close(5000), false)},
  };
}

class HostileBotTest : public LinksFixture {
 protected:
  HostileBotTest() {
    options_.handshake_timeout = Milliseconds(1000);
    options_.stop_timeout = Milliseconds(300);
  }

  void SetUp() override {
    well_ = Reach(good_);
    well_sid_ = Message(good_, good_.connections().size() - 1, 1)["streamSid"];
  }

  // What the bot that is well sends comes back to it, so often.
  bool TheOtherCallGoesOn(int times) {
    for (int i = 0; i < times; ++i) {
      const size_t connection = good_.connections().size() - 1;
      const size_t before = good_.connections()[connection].messages.size();
      good_.Send(Mark(well_sid_, "here"));
      const bool came =
          good_.WaitUntil([&](const Connections& all) { return all[connection].messages.size() > before; });
      if (!came) return false;
    }
    return well_->phase() == LinkPhase::kReady;
  }

  void Face(const Hostile& hostile) {
    SCOPED_TRACE(hostile.name);
    RawBot bot(hostile.script);
    auto stream = Dial(bot.Url(), Milliseconds(0));
    EXPECT_TRUE(Comes(*stream, hostile.phase))
        << static_cast<int>(stream->phase()) << " " << stream->report().last_error;
    EXPECT_TRUE(TheOtherCallGoesOn(20));
    const std::string error = stream->report().last_error;
    EXPECT_THAT(error, HasSubstr(hostile.error));
    EXPECT_THAT(error, Not(HasSubstr("\n")));
    EXPECT_LT(error.size(), 300u);
    stream->Stop();
    const std::weak_ptr<BotStream> gone = stream;
    stream.reset();
    EXPECT_TRUE(Eventually([&] { return gone.expired(); })) << "its link ends with its call";
    EXPECT_TRUE(Eventually([&] { return bot.served() == 1; })) << "and so does its connection";
    EXPECT_TRUE(TheOtherCallGoesOn(1));
  }

  FakeBot good_;
  std::shared_ptr<BotStream> well_;
  std::string well_sid_;
};

TEST_F(HostileBotTest, AtTheHandshakeIsUnreachable) {
  for (const Hostile& hostile : AtTheHandshake()) Face(hostile);
}

TEST_F(HostileBotTest, InItsFramesIsLost) {
  for (const Hostile& hostile : InFrames()) Face(hostile);
}

TEST_F(HostileBotTest, WithOddStatusCodesIsLost) {
  for (const Hostile& hostile : Closes()) Face(hostile);
}

TEST_F(HostileBotTest, ThatFloodsOrDoesNotEndIsCutWithItsCall) {
  for (const Hostile& hostile : Floods()) Face(hostile);
}

// All at once, and the node ends meanwhile.
TEST_F(HostileBotTest, TheNodesEndIsNotHeldUp) {
  std::vector<std::unique_ptr<RawBot>> bots;
  std::vector<std::shared_ptr<BotStream>> streams;
  for (const auto& rows : {AtTheHandshake(), InFrames(), Floods()}) {
    for (const Hostile& hostile : rows) {
      bots.push_back(std::make_unique<RawBot>(hostile.script));
      streams.push_back(Dial(bots.back()->Url()));
    }
  }
  EXPECT_TRUE(TheOtherCallGoesOn(20));
  links_.reset();  // returns, or the test times out
}

}  // namespace
}  // namespace benari::media
