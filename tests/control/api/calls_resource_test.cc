#include "control/api/calls_resource.h"

#include <gmock/gmock.h>
#include <prometheus/registry.h>

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "control/record/call_journal.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Json = nlohmann::json;

constexpr char kAccount[] = "AC0123456789abcdef0123456789abcdef";

class CallsResourceTest : public ::testing::Test {
 protected:
  CallJournal& Begin(const std::string& id, const std::string& caller = "+4930",
                     const std::string& called = "33") {
    timers_.AdvanceTo(timers_.Now() + seconds(1));
    journals_.push_back(std::make_unique<CallJournal>(history_, metrics_, timers_,
                                                      CallIdentity{id, "CA" + id, caller, called}));
    return *journals_.back();
  }
  http::Reply Ask(const std::string& method, const std::string& path, const std::string& query = "",
                  const std::string& body = "") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    request.content_type = "application/x-www-form-urlencoded; charset=utf-8";
    return resource_.Answer(request);
  }
  static std::string Path(const std::string& rest) {
    return absl::StrCat("/2010-04-01/Accounts/", kAccount, rest);
  }
  Json Get(const std::string& sid) { return Json::parse(Ask("GET", Path("/Calls/" + sid + ".json")).body); }
  Json List(const std::string& query = "") {
    return Json::parse(Ask("GET", Path("/Calls.json"), query).body);
  }
  std::vector<std::string> Sids(const std::string& query = "") {
    std::vector<std::string> sids;
    const Json list = List(query);
    for (const Json& call : list.at("calls")) sids.push_back(call.at("sid"));
    return sids;
  }
  absl::StatusOr<std::string> DialOut(CallOrder order) {
    if (!refusal_.ok()) return refusal_;
    journals_.push_back(std::make_unique<CallJournal>(
        history_, metrics_, timers_,
        CallIdentity{"out", "CAout", order.from, order.to, {}, CallDirection::kOutbound}));
    orders_.push_back(std::move(order));
    return "out";
  }
  http::Reply Create(const std::string& body) { return Ask("POST", Path("/Calls.json"), "", body); }
  http::Reply Post(const std::string& sid, const std::string& body) {
    return Ask("POST", Path("/Calls/" + sid + ".json"), "", body);
  }
  void ExpectError(const http::Reply& reply, int status, int code, const std::string& what) {
    EXPECT_EQ(reply.status, status);
    const Json error = Json::parse(reply.body);
    EXPECT_EQ(error.at("status"), status);
    EXPECT_EQ(error.at("code"), code);
    EXPECT_EQ(error.at("more_info"), absl::StrCat("https://www.twilio.com/docs/errors/", code));
    EXPECT_THAT(error.at("message"), HasSubstr(what));
  }

  fakes::VirtualTimers timers_;
  prometheus::Registry registry_;
  Metrics metrics_{registry_};
  CallHistory history_;
  std::vector<std::unique_ptr<CallJournal>> journals_;
  bool knows_calls_ = true;
  std::vector<std::string> hung_up_;
  std::vector<std::pair<std::string, twiml::Source>> redirected_;
  bool goes_on_ = true;   // the call that is redirected
  absl::Status refusal_;  // of a call that is to be made
  std::vector<CallOrder> orders_;
  std::vector<StatusCallback> callbacks_;
  const CallsResource resource_{kAccount,
                                CallsPort{history_, [this] { return knows_calls_; },
                                          [this](const std::string& id) {
                                            hung_up_.push_back(id);
                                            return true;
                                          },
                                          [this](const std::string& id, twiml::Source source) {
                                            redirected_.emplace_back(id, std::move(source));
                                            return goes_on_;
                                          },
                                          [this](CallOrder order) { return DialOut(std::move(order)); },
                                          [this](const CallRecord&, const StatusCallback& callback) {
                                            callbacks_.push_back(callback);
                                          }}};
};

