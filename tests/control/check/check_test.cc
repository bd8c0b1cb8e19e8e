// A whole check over a modelled Asterisk and modelled media nodes, in virtual time.
#include "control/check/check.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/control/check/modules.h"
#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/fake_media.h"
#include "tests/fakes/fake_media_client.h"
#include "tests/fakes/fake_speech.h"
#include "tests/fakes/fault_plan.h"
#include "tests/fakes/model_ari_client.h"
#include "tests/fakes/process.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kName[] = "benari-check-1";
constexpr char kNode1[] = "media-1:50051", kNode2[] = "media-2:50051";

// Asterisk hears on a channel that it sends to, unless it is deaf.
struct FakeDiagnostics : ari::Diagnostics {
  explicit FakeDiagnostics(CheckFacts& f) : facts(f) {}

  ari::Awaitable<std::vector<ari::Module>> ListModules() override { co_return modules; }
  ari::Awaitable<void> StartSilence(std::string channel_id) override {
    if (!deaf) facts.Change([&](CheckFacts::Known& known) { known.talking.insert(channel_id); });
    co_return;
  }

  CheckFacts& facts;
  std::vector<ari::Module> modules = AllModules();
  bool deaf = false;
};

// One Asterisk, two media nodes, and a check of them.
struct World {
  World() : asterisk(timers, {}), media(timers, {}) {
    media.AddNode(kNode1);
    media.AddNode(kNode2);
    facts.Change([](CheckFacts::Known& known) { known.nodes = {kNode1, kNode2}; });
  }

  void Connect() {
    const auto on_event = [this](const ari::Event& event) {
      if (const auto* const start = std::get_if<ari::StasisStart>(&event))
        facts.Change([start](CheckFacts::Known& known) { known.started.insert(start->channel.id); });
      if (const auto* const end = std::get_if<ari::PlaybackFinished>(&event))
        facts.Change([end](CheckFacts::Known& known) { known.played[end->playback_id] = !end->failed; });
    };
    const bool connected = ari.Connect(on_event, [] {});
    facts.Change([connected](CheckFacts::Known& known) { known.events_connected = connected; });
  }

  // To its end; false if it does not get there.
  bool Run() {
    ari::Access access = *ari::MakeAccess("http://127.0.0.1:8088/ari", "benari", "x", kName, "");
    CheckOptions options{"voicebot1", "benari", kName, access, "media-1:50051,media-2:50051"};
    options.rtp_conf = {"/etc/asterisk/rtp.conf", "rtpstart=25000\nrtpend=26000\n"};
    options.extensions_conf = {"/etc/asterisk/extensions.conf", dial_plan};
    CheckParts parts{loop.get_executor(),
                     ari,
                     diagnostics,
                     check_media,
                     owners_media,
                     facts,
                     speaker.configured ? &speech : nullptr,
                     [this] { Connect(); }};
    Check check(std::move(parts), std::move(options),
                [this](const Finding& found) { lines = absl::StrCat(lines, ToLine(found), "\n"); });
    boost::asio::awaitable<bool> running = check.Run();
    boost::asio::co_spawn(loop, std::move(running),
                          [this](std::exception_ptr, bool is_good) { good = is_good; });
    const bool ended = fakes::Settle(
        loop, timers, [this] { return good.has_value(); }, seconds(60));
    fakes::SettleFor(loop, timers, seconds(1));
    return ended;
  }
  std::string Leftovers() const { return asterisk.Leftovers() + media.Leftovers(); }

  boost::asio::io_context loop;
  fakes::VirtualTimers timers;
  fakes::AsteriskModel asterisk;
  fakes::FakeMedia media;
  fakes::Process process{loop, timers};
  fakes::FaultPlan faults;
  fakes::ModelAriClient ari{process, asterisk, faults, {kName}};
  fakes::FakeMediaClient check_media{process, media, faults, {kName}};
  fakes::FakeMediaClient owners_media{process, media, faults, {"benari"}};
  CheckFacts facts{loop.get_executor(), process};
  FakeDiagnostics diagnostics{facts};
  fakes::FakeSpeaker speaker;
  fakes::FakeSpeech speech{process, speaker};
  std::optional<std::string> dial_plan = "exten => 1,1,Stasis(voicebot1,inbound)\n";
  std::string lines;
  std::optional<bool> good;
};

