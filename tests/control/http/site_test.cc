// Which path answers what.
#include "control/http/site.h"

#include <gmock/gmock.h>
#include <prometheus/gauge.h>

#include "tests/control/http/live_fixture.h"

namespace benari::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class SiteTest : public LiveFixture {
 protected:
  http::Reply Get(const std::string& path, const std::string& host = "localhost") {
    http::Reply reply;
    Run(Ask(path, host, &reply));
    return reply;
  }

  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  Site site_{loop_.get_executor(), view_, stats_, peers_, registry_};

 private:
  boost::asio::awaitable<void> Ask(std::string path, std::string host, http::Reply* reply) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.host = host;
    *reply = co_await site_.Answer(request);
  }
};

TEST_F(SiteTest, ThePageIsThreeFiles) {
  const http::Reply html = Get("/");
  EXPECT_EQ(html.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(html.body, StartsWith("<!doctype html>"));
  EXPECT_THAT(html.body, HasSubstr("href=\"/page.css\""));
  EXPECT_THAT(html.body, HasSubstr("src=\"/page.js\""));
  EXPECT_EQ(Get("/page.css").content_type, "text/css; charset=utf-8");
  EXPECT_THAT(Get("/page.css").body, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_EQ(Get("/page.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_THAT(Get("/page.js").body, HasSubstr("new EventSource('/events')"));
}

TEST_F(SiteTest, APageOfAnotherSiteReadsNothingByTurningItsNameIntoOurAddress) {
  for (const char* path : {"/", "/calls", "/status", "/summary", "/peers", "/metrics", "/events"}) {
    const http::Reply reply = Get(path, "evil.example:9101");
    EXPECT_EQ(reply.status, 421) << path;
    EXPECT_EQ(reply.more, nullptr);
    EXPECT_THAT(reply.body, ::testing::HasSubstr("--metrics_hosts"));
  }
  site_.set_hosts({"pbx.example.com"});
  EXPECT_EQ(Get("/status", "pbx.example.com:9101").status, 200);
  EXPECT_EQ(Get("/status", "evil.example").status, 421);
}

TEST_F(SiteTest, CallsAskMediaFirst) {
  const auto call = Begin("a/b");
  StartSession("a/b");
  EXPECT_EQ(Json::parse(Get("/calls").body)["calls"][0]["session"]["node"], "a:1");
  EXPECT_EQ(Json::parse(Get("/calls/a/b").body)["session"]["node"], "a:1");
  EXPECT_EQ(Json::parse(Get("/nodes").body)["nodes"][0]["sessions"], 1);
}

TEST_F(SiteTest, StatusTellsWhoThisIs) {
  state_ = ServiceState::kStandingBy;
  const Json status = Json::parse(Get("/status").body);
  EXPECT_EQ(status["state"], "standing_by");
  EXPECT_EQ(status["app"], "voicebot1");
  EXPECT_EQ(status["version"], "1.2.3");
  EXPECT_EQ(status["max_calls"], 200);
}

TEST_F(SiteTest, WithoutPeersNothingIsSaidOfThem) {
  EXPECT_EQ(Get("/peers").body, "{\"peers\":[]}\n");
  const http::Reply events = Get("/events");
  EXPECT_THAT(events.more(), ::testing::Not(HasSubstr("peers")));
}

TEST_F(SiteTest, ASummaryHasTheCallsAndTheirNodes) {
  const auto call = Begin("1");
  StartSession("1");
  const Json summary = Json::parse(Get("/summary").body);
  EXPECT_EQ(summary["owner"], "benari");
  EXPECT_EQ(summary["calls_now"][0]["node"], "a:1");
  EXPECT_FALSE(summary.contains("peers")) << "a peer's peers are nobody's";
}

TEST_F(SiteTest, MetricsAreTheRegistrys) {
  prometheus::BuildGauge().Name("a_gauge").Help("Something.").Register(*registry_).Add({}).Set(7);
  const http::Reply metrics = Get("/metrics");
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(metrics.body, HasSubstr("\na_gauge{owner=\"benari\"} 7\n"));
}

TEST_F(SiteTest, EventsBeginWithEverything) {
  const auto call = Begin("1");
  StartSession("1");
  http::Reply events = Get("/events");
  EXPECT_EQ(events.content_type, "text/event-stream");
  EXPECT_EQ(events.body, "retry: 1000\n\n");
  const std::string first = events.more();
  ASSERT_THAT(first, StartsWith("data: {"));
  ASSERT_EQ(first.substr(first.size() - 2), "\n\n");
  EXPECT_EQ(first.find('\n'), first.size() - 2) << "one line";
  EXPECT_EQ(Json::parse(first.substr(6))["calls"][0]["id"], "1");
  EXPECT_EQ(events.more(), "") << "media has not answered yet";
  Pass(std::chrono::milliseconds(50));
  EXPECT_THAT(events.more(), HasSubstr("\"sessions\":{\"1\":"));
}

TEST_F(SiteTest, WhatIsNotThereIsOneLineOfJson) {
  for (const char* path : {"/calls/7", "/nothing", "/calls/", "/page.html", "/../etc/passwd"}) {
    const http::Reply reply = Get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.content_type, "application/json");
    EXPECT_EQ(reply.body.find('\n'), reply.body.size() - 1);
    EXPECT_TRUE(Json::parse(reply.body)["error"].is_string());
  }
  EXPECT_THAT(Get("/calls/7").body, HasSubstr("no call '7' is there, nor among the last 100 that ended"));
}

}  // namespace
}  // namespace benari::control
