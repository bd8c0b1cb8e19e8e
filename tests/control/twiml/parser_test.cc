#include "control/twiml/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace benari::control::twiml {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::VariantWith;

Document Read(const std::string& verbs) {
  const auto document = Parse("<Response>" + verbs + "</Response>");
  EXPECT_TRUE(document.ok()) << document.status() << " of " << verbs;
  return document.ok() ? *document : Document();
}

// The only verb, of which nothing is left out.
template <typename T>
T One(const std::string& text) {
  const Document document = Read(text);
  EXPECT_THAT(document.warnings, IsEmpty()) << text;
  EXPECT_THAT(document.verbs, ElementsAre(VariantWith<T>(::testing::_))) << text;
  return document.verbs.empty() ? T() : std::get<T>(document.verbs[0]);
}

TEST(TwimlTest, ConnectStream) {
  const auto all = One<ConnectStream>(
      "<Connect action='/next' method='GET'>\n <Stream url=' wss://bot.example/a?x=1&amp;y=2 ' name='n' "
      "track='inbound_track' statusCallback='https://bot.example/status' statusCallbackMethod='get'>\n"
      "<Parameter name='token' value='a &lt;b&gt;'/><Parameter name='empty'/></Stream></Connect>");
  ConnectStream expected;
  expected.url = "wss://bot.example/a?x=1&y=2";
  expected.name = "n";
  expected.parameters = {{"token", "a <b>"}, {"empty", ""}};
  expected.status = {"https://bot.example/status", Method::kGet};
  expected.action = {"/next", Method::kGet};
  EXPECT_EQ(all, expected);
  const auto least = One<ConnectStream>("<Connect><Stream url='ws://b'/></Connect>");
  EXPECT_EQ(least.url, "ws://b");
  EXPECT_EQ(least.action, Callback());
}

TEST(TwimlTest, Dial) {
  EXPECT_EQ(One<Dial>("<Dial> +14155550100\n</Dial>").targets,
            (std::vector<Target>{{TargetKind::kNumber, "+14155550100"}}));
  EXPECT_EQ(One<Dial>("<Dial>1</Dial>").timeout, seconds(30));
  const auto all = One<Dial>(
      "<Dial callerId='+1 2' timeout='7' action='done' method='POST' answerOnBridge='true' "
      "hangupOnStar='false' "
      "record='do-not-record' timeLimit='14400'>\n <Number> 12 "
      "</Number><Sip>sip:bob@example.com</Sip>\n</Dial>");
  EXPECT_EQ(all.targets,
            (std::vector<Target>{{TargetKind::kNumber, "12"}, {TargetKind::kSip, "sip:bob@example.com"}}));
  EXPECT_EQ(all.caller_id, "+1 2");
  EXPECT_EQ(all.timeout, seconds(7));
  EXPECT_EQ(all.action, (Callback{"done", Method::kPost}));
}

TEST(TwimlTest, WhomANumberReportsTo) {
  const Target told = One<Dial>(
                          "<Dial><Number statusCallback='/s' statusCallbackMethod='GET' "
                          "statusCallbackEvent=' answered  ringing'>1</Number></Dial>")
                          .targets.front();
  EXPECT_EQ(told.status, (Callback{"/s", Method::kGet}));
  EXPECT_THAT(told.events, ElementsAre(DialEvent::kRinging, DialEvent::kAnswered));
  const Target sip = One<Dial>("<Dial><Sip statusCallback='/s'>sip:a@b</Sip></Dial>").targets.front();
  EXPECT_EQ(sip.status, (Callback{"/s", Method::kPost}));
  EXPECT_THAT(sip.events, ElementsAre(DialEvent::kCompleted));
}

TEST(TwimlTest, TenAreDialledAtOnceAtMost) {
  std::string numbers;
  for (int i = 0; i < 12; ++i) numbers += "<Number>12</Number>";
  const Document document = Read("<Dial>" + numbers + "</Dial><Hangup/>");
  ASSERT_THAT(document.verbs, SizeIs(2));
  EXPECT_THAT(std::get<Dial>(document.verbs[0]).targets, SizeIs(10));
  EXPECT_THAT(document.warnings, ElementsAre(HasSubstr("at most 10 destinations")));
}

TEST(TwimlTest, TheOtherVerbs) {
  One<Hangup>("<Hangup/>");
  EXPECT_EQ(One<Reject>("<Reject/>").reason, RejectReason::kRejected);
  EXPECT_EQ(One<Reject>("<Reject reason='rejected'/>").reason, RejectReason::kRejected);
  EXPECT_EQ(One<Reject>("<Reject reason='busy'></Reject>").reason, RejectReason::kBusy);
  EXPECT_EQ(One<Pause>("<Pause/>").length, seconds(1));
  EXPECT_EQ(One<Pause>("<Pause length='10'/>").length, seconds(10));
  EXPECT_EQ(One<Redirect>("<Redirect> ../other?a=1&amp;b=2 </Redirect>").target,
            (Callback{"../other?a=1&b=2", Method::kPost}));
  EXPECT_EQ(One<Redirect>("<Redirect method='GET'/>").target, (Callback{"", Method::kGet}));
  EXPECT_EQ(One<Play>("<Play loop='0'>sound:beep</Play>"), (Play{"sound:beep", 0}));
  EXPECT_EQ(One<Play>("<Play>tone:ring</Play>"), (Play{"tone:ring", 1}));
  EXPECT_EQ(One<Say>("<Say voice='alice' language='de-DE' loop='2'> Gr\xc3\xbc\xc3\x9f <![CDATA[<Gott> & "
                     "]]>&amp;c </Say>"),
            (Say{"Gr\xc3\xbc\xc3\x9f <Gott> & &c", "alice", "de-DE", 2}));
}