class CheckTest : public ::testing::Test {
 protected:
  // Runs the check of `world`, which has to end and to leave nothing.
  std::string Lines() {
    EXPECT_TRUE(world.Run());
    EXPECT_EQ(world.Leftovers(), "");
    return world.lines;
  }

  World world;
};

TEST_F(CheckTest, AllIsWell) {
  const std::string lines = Lines();
  EXPECT_TRUE(*world.good) << lines;
  EXPECT_THAT(lines, Not(HasSubstr("FAILED")));
  EXPECT_THAT(lines, Not(HasSubstr("warning")));
  for (const char* line :
       {"ok       settings: --ari_url=http://127.0.0.1:8088/ari --app=voicebot1",
        "ok       RTP ports of Asterisk: /etc/asterisk/rtp.conf has 25000 to 26000",
        "ok       dial plan: line 1 of /etc/asterisk/extensions.conf leads to --app=voicebot1",
        "ok       ARI: Asterisk 22.10.1 at http://127.0.0.1:8088/ari",
        "ok       modules: the 14 that benari uses run",
        "ok       application: --app=voicebot1 is served by nobody now",
        "ok       events: ", "ok       media media-1:50051: ", "ok       media media-2:50051: ",
        "ok       ports of media: 500 in all",
        "ok       audio to media media-1:50051: ", "ok       audio from media media-2:50051: "})
    EXPECT_THAT(lines, HasSubstr(line));
}

TEST_F(CheckTest, TheOwnerOfTheInstallationIsNotedNowhere) {
  world.media.Living(kNode1).KeepAlive({"benari", 7}, {}, seconds(10));
  EXPECT_THAT(Lines(), HasSubstr("--owner=benari has 0 leases there, epoch 7"));
  EXPECT_EQ(world.media.Living(kNode1).ListSessions("benari").owner_epoch, 7u);
  EXPECT_EQ(world.media.Living(kNode2).ListSessions("benari").owner_epoch, 0u);
  EXPECT_FALSE(world.asterisk.Serves("voicebot1"));
}

TEST_F(CheckTest, WithAWrongPasswordMediaIsCheckedAllTheSame) {
  fakes::Fault refused;
  refused.kind = fakes::FaultKind::kErrorBefore;
  refused.status = 401;
  world.faults.Add("ari.ListBridges", 1, refused);
  const std::string lines = Lines();
  EXPECT_FALSE(*world.good);
  EXPECT_THAT(lines, AllOf(HasSubstr("FAILED   ARI: "), HasSubstr("--ari_password_file"),
                           HasSubstr("ok       media media-1:50051: "),
                           HasSubstr("warning  audio: not tried"), Not(HasSubstr("audio to media"))));
}

TEST_F(CheckTest, WithoutAsteriskMediaIsCheckedAllTheSame) {
  world.asterisk.Stop();
  EXPECT_THAT(Lines(), AllOf(HasSubstr("FAILED   ARI: "), HasSubstr("ok       media media-2:50051: ")));
}

TEST_F(CheckTest, ANodeIsDown) {
  world.media.Kill(kNode2);
  const std::string lines = Lines();
  EXPECT_FALSE(*world.good);
  EXPECT_THAT(lines, AllOf(HasSubstr("FAILED   media media-2:50051: "),
                           HasSubstr("ok       audio to media media-1:50051: "),
                           Not(HasSubstr("audio to media media-2:50051"))));
}

TEST_F(CheckTest, NothingArrivesAtMedia) {
  world.media.SetMediaFlows(false);
  const std::string lines = Lines();
  EXPECT_FALSE(*world.good);
  EXPECT_THAT(lines, AllOf(HasSubstr("FAILED   audio to media media-1:50051: nothing arrived"),
                           HasSubstr("ok       audio from media media-1:50051: ")));
}

TEST_F(CheckTest, AsteriskHearsNothing) {
  world.diagnostics.deaf = true;
  EXPECT_THAT(Lines(), AllOf(HasSubstr("FAILED   audio from media media-1:50051: Asterisk hears none"),
                             HasSubstr("ok       audio to media media-1:50051: ")));
}

TEST_F(CheckTest, AModuleIsNotLoaded) {
  std::erase_if(world.diagnostics.modules,
                [](const ari::Module& each) { return each.name == "chan_rtp.so"; });
  const std::string lines = Lines();
  EXPECT_FALSE(*world.good);
  EXPECT_THAT(lines, HasSubstr("FAILED   modules: chan_rtp.so"));
}