TEST_F(CallsResourceTest, ACallIsWrittenAsTwilioDoes) {
  CallJournal& journal = Begin("1");
  journal.CallerAnswered();
  journal.EnterPhase(CallPhase::kBot);
  Json call = Get("CA1");
  EXPECT_EQ(call.at("sid"), "CA1");
  EXPECT_EQ(call.at("account_sid"), kAccount);
  EXPECT_EQ(call.at("from"), "+4930");
  EXPECT_EQ(call.at("to"), "33");
  EXPECT_EQ(call.at("direction"), "inbound");
  EXPECT_EQ(call.at("status"), "in-progress");
  EXPECT_EQ(call.at("api_version"), "2010-04-01");
  EXPECT_EQ(call.at("uri"), Path("/Calls/CA1.json"));
  EXPECT_EQ(call.at("end_time"), nullptr);
  EXPECT_EQ(call.at("duration"), nullptr);
  const std::string began = call.at("start_time");
  EXPECT_THAT(began,
              ::testing::MatchesRegex(R"([A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} \+0000)"));
  timers_.AdvanceTo(timers_.Now() + milliseconds(61600));
  journal.End(CallOutcome::kCompleted, "");
  call = Get("CA1");
  EXPECT_EQ(call.at("status"), "completed");
  EXPECT_EQ(call.at("duration"), "62");
  EXPECT_EQ(call.at("start_time"), began);
  EXPECT_NE(call.at("end_time"), nullptr);
  EXPECT_EQ(call.at("date_updated"), call.at("end_time"));
}

TEST_F(CallsResourceTest, StatusIsThatOfTheCallersSide) {
  struct Row {
    bool answered;
    std::optional<CallOutcome> outcome;
    const char* status;
  };
  const Row rows[] = {{false, std::nullopt, "ringing"},
                      {true, std::nullopt, "in-progress"},
                      {true, CallOutcome::kCompleted, "completed"},
                      {true, CallOutcome::kCallerHungUp, "completed"},
                      {true, CallOutcome::kDestinationBusy, "completed"},
                      {true, CallOutcome::kContinued, "completed"},
                      {true, CallOutcome::kStopped, "completed"},
                      {true, CallOutcome::kFailed, "failed"},
                      {true, CallOutcome::kBotFailed, "failed"},
                      {true, CallOutcome::kNoMedia, "failed"},
                      {true, CallOutcome::kRefused, "failed"},
                      {false, CallOutcome::kCompleted, "canceled"},
                      {false, CallOutcome::kCallerHungUp, "no-answer"},
                      {false, CallOutcome::kDestinationNoAnswer, "no-answer"},
                      {false, CallOutcome::kContinued, "no-answer"},
                      {false, CallOutcome::kDestinationBusy, "busy"},
                      {false, CallOutcome::kDestinationUnknown, "failed"},
                      {false, CallOutcome::kRefused, "failed"},
                      {false, CallOutcome::kStopped, "failed"}};
  int number = 0;
  for (const Row& row : rows) {
    const std::string id = std::to_string(++number);
    CallJournal& journal = Begin(id);
    if (row.answered) journal.CallerAnswered();
    if (row.outcome.has_value()) journal.End(*row.outcome, "");
    const Json call = Get("CA" + id);
    EXPECT_EQ(call.at("status"), row.status) << (row.outcome ? ToString(*row.outcome) : "");
    const bool over_and_answered = row.answered && row.outcome.has_value();
    EXPECT_EQ(call.at("duration").is_null(), !over_and_answered);
  }
}

TEST_F(CallsResourceTest, ListsCallsNowAndThoseThatEnded) {
  Begin("1", "+1", "42").CallerAnswered();
  Begin("2", "+1", "43").End(CallOutcome::kCallerHungUp, "");
  Begin("3", "+2", "42");
  EXPECT_THAT(Sids(), ElementsAre("CA3", "CA2", "CA1")) << "the newest first";
  EXPECT_THAT(Sids("From=%2B1"), ElementsAre("CA2", "CA1"));
  EXPECT_THAT(Sids("To=42"), ElementsAre("CA3", "CA1"));
  EXPECT_THAT(Sids("Status=ringing"), ElementsAre("CA3"));
  EXPECT_THAT(Sids("Status=no-answer&To=43&From=%2B1"), ElementsAre("CA2"));
  EXPECT_THAT(Sids("Status=busy"), IsEmpty());
}

