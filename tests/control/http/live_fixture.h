#pragma once

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "control/http/live_view.h"
#include "control/record/call_journal.h"
#include "tests/fakes/fake_media.h"
#include "tests/fakes/fake_media_client.h"
#include "tests/fakes/fault_plan.h"
#include "tests/fakes/process.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control {

// Two media nodes, of which a:1 is up, calls that a test tells about, and the view of both. Virtual time.
class LiveFixture : public ::testing::Test {
 protected:
  LiveFixture() {
    media_.AddNode("a:1");
    nodes_.SetListed({"a:1", "b:2"});
    SetPortsFree(480);
  }

  void SetPortsFree(uint32_t free) {
    NodeStatus status;
    status.name = "media-1";
    status.instance_id = "a3b1";
    status.ports_total = 500;
    status.ports_free = free;
    nodes_.SetUp("a:1", status);
  }
  std::unique_ptr<CallJournal> Begin(const std::string& id) {
    auto journal = std::make_unique<CallJournal>(history_, metrics_, timers_, CallIdentity{id, "", "", ""});
    journal->Info("call started", {{"channel", "PJSIP/a"}, {"calls", 1}});
    return journal;
  }
  void Run(boost::asio::awaitable<void> work) {
    boost::asio::co_spawn(loop_, std::move(work), boost::asio::detached);
    Pass(std::chrono::milliseconds(50));
  }
  void Pass(Clock::Duration length) { fakes::SettleFor(loop_, timers_, length); }
  void StartSession(const std::string& call_id, Processor processor = Echo()) {
    Run(LeaseAndStart(ids_.Media(call_id, 1), std::move(processor)));
  }

  boost::asio::io_context loop_;
  fakes::VirtualTimers timers_;
  fakes::FakeMedia media_{timers_, fakes::FakeMediaOptions()};
  fakes::Process process_{loop_, timers_};
  fakes::FaultPlan faults_;
  fakes::FakeMediaClient client_{process_, media_, faults_, fakes::FakeMediaClient::Options()};
  const Ids ids_{"benari"};
  CallHistory history_;
  prometheus::Registry call_registry_;
  Metrics metrics_{call_registry_};
  MediaNodes nodes_;
  MediaStats stats_{loop_.get_executor(), client_, nodes_, timers_, ids_};
  Peers peers_{loop_.get_executor(), {}, timers_};
  ServiceState state_ = ServiceState::kServing;
  const LiveView view_{{"voicebot1", "benari", "1.2.3", "http://127.0.0.1:8088/ari", 200, "f1"},
                       {history_, nodes_, stats_, peers_, timers_, [this] { return state_; }}};

 private:
  boost::asio::awaitable<void> LeaseAndStart(std::string lease_id, Processor processor) {
    const std::string node = "a:1";
    co_await client_.LeasePort(node, lease_id);
    const Endpoint peer("127.0.0.1", 4000);
    SessionRequest request(lease_id, peer, std::move(processor));
    co_await client_.StartSession(node, request);
  }
};

}  // namespace benari::control
