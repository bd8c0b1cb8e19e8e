// What passes between a stream and a bot.
#include "media/link/links.h"

#include <gmock/gmock.h>

#include "links_fixture.h"

namespace benari::media {
namespace {

using fakes::BotConduct;
using fakes::FakeBot;
using ::testing::ElementsAre;

Frame FrameOf(int number) {
  Frame frame;
  frame.fill(static_cast<uint8_t>(number));
  return frame;
}

class LinksTest : public LinksFixture {};

TEST_F(LinksTest, ConnectedAndStartComeFirstThenFramesWithoutGaps) {
  FakeBot bot;
  const auto stream = Reach(bot);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(stream->SendFrame(FrameOf(i)));
  ASSERT_EQ(Events(bot, 0, 22).size(), 22u);
  EXPECT_EQ(Message(bot, 0, 0), Json::parse(R"({"event":"connected","protocol":"Call","version":"1.0.0"})"));
  const Json start = Message(bot, 0, 1);
  EXPECT_EQ(start["start"]["callSid"], "CA0123456789abcdef0123456789abcdef");
  EXPECT_EQ(start["start"]["customParameters"], Json::parse(R"({"from_number":"+4930123"})"));
  EXPECT_EQ(start["streamSid"], stream->report().stream_sid);
  for (int i = 0; i < 20; ++i) {
    const Json media = Message(bot, 0, static_cast<size_t>(i) + 2);
    EXPECT_EQ(media["sequenceNumber"], std::to_string(i + 2));
    EXPECT_EQ(media["media"]["chunk"], std::to_string(i + 1));
    EXPECT_EQ(media["media"]["timestamp"], std::to_string(i * 20));
    std::string payload;
    ASSERT_TRUE(absl::Base64Unescape(std::string(media["media"]["payload"]), &payload));
    EXPECT_EQ(payload, std::string(kFrameBytes, static_cast<char>(i)));
  }
  EXPECT_EQ(stream->report().connections, 1u);
  EXPECT_EQ(stream->report().last_error, "");
}

TEST_F(LinksTest, AudioOfAnySizeIsQueuedInOrder) {
  FakeBot bot;
  const auto stream = Reach(bot);
  const std::string sid = StreamSid(bot, 0);
  const std::string minute(480000, '\x55');
  bot.Send(Media(sid, "a"));
  bot.Send(Media(sid, "bc"));
  bot.Send(Media(sid, minute));
  ASSERT_TRUE(Eventually([&] { return stream->audio().written() == 480003; }));
  EXPECT_EQ(Play(*stream, 480003), "abc" + minute);
  EXPECT_EQ(stream->refused_bytes(), 0u);
}

TEST_F(LinksTest, AudioBeyondTheLimitIsRefusedAndCounted) {
  options_.max_queued_bytes = 8000;
  FakeBot bot;
  const auto stream = Reach(bot);
  bot.Send(Media(StreamSid(bot, 0), std::string(9000, 'x')));
  ASSERT_TRUE(Eventually([&] { return stream->refused_bytes() == 1000; }));
  EXPECT_EQ(stream->audio().queued(), 8000u);
}

TEST_F(LinksTest, MarksComeBackOnceTheirAudioHasBeenPlayed) {
  FakeBot bot;
  const auto stream = Reach(bot);
  const std::string sid = StreamSid(bot, 0);
  bot.Send(Mark(sid, "nothing is queued"));
  ASSERT_THAT(Events(bot, 0, 3), ElementsAre("connected", "start", "mark"));
  bot.Send(Media(sid, std::string(320, 'x')));
  bot.Send(Mark(sid, "one"));
  bot.Send(Mark(sid, "two"));
  bot.Send(Media(sid, std::string(160, 'y')));
  bot.Send(Mark(sid, "three"));
  ASSERT_TRUE(Eventually([&] { return stream->marks_pending() == 3; }));
  Play(*stream, 160);
  stream->SendFrame(FrameOf(1));  // whatever was due would come before it
  ASSERT_THAT(Events(bot, 0, 4), ElementsAre("connected", "start", "mark", "media"));
  Play(*stream, 160);
  ASSERT_THAT(Events(bot, 0, 6), ElementsAre("connected", "start", "mark", "media", "mark", "mark"));
  EXPECT_EQ(Message(bot, 0, 2)["mark"]["name"], "nothing is queued");
  EXPECT_EQ(Message(bot, 0, 4)["mark"]["name"], "one");
  EXPECT_EQ(Message(bot, 0, 5)["mark"]["name"], "two");
  EXPECT_EQ(stream->marks_pending(), 1u);
  Play(*stream, 160);
  EXPECT_EQ(Message(bot, 0, 6)["mark"]["name"], "three");
}

TEST_F(LinksTest, ClearThrowsAwayWhatIsQueuedAndReturnsAllMarksInOrder) {
  FakeBot bot;
  const auto stream = Reach(bot);
  const std::string sid = StreamSid(bot, 0);
  for (const char* name : {"one", "two", "three"}) {
    bot.Send(Media(sid, std::string(1600, 'x')));
    bot.Send(Mark(sid, name));
  }
  ASSERT_TRUE(Eventually([&] { return stream->marks_pending() == 3; }));
  bot.Send(Clear(sid));
  bot.Send(Mark(sid, "four"));
  ASSERT_EQ(Events(bot, 0, 6).size(), 6u);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(Message(bot, 0, 2 + i)["mark"]["name"],
              (std::vector<std::string>{"one", "two", "three", "four"})[i]);
  }
  EXPECT_EQ(stream->clears(), 1u);
  EXPECT_EQ(stream->audio().queued(), 0u);
  EXPECT_EQ(Play(*stream, 160), "");
  bot.Send(Media(sid, "new"));
  ASSERT_TRUE(Eventually([&] { return stream->audio().queued() == 3; }));
  EXPECT_EQ(Play(*stream, 160), "new");
}

TEST_F(LinksTest, DigitsWaitForTheBotAndKeepTheirOrder) {
  FakeBot bot({BotConduct::AcceptsAfter(Milliseconds(300))});
  const auto stream = Dial(bot.Url());
  EXPECT_TRUE(stream->SendDigits({"12", Milliseconds(100)}));
  EXPECT_TRUE(stream->SendDigits({"#", Milliseconds(100)}));
  ASSERT_THAT(Events(bot, 0, 5), ElementsAre("connected", "start", "dtmf", "dtmf", "dtmf"));
  EXPECT_TRUE(stream->SendDigits({"*", Milliseconds(100)}));
  std::string digits;
  for (size_t i = 2; i < 6; ++i) digits += Message(bot, 0, i)["dtmf"]["digit"];
  EXPECT_EQ(digits, "12#*");
}

TEST_F(LinksTest, RubbishIsIgnoredAndCounted) {
  FakeBot bot;
  const auto stream = Reach(bot);
  const std::string sid = StreamSid(bot, 0);
  bot.Send("rubbish");
  bot.SendBinary(std::string("\0\xff", 2));
  bot.Send(R"({"event":"mark","streamSid":")" + sid + "\"}");
  bot.Send(Media("MZ0", "other"));
  bot.Send(R"({"event":"hello","streamSid":")" + sid + "\"}");
  bot.Send(Media(sid, "good"));
  ASSERT_TRUE(Eventually([&] { return stream->audio().queued() == 4; }));
  EXPECT_EQ(stream->phase(), LinkPhase::kReady);
  // The counts follow within a tenth of a second, as long as something happens.
  ASSERT_TRUE(Eventually([&] {
    stream->SendFrame(FrameOf(1));
    return stream->report().messages == 6;
  }));
  EXPECT_EQ(stream->report().messages_ignored, 5u);
}