TEST_F(CallsResourceTest, ListsInPages) {
  for (int i = 1; i <= 5; ++i) Begin(std::to_string(i), "+1 2");
  const Json first = List("PageSize=2&From=%2B1+2");
  EXPECT_EQ(first.at("page"), 0);
  EXPECT_EQ(first.at("page_size"), 2);
  EXPECT_EQ(first.at("previous_page_uri"), nullptr);
  std::vector<std::string> seen;
  Json page = first;
  for (int i = 0; i < 3; ++i) {
    for (const Json& call : page.at("calls")) seen.push_back(call.at("sid"));
    if (page.at("next_page_uri").is_null()) break;
    const std::string next = page.at("next_page_uri");
    page = List(next.substr(next.find('?') + 1));
  }
  EXPECT_THAT(seen, ElementsAre("CA5", "CA4", "CA3", "CA2", "CA1"));
  EXPECT_EQ(page.at("previous_page_uri"), Path("/Calls.json?PageSize=2&From=%2B1+2&Page=1"));
  EXPECT_THAT(Sids("Page=7"), IsEmpty());
  for (const char* query :
       {"PageSize=0", "PageSize=1001", "PageSize=x", "Page=-1", "Status=gone", "StartTime>=2"})
    ExpectError(Ask("GET", Path("/Calls.json"), query), 400, 20001, "accepted ");
}

TEST_F(CallsResourceTest, HangsUp) {
  Begin("1").CallerAnswered();
  const http::Reply reply = Post("CA1", "Status=completed");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Json::parse(reply.body).at("sid"), "CA1");
  EXPECT_THAT(hung_up_, ElementsAre("1"));
  Begin("2");
  EXPECT_EQ(Post("CA2", "Status=canceled").status, 200);
  EXPECT_THAT(hung_up_, ElementsAre("1", "2"));
}

TEST_F(CallsResourceTest, WhatIsOverAlreadyIsNoErrorToComplete) {
  CallJournal& journal = Begin("1");
  journal.CallerAnswered();
  ExpectError(Post("CA1", "Status=canceled"), 400, 21220, "the call is in-progress");
  journal.End(CallOutcome::kCallerHungUp, "");
  const http::Reply reply = Post("CA1", "Status=completed");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Json::parse(reply.body).at("status"), "completed");
  ExpectError(Post("CA1", "Status=canceled"), 400, 21220, "the call is completed");
  EXPECT_THAT(hung_up_, IsEmpty());
}

TEST_F(CallsResourceTest, RedirectsToADocument) {
  Begin("1").CallerAnswered();
  const http::Reply reply =
      Post("CA1", "Twiml=%3CResponse%3E%3CDial%3E42%3C%2FDial%3E%3CHangup%2F%3E%3C%2FResponse%3E");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Json::parse(reply.body).at("sid"), "CA1");
  EXPECT_EQ(Json::parse(reply.body).at("status"), "in-progress");
  ASSERT_THAT(redirected_, SizeIs(1));
  EXPECT_EQ(redirected_[0].first, "1");
  const auto* const document = std::get_if<twiml::Document>(&redirected_[0].second);
  ASSERT_NE(document, nullptr);
  ASSERT_THAT(document->verbs, SizeIs(2));
  EXPECT_EQ(std::get<twiml::Dial>(document->verbs[0]).targets.at(0).address, "42");
  EXPECT_THAT(hung_up_, IsEmpty());
}

TEST_F(CallsResourceTest, RedirectsToAUrl) {
  Begin("1");
  EXPECT_EQ(Post("CA1", "Url=http%3A%2F%2Fbot%2Fnext%3Fa%3D1").status, 200);
  EXPECT_EQ(Post("CA1", "Url=https%3A%2F%2Fbot&Method=GET&FallbackUrl=http%3A%2F%2Fother%2F").status, 200);
  ASSERT_THAT(redirected_, SizeIs(2));
  const auto& first = std::get<twiml::RemoteDocument>(redirected_[0].second);
  EXPECT_EQ(first.url, "http://bot/next?a=1");
  EXPECT_EQ(first.method, twiml::Method::kPost);
  EXPECT_EQ(first.fallback_url, "");
  const auto& second = std::get<twiml::RemoteDocument>(redirected_[1].second);
  EXPECT_EQ(second.url, "https://bot");
  EXPECT_EQ(second.method, twiml::Method::kGet);
  EXPECT_EQ(second.fallback_url, "http://other/");
}

