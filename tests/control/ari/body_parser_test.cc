#include "control/ari/body_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace benari::control::ari {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kChannel[] =
    R"({"id":"17.1","name":"PJSIP/phone-00000001","state":"Up","protocol_id":"x","caller":{"name":"","number":"1"},)"
    R"("creationtime":"2026-01-31T12:00:00.000+0000","channelvars":{"UNICASTRTP_LOCAL_PORT":"25002"}})";
constexpr char kBridge[] =
    R"({"id":"b","technology":"simple_bridge","creationtime":"2026-01-31T12:00:01.000+0000","channels":["17.1","m"]})";

TEST(BodyParser, ReadsObjectsAndLists) {
  EXPECT_EQ(ParseChannel(kChannel)->id, "17.1");
  EXPECT_EQ(ParseChannels(absl::StrCat("[", kChannel, ",", kChannel, "]"))->items.size(), 2u);
  EXPECT_THAT(ParseChannels("[]")->items, IsEmpty());
  EXPECT_THAT(ParseBridge(kBridge)->channel_ids, ElementsAre("17.1", "m"));
  EXPECT_EQ(ParseBridge(kBridge)->creationtime, "2026-01-31T12:00:01.000+0000");
  EXPECT_EQ(ParseBridge(kBridge)->name, "") << "Asterisk lists others' bridges too";
  EXPECT_EQ(ParseBridge(R"({"id":"b","name":"1,2,inbound","creationtime":"t","channels":[]})")->name,
            "1,2,inbound");
  EXPECT_EQ(ParseBridges(absl::StrCat("[", kBridge, "]"))->items.front().id, "b");
  const auto application =
      ParseApplication(R"({"name":"v","channel_ids":["1"],"bridge_ids":["b"],"endpoint_ids":[]})");
  EXPECT_EQ(application->name, "v");
  EXPECT_THAT(application->channel_ids, ElementsAre("1"));
  EXPECT_THAT(application->bridge_ids, ElementsAre("b"));
}

TEST(BodyParser, ReadsModules) {
  const auto modules = ParseModules(
      R"([{"name":"chan_rtp.so","description":"RTP","use_count":0,"status":"Running","support_level":"core"},)"
      R"({"name":"res_ari.so","status":"Not Running"}])");
  ASSERT_TRUE(modules.ok()) << modules.status();
  ASSERT_EQ(modules->size(), 2u);
  EXPECT_EQ(modules->front().name, "chan_rtp.so");
  EXPECT_TRUE(modules->front().running);
  EXPECT_FALSE(modules->back().running);
  EXPECT_EQ(ParseModules(R"([{"name":"chan_rtp.so"}])").status().message(),
            "module: field status is missing");
  EXPECT_EQ(ParseModules("{}").status().message(), "modules: it is not a list");
}

TEST(BodyParser, ReadsTheVersion) {
  EXPECT_EQ(*ParseVersion(R"({"system":{"version":"22.10.1~dfsg+~cs6.17","entity_id":"x"}})"),
            "22.10.1~dfsg+~cs6.17");
  EXPECT_EQ(ParseVersion(R"({"build":{}})").status().message(), "info: field system is missing");
}

TEST(BodyParser, NamesWhatIsWrong) {
  EXPECT_EQ(ParseChannel("").status().message(), "channel: not JSON");
  EXPECT_EQ(ParseChannels("{}").status().message(), "channels: it is of type object, accepted is: list");
  EXPECT_EQ(ParseBridge(R"({"id":"b","creationtime":"t"})").status().message(),
            "bridge: field channels is missing");
  EXPECT_EQ(ParseApplication(R"({"name":"v","channel_ids":{},"bridge_ids":[]})").status().message(),
            "application: field channel_ids is of type object, accepted is: list of strings");
}

// A channel or bridge of somebody else must not hide all the others.
TEST(BodyParser, OneElementWithAMistakeDoesNotRefuseTheList) {
  for (const char* odd : {"{}", "7", "null", R"({"id":null,"name":"n"})", R"({"name":"n","state":"Up"})"}) {
    const auto listed = ParseChannels(absl::StrCat("[", odd, ",", kChannel, "]"));
    ASSERT_TRUE(listed.ok()) << odd;
    ASSERT_EQ(listed->items.size(), 1u) << odd;
    EXPECT_EQ(listed->items[0].id, "17.1");
    EXPECT_THAT(listed->mistake, HasSubstr("channels[0]: ")) << odd;
  }
  const auto kept = ParseChannels(R"([{"id":"i","name":null,"state":"Up","dialplan":{"app_data":7}}])");
  ASSERT_EQ(kept->items.size(), 1u);
  EXPECT_EQ(kept->items[0].state, "Up");
  EXPECT_EQ(kept->mistake, "channels[0]: field name is of type null, accepted is: string");
  const auto bridges = ParseBridges(R"([7,{"id":"b","channels":["x",null,"y"]}])");
  EXPECT_THAT(bridges->items.at(0).channel_ids, ElementsAre("x", "y"));
  EXPECT_EQ(bridges->mistake, "bridges[0]: it is of type number, accepted is: object");
  EXPECT_EQ(ParseChannels(absl::StrCat("[", kChannel, "]"))->mistake, "");
}

TEST(ErrorMessage, IsOneShortLine) {
  EXPECT_EQ(ParseErrorMessage(R"({"message":"Channel not found"})"), "Channel not found");
  EXPECT_EQ(ParseErrorMessage(R"({"message":"a\r\nb"})"), "a  b");
  EXPECT_EQ(ParseErrorMessage(R"({"message":7})"), "");
  EXPECT_EQ(ParseErrorMessage("<html>"), "");
  EXPECT_EQ(ParseErrorMessage(absl::StrCat(R"({"message":")", std::string(300, 'x'), "\"}")).size(), 200u);
  // 199 bytes and a character of two: it does not fit and is left out as a whole.
  const std::string cut =
      ParseErrorMessage(absl::StrCat(R"({"message":")", std::string(199, 'x'), "\xC3\xA9y\"}"));
  EXPECT_EQ(cut, std::string(199, 'x'));
}

}  // namespace
}  // namespace benari::control::ari