TEST(TwimlTest, VerbsInTheirOrderAndTheirNames) {
  const Document document = Read(
      "<Connect><Stream "
      "url='ws://b'/></Connect><Dial>1</Dial><Hangup/><Reject/><Pause/><Redirect/><Play>a</Play>"
      "<Say>a</Say>");
  std::vector<std::string> names;
  for (const Verb& verb : document.verbs) names.push_back(NameOf(verb));
  EXPECT_THAT(names, ElementsAre("Connect", "Dial", "Hangup", "Reject", "Pause", "Redirect", "Play", "Say"));
}

TEST(TwimlTest, WhatIsADocument) {
  for (const char* text :
       {"<Response/>", "\n\n<Response></Response>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response />",
        "<?xml version='1.0' encoding='utf-8'?>\r\n<!-- a & b --><Response>\n</Response>\n",
        "\xef\xbb\xbf<Response/>", "<?xml version='1.0'?><?pi x?><Response><!-- <Hangup/> --></Response>"}) {
    const auto document = Parse(text);
    ASSERT_TRUE(document.ok()) << document.status() << " of " << text;
    EXPECT_THAT(document->verbs, IsEmpty());
    EXPECT_THAT(document->warnings, IsEmpty());
  }
}

TEST(TwimlTest, WhatIsNone) {
  const struct {
    std::string text;
    const char* why;
  } kTable[] = {
      {"", "no XML"},
      {"{\"error\":1}", "no XML"},
      {"Hello", "no XML"},
      {"<Response>", "TwiML, line 1: no XML"},
      {"<Response>\n<Dial>1</Response>", "TwiML, line 2: no XML"},
      {"<Response><Dial></Response></Dial>", "no XML"},
      {"<response/>", "<response>: accepted is one <Response>"},
      {"<Response/><Response/>", "<Response>: accepted is one <Response>"},
      {"<Response/>\n<Other/>", "TwiML, line 2: <Other>: accepted is one <Response>"},
      {"<!DOCTYPE html><html><body>It works!</body></html>", "a DOCTYPE is not accepted"},
      {"<!DOCTYPE r [<!ENTITY a \"b\">]>\n<Response><Dial>&a;</Dial></Response>",
       "a DOCTYPE is not accepted"},
      {"<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Response><Say>&x;</Say></Response>",
       "a DOCTYPE is not accepted"},
      {"<Response>\n\n<Say>&lol;</Say></Response>", "TwiML, line 3: <Say>: accepted after & is amp;"},
      {"<Response><Connect><Stream url='wss://b/?a=1&b=2'/></Connect></Response>",
       "<Stream>: accepted after & is amp;"},
      {"<?xml version='1.0' encoding='ISO-8859-1'?><Response/>", "encoding 'ISO-8859-1': accepted is UTF-8"},
      {"<Response><Say>Gr\xfc\xdf</Say></Response>", "accepted is UTF-8"},
      {std::string("<\0R\0", 4), "accepted is UTF-8"},
      {"<Response>" + std::string(kMaxDocumentBytes, ' ') + "</Response>", "at most 65536 bytes"},
  };
  for (const auto& row : kTable) {
    const auto document = Parse(row.text);
    ASSERT_FALSE(document.ok()) << row.text;
    EXPECT_THAT(std::string(document.status().message()), AllOf(HasSubstr("TwiML"), HasSubstr(row.why)));
  }
}