TEST_F(CallsResourceTest, ACallThatIsOverIsNotRedirected) {
  CallJournal& journal = Begin("1");
  goes_on_ = false;
  ExpectError(Post("CA1", "Twiml=%3CResponse%2F%3E"), 400, 21220, "the call is ending");
  journal.End(CallOutcome::kCallerHungUp, "");
  goes_on_ = true;
  ExpectError(Post("CA1", "Twiml=%3CResponse%2F%3E"), 400, 21220, "the call is no-answer");
  EXPECT_THAT(redirected_, SizeIs(1)) << "the one that was not carried out";
}

TEST_F(CallsResourceTest, WhatIsNoRedirectIsSaid) {
  struct Row {
    std::string body;
    const char* what;
  };
  const Row rows[] = {
      {"Twiml=", "Twiml: TwiML, line 1: no XML"},
      {"Twiml=hello", "Twiml: TwiML, line 1: no XML"},
      {"Twiml=%3CResponse%3E", "Twiml: TwiML, line 1: no XML"},
      {"Twiml=%3CDial%3E1%3C%2FDial%3E", "<Dial>: accepted is one <Response> around all"},
      {"Twiml=%3C!DOCTYPE+a%3E%3CResponse%2F%3E", "a DOCTYPE is not accepted"},
      {"Twiml=%3CResponse%3E%3CDial%3E%26x;%3C%2FDial%3E%3C%2FResponse%3E", "<Dial>: accepted after &"},
      {"Twiml=%3CResponse%3E%3CRecord%2F%3E%3C%2FResponse%3E",
       "Twiml: line 1: verb <Record> is not supported; accepted are Connect with Stream, Dial,"},
      {"Twiml=%3CResponse%3E%3CDial%2F%3E%3C%2FResponse%3E", "<Dial> without anybody to dial"},
      {"Twiml=%3CResponse%2F%3E" + std::string(70000, '+'), "at most 65536 bytes"},
      {"Url=", "Url is '', accepted is an http or https URL"},
      {"Url=ftp%3A%2F%2Fa", "Url is 'ftp://a', accepted is an http or https URL"},
      {"Url=http%3A%2F%2Fa&FallbackUrl=b", "FallbackUrl is 'b', accepted is an http"},
      {"Url=http%3A%2F%2Fa&Method=PUT", "Method is 'PUT', accepted is POST or GET"},
      {"FallbackUrl=http%3A%2F%2Fa", "FallbackUrl is given without Url"},
      {"Method=POST", "nothing is asked for, accepted is one of Status, Twiml and Url"},
      {"Url=http%3A%2F%2Fa&Twiml=%3CResponse%2F%3E", "Twiml and Url are given, accepted is one of them"},
      {"Status=completed&Url=http%3A%2F%2Fa", "Status is given beside Twiml or Url"}};
  Begin("1").CallerAnswered();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.body.substr(0, 100));
    ExpectError(Post("CA1", row.body), 400, 20001, row.what);
  }
  EXPECT_THAT(redirected_, IsEmpty());
  EXPECT_THAT(hung_up_, IsEmpty());
}

TEST_F(CallsResourceTest, MakesACall) {
  const http::Reply reply = Create("To=%2B4930&From=33&Twiml=%3CResponse%3E%3CHangup%2F%3E%3C%2FResponse%3E");
  EXPECT_EQ(reply.status, 201);
  const Json call = Json::parse(reply.body);
  EXPECT_EQ(call.at("sid"), "CAout");
  EXPECT_EQ(call.at("status"), "queued");
  EXPECT_EQ(call.at("direction"), "outbound-api");
  EXPECT_EQ(call.at("to"), "+4930");
  EXPECT_EQ(call.at("from"), "33");
  ASSERT_THAT(orders_, SizeIs(1));
  EXPECT_EQ(orders_[0].to, "+4930");
  EXPECT_EQ(orders_[0].from, "33");
  EXPECT_EQ(orders_[0].ringing_time, seconds(60));
  EXPECT_THAT(std::get<twiml::Document>(orders_[0].source).verbs, SizeIs(1));
  ASSERT_THAT(callbacks_, SizeIs(1));
  EXPECT_EQ(callbacks_[0].url, "");
}

