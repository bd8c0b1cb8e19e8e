#include "tests/fakes/model_ari_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::fakes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

control::ari::ExternalMediaRequest External() { return {"m", "alaw", Endpoint("127.0.0.1", 26500)}; }

class ModelAriClientTest : public testing::Test {
 protected:
  struct Outcome {
    std::optional<control::ari::ErrorKind> error;
    int status = 0;
    Clock::Duration took{};
  };

  // Runs one CreateBridge("b") to its end.
  Outcome CreateBridge() {
    std::optional<Outcome> outcome;
    const Clock::Time start = timers.Now();
    boost::asio::co_spawn(loop, Create(outcome), boost::asio::detached);
    EXPECT_TRUE(Settle(loop, timers, [&] { return outcome.has_value(); }));
    outcome->took = timers.Now() - start;
    return *outcome;
  }
  boost::asio::awaitable<void> Create(std::optional<Outcome>& outcome) {
    Outcome result;
    try {
      co_await client.CreateBridge("b", "");
    } catch (const control::ari::Error& error) {
      result.error = error.kind;
      result.status = error.status;
    }
    outcome = result;
  }

  boost::asio::io_context loop;
  VirtualTimers timers;
  AsteriskModel model{timers, {}};
  FaultPlan faults;
  Process process{loop, timers};
  ModelAriClient client{process, model, faults, {}};
};

struct FaultRow {
  Fault fault;
  std::optional<control::ari::ErrorKind> error;
  int status;
  bool happened;
  milliseconds at_least;
};

TEST_F(ModelAriClientTest, EachFaultHasItsErrorAndItsEffect) {
  using control::ari::ErrorKind;
  const std::vector<FaultRow> table = {
      {{FaultKind::kNone}, std::nullopt, 0, true, milliseconds(0)},
      {{FaultKind::kErrorBefore}, ErrorKind::kHttp, 500, false, milliseconds(0)},
      {{FaultKind::kErrorBefore, 503}, ErrorKind::kHttp, 503, false, milliseconds(0)},
      {{FaultKind::kErrorAfter}, ErrorKind::kHttp, 500, true, milliseconds(0)},
      {{FaultKind::kTimeoutBefore}, ErrorKind::kTimeout, 0, false, milliseconds(5000)},
      {{FaultKind::kTimeoutAfter}, ErrorKind::kTimeout, 0, true, milliseconds(5000)},
      {{FaultKind::kUnreachableBefore}, ErrorKind::kUnreachable, 0, false, milliseconds(0)},
      {{FaultKind::kUnreachableAfter}, ErrorKind::kUnreachable, 0, true, milliseconds(0)},
      {{FaultKind::kDelayed, 0, milliseconds(2000)}, std::nullopt, 0, true, milliseconds(2000)},
      {{FaultKind::kDelayed, 0, milliseconds(9000)}, ErrorKind::kTimeout, 0, true, milliseconds(5000)},
  };
  int nth = 0;
  for (const FaultRow& row : table) {
    SCOPED_TRACE(ToString(row.fault.kind));
    faults.Add("ari.CreateBridge", ++nth, row.fault);
    const Outcome outcome = CreateBridge();
    EXPECT_EQ(outcome.error, row.error);
    EXPECT_EQ(outcome.status, row.status);
    EXPECT_EQ(model.GetBridge("b").ok(), row.happened);
    EXPECT_GE(outcome.took, row.at_least);
    EXPECT_LE(outcome.took, milliseconds(5000));
    EXPECT_EQ(faults.outstanding(), 0);
    model.DestroyBridge("b");
  }
}

TEST_F(ModelAriClientTest, AsterisksOwnRefusalIsAnHttpError) {
  CreateBridge();
  const Outcome again = CreateBridge();
  EXPECT_EQ(again.error, control::ari::ErrorKind::kHttp);
  EXPECT_EQ(again.status, 409);
}