TEST(TwimlTest, WhatIsNotUnderstoodIsNamedAndTheNextVerbCounts) {
  const struct {
    const char* text;
    const char* warning;
    size_t verbs;  // beside the last one
  } kTable[] = {
      {"<Gather numDigits='1'><Say>Press 1</Say></Gather>", "line 1: verb <Gather> is not supported", 0},
      {"<hangup/>", "verb <hangup> is not supported", 0},
      {"Hello", "text 'Hello' outside of a verb is left out", 0},
      {"<Start><Stream url='wss://b'/></Start>", "verb <Start> is not supported", 0},
      {"<Connect/>", "<Connect> without a <Stream> that has a url is left out", 0},
      {"<Connect><Stream/></Connect>", "<Connect> without a <Stream> that has a url is left out", 0},
      {"<Connect><Stream url='ws://b' track='both_tracks'/></Connect>",
       "<Stream track='both_tracks'> is not supported, done is inbound_track", 1},
      {"<Connect><Stream url='ws://b'/><Stream url='ws://c'/></Connect>", "one <Stream> in <Connect>", 1},
      {"<Connect><Stream url='ws://b'/><Room>r</Room></Connect>", "<Room> in <Connect> is not supported", 1},
      {"<Connect><Stream url='ws://b' connectorName='c'/></Connect>",
       "attribute 'connectorName' of <Stream> is not supported", 1},
      {"<Connect><Stream url='ws://b'><Other/></Stream></Connect>", "<Other> in <Stream> is not supported",
       1},
      {"<Connect><Stream url='ws://b'><Parameter value='v'/></Stream></Connect>",
       "<Parameter> without a name", 1},
      {"<Connect><Stream url='ws://b'><Parameter name='a' value='1'/><Parameter name='a' value='2'/></Stream>"
       "</Connect>",
       "<Parameter name='a'> is given twice", 1},
      {"<Dial/>", "<Dial> without anybody to dial is left out", 0},
      {"<Dial><Number> </Number>5</Dial>", "<Number> without text is left out", 1},
      {"<Dial><Client>joe</Client>5</Dial>", "<Client> in <Dial> is not supported", 1},
      {"<Dial>5<Number>6</Number></Dial>", "text '5' beside the nouns of <Dial> is left out", 1},
      {"<Dial timeout='soon'>5</Dial>", "<Dial timeout='soon'>: accepted is 1..600, taken is 30", 1},
      {"<Dial timeout='601'>5</Dial>", "accepted is 1..600, taken is 30", 1},
      {"<Dial record='record-from-answer'>5</Dial>",
       "<Dial record='record-from-answer'> is not supported, done is do-not-record", 1},
      {"<Dial hangupOnStar='true'>5</Dial>", "<Dial hangupOnStar='true'> is not supported", 1},
      {"<Dial><Number statusCallbackEvent='ringing sung'>5</Number></Dial>",
       "<Number statusCallbackEvent='ringing sung'>: accepted is initiated, ringing, answered or completed",
       1},
      {"<Dial><Number sendDigits='1'>5</Number></Dial>", "attribute 'sendDigits' of <Number>", 1},
      {"<Dial method='PUT' action='/a'>5</Dial>",
       "<Dial method='PUT'>: accepted is POST or GET, taken is POST", 1},
      {"<Reject reason='tired'/>", "<Reject reason='tired'>: accepted is rejected or busy", 1},
      {"<Reject><Say>no</Say></Reject>", "<Say> in <Reject> is not supported", 1},
      {"<Pause length='-1'/>", "<Pause length='-1'>: accepted is 0..14400, taken is 1", 1},
      {"<Play/>", "<Play> without a sound is left out", 0},
      {"<Play digits='1'>a</Play>", "attribute 'digits' of <Play> is not supported", 1},
      {"<Say>a<break/>b</Say>", "<break> in <Say> is not supported", 1},
      {"<Say/>", "<Say> without text is left out", 0},
      {"<Say x\xc3\xa4='1'>a</Say>", "attribute 'x\\xc3\\xa4' of <Say>", 1},
  };
  for (const auto& row : kTable) {
    SCOPED_TRACE(row.text);
    const Document document = Read(absl::StrCat(row.text, "<Pause length='77'/>"));
    EXPECT_THAT(document.warnings, ElementsAre(HasSubstr(row.warning)));
    ASSERT_THAT(document.verbs, SizeIs(row.verbs + 1));
    EXPECT_EQ(document.verbs.back(), Verb(Pause{seconds(77)}));
  }
}

TEST(TwimlTest, Limits) {
  std::string verbs, unknown, deep;
  for (size_t i = 0; i < kMaxVerbs; ++i) absl::StrAppend(&verbs, "<Hangup/>");
  EXPECT_THAT(Read(verbs).verbs, SizeIs(kMaxVerbs));
  const auto too_many = Parse(absl::StrCat("<Response>", verbs, "<Pause/></Response>"));
  EXPECT_THAT(std::string(too_many.status().message()), HasSubstr("at most 100 verbs"));
  for (size_t i = 0; i < kMaxWarnings + 2; ++i) absl::StrAppend(&unknown, "<Foo/>");
  const Document document = Read(unknown);
  ASSERT_THAT(document.warnings, SizeIs(kMaxWarnings + 1));
  EXPECT_EQ(document.warnings.back(), "and more");
  for (int i = 0; i < 9000; ++i) absl::StrAppend(&deep, "<a>");
  for (int i = 0; i < 9000; ++i) absl::StrAppend(&deep, "</a>");
  EXPECT_THAT(Read(deep).warnings, ElementsAre("line 1: verb <a> is not supported"));
  const std::string name(1000, 'n');
  EXPECT_LT(Read(absl::StrCat("<", name, "/>")).warnings.at(0).size(), 120u);
}

}  // namespace
}  // namespace benari::control::twiml