TEST_F(CallsResourceTest, MakesACallWithAllParameters) {
  EXPECT_EQ(Create("To=1&From=2&Url=http%3A%2F%2Fbot%2F&Method=GET&FallbackUrl=http%3A%2F%2Fb%2F&Timeout=600"
                   "&StatusCallback=http%3A%2F%2Fs%2F&StatusCallbackMethod=GET&StatusCallbackEvent=initiated"
                   "&StatusCallbackEvent=ringing+answered")
                .status,
            201);
  ASSERT_THAT(orders_, SizeIs(1));
  EXPECT_EQ(orders_[0].ringing_time, seconds(600));
  const auto& remote = std::get<twiml::RemoteDocument>(orders_[0].source);
  EXPECT_EQ(remote.url, "http://bot/");
  EXPECT_EQ(remote.fallback_url, "http://b/");
  EXPECT_EQ(remote.method, twiml::Method::kGet);
  EXPECT_EQ(callbacks_[0].url, "http://s/");
  EXPECT_EQ(callbacks_[0].method, twiml::Method::kGet);
  EXPECT_THAT(callbacks_[0].events, ElementsAre("answered", "initiated", "ringing"));
}

TEST_F(CallsResourceTest, WhomACallIsMadeToIsAMatterOfTheSettings) {
  EXPECT_EQ(Create("To=sip%3Ajoe%40pbx.example%3A5061&From=33&Url=http%3A%2F%2Fbot%2F").status, 201);
  ASSERT_THAT(orders_, SizeIs(1));
  EXPECT_EQ(orders_[0].to, "sip:joe@pbx.example:5061");
}

TEST_F(CallsResourceTest, StatusOfACallThatIsMade) {
  Create("To=1&From=2&Url=http%3A%2F%2Fbot%2F");
  CallJournal& journal = *journals_.back();
  EXPECT_EQ(Get("CAout").at("status"), "queued");
  EXPECT_EQ(Post("CAout", "Status=canceled").status, 200);
  journal.EnterPhase(CallPhase::kDialing);
  EXPECT_EQ(Get("CAout").at("status"), "ringing");
  EXPECT_EQ(Post("CAout", "Status=canceled").status, 200);
  EXPECT_THAT(hung_up_, ElementsAre("out", "out"));
  timers_.AdvanceTo(timers_.Now() + seconds(5));
  journal.CallerAnswered();
  EXPECT_EQ(Get("CAout").at("status"), "in-progress");
  timers_.AdvanceTo(timers_.Now() + seconds(3));
  journal.End(CallOutcome::kCompleted, "");
  EXPECT_EQ(Get("CAout").at("status"), "completed");
  EXPECT_EQ(Get("CAout").at("duration"), "3") << "since the answer";
}

TEST_F(CallsResourceTest, WhyNoCallIsMade) {
  struct Row {
    absl::Status refusal;
    int status, code;
  };
  const Row rows[] = {{absl::InvalidArgumentError("no number"), 400, 20001},
                      {absl::FailedPreconditionError("no endpoint"), 400, 20001},
                      {absl::ResourceExhaustedError("full"), 429, 20429},
                      {absl::UnavailableError("away"), 503, 20503}};
  for (const Row& row : rows) {
    refusal_ = row.refusal;
    ExpectError(Create("To=1&From=2&Url=http%3A%2F%2Fbot"), row.status, row.code,
                std::string(row.refusal.message()));
  }
  refusal_ = absl::OutOfRangeError("Url is too long");
  const http::Reply refused = Create("To=1&From=2&Url=http%3A%2F%2Fbot");
  ExpectError(refused, 400, 20001, "Url is too long");
  EXPECT_THAT(refused.body, testing::Not(HasSubstr("To: "))) << "of another field";
  EXPECT_THAT(callbacks_, IsEmpty());
}