TEST_F(ModelAriClientTest, AStoppedAsteriskIsUnreachableAlsoInMidRequest) {
  model.Stop();
  EXPECT_EQ(CreateBridge().error, control::ari::ErrorKind::kUnreachable);
  model.Start();
  faults.Add("ari.CreateBridge", 2, {FaultKind::kDelayed, 0, milliseconds(1000)});
  const auto restart = timers.CallAt(timers.Now() + milliseconds(500), [&] { model.Restart(); });
  EXPECT_EQ(CreateBridge().error, control::ari::ErrorKind::kUnreachable);
  EXPECT_EQ(model.Leftovers(), "");
}

TEST_F(ModelAriClientTest, HooksSeeEachStepBeforeItsEffectAndAfterIt) {
  std::vector<std::string> seen;
  faults.Before([&](const Step& step) {
    seen.push_back("before " + step.ToString() + (model.GetBridge("b").ok() ? " there" : " not there"));
  });
  faults.After([&](const Step& step) {
    seen.push_back("after " + step.ToString() + (model.GetBridge("b").ok() ? " there" : " not there"));
  });
  CreateBridge();
  CreateBridge();
  EXPECT_THAT(seen, ElementsAre("before ari.CreateBridge#1 not there", "after ari.CreateBridge#1 there",
                                "before ari.CreateBridge#2 there", "after ari.CreateBridge#2 there"));
  EXPECT_EQ(faults.steps().size(), 2u);
}

TEST_F(ModelAriClientTest, EventsArriveInTheLoopUntilDisconnect) {
  int events = 0;
  bool closed = false;
  ASSERT_TRUE(client.Connect([&](const control::ari::Event&) { ++events; }, [&] { closed = true; }));
  model.CallerArrives({});
  while (timers.RunNext()) {
  }
  EXPECT_EQ(events, 0) << "only from the loop";
  SettleFor(loop, timers, milliseconds(10));
  EXPECT_EQ(events, 1);
  client.Disconnect();
  model.CallerArrives({});
  SettleFor(loop, timers, milliseconds(10));
  EXPECT_EQ(events, 1);
  EXPECT_FALSE(closed);
  ASSERT_TRUE(client.Connect([&](const control::ari::Event&) { ++events; }, [&] { closed = true; }));
  model.Stop();
  SettleFor(loop, timers, milliseconds(10));
  EXPECT_TRUE(closed);
  EXPECT_FALSE(client.Connect([](const control::ari::Event&) {}, [] {}));
}

// What comes first: the answer of an ExternalMedia request, or its StasisStart.
class Race {
 public:
  explicit Race(AsteriskOptions options) : model_(timers_, std::move(options)) {}

  // "ea": the event, then the answer.
  std::string Run() {
    const auto on_event = [this](const control::ari::Event& event) {
      if (std::holds_alternative<control::ari::StasisStart>(event)) order_ += 'e';
    };
    client_.Connect(on_event, [] {});
    boost::asio::co_spawn(loop_, Create(), boost::asio::detached);
    Settle(loop_, timers_, [this] { return order_.size() == 2; });
    return order_;
  }

 private:
  boost::asio::awaitable<void> Create() {
    control::ari::ExternalMediaRequest request = External();
    co_await client_.CreateExternalMedia(std::move(request));
    order_ += 'a';
  }

  boost::asio::io_context loop_;
  VirtualTimers timers_;
  AsteriskModel model_;
  FaultPlan faults_;
  Process process_{loop_, timers_};
  ModelAriClient client_{process_, model_, faults_, {}};
  std::string order_;
};

std::set<std::string> OrdersSeen(Order order) {
  std::set<std::string> seen;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    AsteriskOptions options;
    options.order = order;
    options.seed = seed;
    seen.insert(Race(options).Run());
  }
  return seen;
}

TEST(OrderTest, IsAsConfiguredOrDrawn) {
  EXPECT_THAT(OrdersSeen(Order::kEventsFirst), ElementsAre("ea"));
  EXPECT_THAT(OrdersSeen(Order::kAnswerFirst), ElementsAre("ae"));
  EXPECT_THAT(OrdersSeen(Order::kDrawn), ElementsAre("ae", "ea"));
}

}  // namespace
}  // namespace benari::fakes
