#include "common/net/name_resolver.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>

namespace benari::net {
namespace {

using Answer = NameResolver::Answer;
using boost::asio::ip::make_address;

// A name service whose answer for a name that begins with "slow" comes once the test lets it.
class Service {
 public:
  ~Service() { LetGo(); }

  NameResolver::LookUp look_up() {
    return [state = state_](const std::string& name) {
      std::unique_lock<std::mutex> lock(state->mutex);
      ++state->asked[name];
      state->changed.notify_all();
      if (name.starts_with("slow")) state->changed.wait(lock, [&] { return state->let_go; });
      return name == "nowhere" ? Answer{"there is no such host", {}} : Answer{"", {make_address("10.0.0.7")}};
    };
  }
  void LetGo() {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->let_go = true;
    state_->changed.notify_all();
  }
  int asked(const std::string& name) const {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    return state_->asked[name];
  }
  void WaitUntilAsked(const std::string& name) {
    std::unique_lock<std::mutex> lock(state_->mutex);
    EXPECT_TRUE(
        state_->changed.wait_for(lock, std::chrono::seconds(20), [&] { return state_->asked[name] > 0; }));
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, int> asked;
    bool let_go = false;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

// A request and what came of it.
class Asked {
 public:
  Asked(NameResolver& resolver, const std::string& name)
      : request_(resolver.Ask(name, [answer = answer_](const Answer& got) { answer->set_value(got); })) {}

  Answer Get() {
    if (!Within(std::chrono::seconds(20))) return {"no answer", {}};
    return future_.get();
  }
  bool Within(std::chrono::milliseconds time) { return future_.wait_for(time) == std::future_status::ready; }

 private:
  const std::shared_ptr<std::promise<Answer>> answer_ = std::make_shared<std::promise<Answer>>();
  std::future<Answer> future_ = answer_->get_future();
  const std::shared_ptr<NameResolver::Request> request_;
};

TEST(NameResolverTest, ANameThatHangsDelaysNoOtherOne) {
  Service service;
  NameResolver resolver(service.look_up());
  Asked slow(resolver, "slow");
  service.WaitUntilAsked("slow");
  EXPECT_EQ(Asked(resolver, "bot").Get().addresses.at(0), make_address("10.0.0.7"));
  EXPECT_EQ(Asked(resolver, "nowhere").Get().why_not, "there is no such host");
  EXPECT_FALSE(slow.Within(std::chrono::milliseconds(0)));
  service.LetGo();
  EXPECT_EQ(slow.Get().why_not, "");
}

TEST(NameResolverTest, WhoAsksForTheSameNameSharesTheAnswer) {
  Service service;
  NameResolver resolver(service.look_up());
  Asked one(resolver, "slow");
  service.WaitUntilAsked("slow");
  Asked two(resolver, "slow");
  service.LetGo();
  EXPECT_EQ(one.Get().why_not, "");
  EXPECT_EQ(two.Get().why_not, "");
  EXPECT_EQ(service.asked("slow"), 1);
  EXPECT_EQ(Asked(resolver, "slow").Get().why_not, "");
  EXPECT_EQ(service.asked("slow"), 2) << "answers are not kept";
}

TEST(NameResolverTest, WhatIsBeyondItsThreadsWaits) {
  Service service;
  NameResolver resolver(service.look_up());
  std::vector<std::unique_ptr<Asked>> slow;
  for (size_t i = 0; i < NameResolver::kMaxThreads; ++i) {
    const std::string name = "slow" + std::to_string(i);
    slow.push_back(std::make_unique<Asked>(resolver, name));
    service.WaitUntilAsked(name);
  }
  Asked last(resolver, "bot");
  EXPECT_EQ(service.asked("bot"), 0);
  service.LetGo();
  EXPECT_EQ(last.Get().why_not, "");
  for (const auto& each : slow) EXPECT_EQ(each->Get().why_not, "");
}

TEST(NameResolverTest, NobodyIsCalledWhoDoesNotWaitAnyMore) {
  Service service;
  bool called = false;
  {
    NameResolver resolver(service.look_up());
    auto gone = resolver.Ask("slow", [&called](const Answer&) { called = true; });
    Asked waits(resolver, "slow");
    service.WaitUntilAsked("slow");
    gone.reset();
    service.LetGo();
    EXPECT_EQ(waits.Get().why_not, "");
  }
  EXPECT_FALSE(called);
}

TEST(NameResolverTest, ItsEndWaitsForNoName) {
  Service service;
  auto resolver = std::make_unique<NameResolver>(service.look_up());
  const Asked slow(*resolver, "slow");
  service.WaitUntilAsked("slow");
  resolver.reset();  // returns, or the test times out
}

TEST(NameResolverTest, TheSystemKnowsThisMachine) {
  const Answer found = NameResolver::LookUpBySystem("localhost");
  EXPECT_EQ(found.why_not, "");
  ASSERT_FALSE(found.addresses.empty());
  EXPECT_TRUE(found.addresses[0].is_loopback());
  EXPECT_NE(NameResolver::LookUpBySystem("no such host").why_not, "");
}

}  // namespace
}  // namespace benari::net