TEST_F(CallsResourceTest, BadParametersOfACallAreSaid) {
  const std::string good = "To=1&From=2&Url=http%3A%2F%2Fbot";
  struct Row {
    std::string body;
    const char* what;
  };
  const Row rows[] = {
      {"", "To is missing"},
      {"To=1", "From is missing"},
      {"To=1&From=2", "Twiml and Url are missing, accepted is one of them"},
      {"To=&From=2", "To is '', accepted is a number, a name or a SIP URI"},
      {"To=1&From=a%0ab", "From is 'a"},
      {good + "&Timeout=0", "Timeout is '0', accepted is 1..600"},
      {good + "&Timeout=601", "Timeout is '601', accepted is 1..600"},
      {good + "&Timeout=x", "Timeout is 'x', accepted is 1..600"},
      {good + "&StatusCallback=x", "StatusCallback is 'x', accepted is an http or https URL"},
      {good + "&StatusCallbackEvent=busy", "StatusCallbackEvent is 'busy', accepted is initiated, ringing,"},
      {good + "&StatusCallbackMethod=PUT", "StatusCallbackMethod is 'PUT', accepted is POST or GET"},
      {good + "&Twiml=%3CResponse%2F%3E", "Twiml and Url are given, accepted is one of them"},
      {good + "&Record=true", "the parameter 'Record' is not supported, accepted are To, From,"},
      {"To=1&From=2&Twiml=x", "Twiml: TwiML, line 1: no XML"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.body);
    ExpectError(Create(row.body), 400, 20001, row.what);
  }
  EXPECT_THAT(orders_, IsEmpty());
}

TEST_F(CallsResourceTest, BadValuesAreSaid) {
  Begin("1").CallerAnswered();
  ExpectError(Post("CA1", ""), 400, 20001, "nothing is asked for, accepted is one of Status");
  ExpectError(Post("CA1", "Status="), 400, 20001, "Status is '', accepted is completed or canceled");
  ExpectError(Post("CA1", "Status=in-progress"), 400, 20001, "Status is 'in-progress'");
  ExpectError(Post("CA1", "StatusCallback=x"), 400, 20001, "'StatusCallback' is not supported");
  ExpectError(Post("CA1", "Status=%ff%00" + std::string(5000, 'x')), 400, 20001, "Status is '");
  http::Request json;
  json.method = "POST";
  json.path = Path("/Calls/CA1.json");
  json.content_type = "application/json";
  json.body = R"({"Status":"completed"})";
  ExpectError(resource_.Answer(json), 400, 20001, "accepted is application/x-www-form-urlencoded");
  EXPECT_THAT(hung_up_, IsEmpty());
}

TEST_F(CallsResourceTest, WhatIsNotThereIsNotFound) {
  Begin("1");
  const std::string other = "/2010-04-01/Accounts/AC99999999999999999999999999999999/Calls/CA1.json";
  for (const std::string& path :
       {std::string("/"), std::string(""), Path(""), Path("/Calls"), Path("/Calls/"), Path("/Calls/.json"),
        Path("/Calls/CA1"), Path("/Calls/CA2.json"), Path("/Calls/CA1.json/Recordings.json"),
        Path("x/Calls.json"), Path("/Messages.json"), std::string("/2010-04-01/Accounts.json"), other,
        std::string(9000, '/')}) {
    ExpectError(Ask("GET", path), 404, 20404, "was not found");
    ExpectError(Ask("POST", path, "", "Status=completed"), 404, 20404, "was not found");
  }
  EXPECT_THAT(hung_up_, IsEmpty());
}

TEST_F(CallsResourceTest, NothingIsSaidOfCallsBeforeTheyAreKnown) {
  knows_calls_ = false;
  ExpectError(Ask("GET", Path("/Calls/CA1.json")), 503, 20503, "try again");
  ExpectError(Ask("GET", Path("/Calls.json")), 503, 20503, "try again");
}

}  // namespace
}  // namespace benari::control::api