TEST_F(CheckTest, AFileOfAsteriskThatCannotBeReadHasNoLine) {
  world.dial_plan.reset();
  const std::string lines = Lines();
  EXPECT_TRUE(*world.good) << lines;
  EXPECT_THAT(lines, Not(HasSubstr("dial plan")));
}

TEST_F(CheckTest, WithoutAnyAddressOfMedia) {
  world.facts.Change([](CheckFacts::Known& known) { known.nodes.emplace(); });
  EXPECT_THAT(Lines(), HasSubstr("FAILED   media: --media="));
}

// Whenever it is interrupted, it ends soon and has undone what it made.
TEST(CheckInterrupted, UndoesAll) {
  bool interrupted = true;
  for (int at = 1; interrupted; ++at) {
    World world;
    interrupted = false;
    int requests = 0;
    world.faults.Before([&](const fakes::Step&) {
      if (++requests != at) return;
      interrupted = true;
      world.facts.Change([](CheckFacts::Known& known) { known.interrupted = "a signal"; });
    });
    const Clock::Time began = world.timers.Now();
    ASSERT_TRUE(world.Run());
    EXPECT_EQ(*world.good, !interrupted) << at;
    if (interrupted) {
      EXPECT_THAT(world.lines, HasSubstr("FAILED   this check: a signal")) << at;
    }
    EXPECT_EQ(world.Leftovers(), "") << at << "\n" << world.lines;
    EXPECT_LT(world.timers.Now() - began, seconds(20)) << at;
    if (!interrupted) {
      EXPECT_GT(at, 30) << "not every request was tried";
    }
  }
}

// A request that fails, whether or not it had its effect, leaves nothing but what ends by itself.
TEST(CheckFails, UndoesAll) {
  for (const char* const operation : {"media.LeasePort", "ari.CreateExternalMedia", "media.StartSession",
                                      "ari.SetVariable", "media.KeepAlive", "media.ListSessions"}) {
    for (const fakes::FaultKind kind : fakes::AllFaultKinds()) {
      World world;
      fakes::Fault fault;
      fault.kind = kind;
      for (int nth = 3; nth <= 4; ++nth) {
        const bool once_a_node =
            std::string(operation) != "media.KeepAlive" && std::string(operation) != "media.ListSessions";
        world.faults.Add(operation, once_a_node ? nth - 2 : nth, fault);
      }
      ASSERT_TRUE(world.Run());
      if (kind != fakes::FaultKind::kDelayed) {
        EXPECT_FALSE(*world.good) << operation << fakes::ToString(kind) << "\n" << world.lines;
        EXPECT_THAT(world.lines, ContainsRegex("FAILED   audio to media .*: look at "));
      }
      EXPECT_EQ(world.Leftovers(), "") << operation << fakes::ToString(kind) << "\n" << world.lines;
    }
  }
}

TEST_F(CheckTest, WhatIsSaidIsMadeAndPlayed) {
  world.speaker.configured = true;
  EXPECT_THAT(Lines(), HasSubstr("ok       speech: --say_command makes a file, and Asterisk plays it"));
  EXPECT_TRUE(*world.good);
  ASSERT_EQ(world.speaker.asked.size(), 1U);
}

TEST_F(CheckTest, ACommandThatFails) {
  world.speaker.configured = true;
  world.speaker.fails = true;
  EXPECT_THAT(Lines(), HasSubstr("FAILED   speech: say: exited with 3: no such voice"));
  EXPECT_FALSE(*world.good);
}

TEST_F(CheckTest, ACommandThatHangs) {
  world.speaker.configured = true;
  world.speaker.delay = seconds(30);
  EXPECT_THAT(Lines(),
              HasSubstr("FAILED   speech: --say_command has not made \"This is a test.\" within 5 s"));
}

TEST_F(CheckTest, ADirectoryThatAsteriskDoesNotSee) {
  world.speaker.configured = true;
  world.speaker.sound = "sound:/var/lib/benari/say/missing";
  EXPECT_THAT(Lines(), ContainsRegex("FAILED   speech: Asterisk does not play sound:/var/.*--say_directory"));
  EXPECT_FALSE(*world.good);
}

TEST_F(CheckTest, WhatAsteriskRefusesToPlay) {
  world.speaker.configured = true;
  world.faults.Add("ari.Play", 1, {fakes::FaultKind::kErrorBefore});
  EXPECT_THAT(Lines(), ContainsRegex("FAILED   speech: sound:say/hello is not played: "));
}

}  // namespace
}  // namespace benari::control
