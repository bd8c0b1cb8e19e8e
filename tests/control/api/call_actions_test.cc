#include "control/api/call_actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "control/record/call_journal.h"
#include "control/record/metrics.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control::api {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CallActionsTest : public ::testing::Test {
 protected:
  http::Reply Post(const std::string& path, const std::string& body = "",
                   const std::string& method = "POST") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    return actions_.Answer(request);
  }
  void ExpectError(const http::Reply& reply, int status, const std::string& what) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_THAT(Json::parse(reply.body).at("message").get<std::string>(), HasSubstr(what));
  }

  fakes::VirtualTimers timers_;
  prometheus::Registry registry_;
  Metrics metrics_{registry_};
  CallHistory history_;
  CallJournal journal_{history_, metrics_, timers_, CallIdentity{"17/1.5", "CA1", "+4930", "33"}};
  std::vector<std::string> done_;
  bool knows_calls_ = true;
  bool goes_on_ = true;
  absl::Status transferred_;
  const CallActions actions_{"AC1", ActionsPort{history_, [this] { return knows_calls_; },
                                                [this](const std::string& id) {
                                                  done_.push_back("hang up " + id);
                                                  return goes_on_;
                                                },
                                                [this](const std::string& id, const std::string& number) {
                                                  done_.push_back("transfer " + id + " to " + number);
                                                  return transferred_;
                                                },
                                                [this](const std::string& id, const std::string& digits) {
                                                  done_.push_back("send " + digits + " to " + id);
                                                  return goes_on_;
                                                }}};
};

TEST_F(CallActionsTest, DoWhatTheySay) {
  EXPECT_EQ(Post("/calls/17/1.5/hangup").status, 200) << "by the id of the call";
  EXPECT_EQ(Post("/calls/CA1/transfer", R"({"to": "4438007"})").status, 200) << "by its CallSid";
  const http::Reply reply = Post("/calls/CA1/digits", R"({"digits":"12#A"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Json::parse(reply.body).at("sid"), "CA1");
  EXPECT_THAT(done_, ElementsAre("hang up 17/1.5", "transfer 17/1.5 to 4438007", "send 12#A to 17/1.5"));
}

TEST_F(CallActionsTest, WhatIsNotAcceptedIsSaidAndNotDone) {
  ExpectError(Post("/calls/CA1/dance"), 404, "/hangup, /transfer and /digits");
  ExpectError(Post("/calls/hangup"), 404, "accepted are");
  ExpectError(Post("/calls/CA2/hangup"), 404, "no call 'CA2' goes on");
  ExpectError(Post("/calls/CA1/hangup", "", "GET"), 405, "POST");
  for (const char* body : {"", "{", "[]", "{\"to\":4438007}", "{}", "{\"to\":\"1\",\"x\":1}", "to=1"})
    ExpectError(Post("/calls/CA1/transfer", body), 400, R"(accepted is {"to": "..."})");
  for (const char* body : {R"({"digits":""})", R"({"digits":"1 2"})", R"({"digits":"12w"})"})
    ExpectError(Post("/calls/CA1/digits", body), 400, "0-9 * # A-D");
  ExpectError(Post("/calls/CA1/digits", R"({"digits":")" + std::string(65, '1') + "\"}"), 400, "1..64");
  knows_calls_ = false;
  ExpectError(Post("/calls/CA1/hangup"), 503, "try again");
  EXPECT_THAT(done_, IsEmpty());
}

TEST_F(CallActionsTest, WhyNobodyIsDialledIsSaid) {
  transferred_ = absl::FailedPreconditionError("numbers are not dialled without --dial_out_endpoint");
  ExpectError(Post("/calls/CA1/transfer", R"({"to":"1"})"), 400, "--dial_out_endpoint");
}

TEST_F(CallActionsTest, OfACallThatEndsThereIsNoneAnyMore) {
  goes_on_ = false;
  transferred_ = absl::NotFoundError("");
  ExpectError(Post("/calls/CA1/hangup"), 404, "is over");
  ExpectError(Post("/calls/CA1/transfer", R"({"to":"1"})"), 404, "is over");
  ExpectError(Post("/calls/CA1/digits", R"({"digits":"1"})"), 404, "is over");
  journal_.End(CallOutcome::kCompleted, "");
  ExpectError(Post("/calls/CA1/hangup"), 404, "goes on");
}

}  // namespace
}  // namespace benari::control::api