TEST_F(LinksTest, StopIsTheLastMessageAndThenTheSocketIsClosed) {
  FakeBot bot;
  auto stream = Reach(bot);
  stream->SendFrame(FrameOf(1));
  Events(bot, 0, 3);
  stream->Stop();
  stream.reset();
  ASSERT_TRUE(bot.WaitUntil([](const Connections& all) { return all[0].ended; }));
  EXPECT_THAT(Events(bot, 0, 4), ElementsAre("connected", "start", "media", "stop"));
  EXPECT_EQ(bot.connections()[0].close_code, 1000);
  EXPECT_EQ(Message(bot, 0, 3)["stop"]["callSid"], "CA0123456789abcdef0123456789abcdef");
}

TEST_F(LinksTest, ABotThatDoesNotReadLosesTheOldestFrames) {
  FakeBot bot({BotConduct::DoesNotRead()});
  const auto stream = Reach(bot);
  int sent = 0;
  ASSERT_TRUE(Eventually([&] {
    for (int i = 0; i < 20; ++i, ++sent) stream->SendFrame(FrameOf(sent));
    return stream->report().uplink_dropped > 0;
  }));
  bot.StartReading();
  const auto dropped = [&] { return stream->report().uplink_dropped; };
  // Once it has read all, timestamps have run on over what was dropped.
  ASSERT_TRUE(Eventually([&] {
    stream->SendFrame(FrameOf(++sent));
    const auto messages = bot.connections()[0].messages;
    if (messages.size() < 3) return false;
    const Json last = Json::parse(messages.back());
    return std::stoull(std::string(last["media"]["timestamp"])) / 20 + 1 ==
               std::stoull(std::string(last["media"]["chunk"])) + dropped() &&
           dropped() > 0;
  }));
}

// Both links are of one thread.
TEST_F(LinksTest, ABotThatDoesNotReadHoldsUpNoOther) {
  FakeBot deaf({BotConduct::DoesNotRead()});
  FakeBot bot;
  const auto stalled = Reach(deaf);
  const auto stream = Reach(bot);
  ASSERT_TRUE(Eventually([&] {
    for (int i = 0; i < 20; ++i) stalled->SendFrame(FrameOf(i));
    return stalled->report().uplink_dropped > 0;
  }));
  const std::string sid = StreamSid(bot, 0);
  for (size_t i = 0; i < 100; ++i) {
    stalled->SendFrame(FrameOf(1));
    stream->SendFrame(FrameOf(static_cast<int>(i)));
    EXPECT_EQ(Message(bot, 0, 2 + i)["media"]["timestamp"], std::to_string(20 * i));
  }
  bot.Send(Mark(sid, "at once"));
  EXPECT_EQ(Message(bot, 0, 102)["mark"]["name"], "at once");
  EXPECT_EQ(stream->report().uplink_dropped, 0u);
  EXPECT_EQ(stalled->phase(), LinkPhase::kReady);
}

}  // namespace
}  // namespace benari::media
