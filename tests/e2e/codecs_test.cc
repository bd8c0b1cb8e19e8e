// Both sides hear each other, whatever their codecs and --format are. Half of all pairs of RTP streams are in
// an order that Debian's Asterisk drops (deploy/asterisk/README.md, "One-way audio"); here every pair is.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <iomanip>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/e2e/call_test.h"
#include "tests/harness/soft_phone.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::vector<std::string> kCodecs = {"alaw", "ulaw", "g722", "slin"};
constexpr double kCallersTone = 450;
constexpr double kDestinationsTone = 700;
constexpr milliseconds kEnough{500};  // of the other's tone
constexpr seconds kPatience{30};
constexpr seconds kDeaf{6};  // who has heard nothing for so long hears nothing
constexpr char kExtensions[] = R"(
[codecs]
exten => _X.,1,Dial(PJSIP/avaya/sip:4438007@127.0.0.1:${EXTEN})
 same => n,Hangup(${HANGUPCAUSE})

[default](+)
exten => _codec.,1,Answer()
 same => n,Stasis(${EXTEN},inbound)
 same => n,Hangup()
)";

// The numbers of the destination's stream, counted from the last of the echo's. Both are "late" there.
const std::map<std::string, int> kForced = {{"behind", -5000}, {"far ahead", 40'000}};

struct HeardInCall {
  std::string caller, format, destination, kind;
  milliseconds echo{0}, by_caller{0}, by_destination{0};
  std::string trouble;

  bool well() const {
    return trouble.empty() && echo > milliseconds(0) && by_caller >= kEnough && by_destination >= kEnough;
  }
};

// A control of its own with its destination, which calls are placed to one after the other.
class Line {
 public:
  // `kind`: Local or PJSIP.
  Line(AsteriskServer& asterisk, std::string app, std::string format, std::string destination,
       std::string kind)
      : asterisk_(asterisk),
        app_(std::move(app)),
        format_(std::move(format)),
        kind_(std::move(kind)),
        codec_(std::move(destination)),
        destination_({codec_, kDestinationsTone, 0}) {}

  void Start(const std::string& media, std::vector<std::string> flags = {}) {
    const uint16_t port = destination_.sip().port;
    const std::string local = absl::StrCat("Local/", port, "@codecs/n");
    const std::string direct = absl::StrCat("PJSIP/avaya/sip:4438007@127.0.0.1:", port);
    ServiceOptions options;
    options.extra_flags = {"--app=" + app_, "--owner=" + app_, "--format=" + format_, "--media=" + media,
                           "--destination=" + (kind_ == "Local" ? local : direct)};
    options.extra_flags.insert(options.extra_flags.end(), flags.begin(), flags.end());
    options.on_log_line = [this](const LogLine& line) { Note(line); };
    auto control = ControlProcess::Start(asterisk_.ari_access(), Endpoint("127.0.0.1", 1), options);
    if (!control.ok()) throw std::runtime_error(std::string(control.status().message()));
    control_ = std::move(*control);
    NextLog("connected to Asterisk");
  }
  ControlProcess& control() { return *control_; }
  std::string LastLines() { return control_ == nullptr ? "" : control_->process().LastLines(30); }

  // `while_echoing` runs when the echo's stream is known, and before the destination is dialled.
  HeardInCall Call(const std::string& caller_codec, int forced,
                   const std::function<void()>& while_echoing = nullptr) {
    HeardInCall heard;
    heard.caller = caller_codec, heard.format = format_, heard.destination = codec_, heard.kind = kind_;
    try {
      Talk(forced, while_echoing, &heard);
    } catch (const std::exception& error) {
      heard.trouble = error.what();
    }
    return heard;
  }

 private:
  void Talk(int forced, const std::function<void()>& while_echoing, HeardInCall* heard) {
    destination_.Reset();
    SoftPhone caller({heard->caller, kCallersTone, 0});
    caller.Call(asterisk_.sip(), app_);
    Require(caller.WaitUntilUp(kPatience), "the caller is not answered: " + caller.status());
    caller.Speak(100);
    const auto media = ParseEndpoint(NextLog("port leased").Field("rtp_to"));
    const auto echo = RtpTap::Start(media->port);
    Require(echo.ok(), std::string(echo.status().message()));
    NextLog("echo heard");
    if (while_echoing) while_echoing();
    Require(destination_.WaitUntilUp(kPatience), "the destination is not called");
    heard->echo = caller.Heard(kCallersTone);
    caller.ForgetHeard();
    destination_.Speak(static_cast<uint16_t>(LastSequence(**echo) + forced));
    const auto deadline = steady_clock::now() + kDeaf;
    do {
      std::this_thread::sleep_for(milliseconds(50));
      heard->by_caller = caller.Heard(kDestinationsTone);
      heard->by_destination = destination_.Heard(kCallersTone);
    } while (!heard->well() && steady_clock::now() < deadline);
    caller.HangUp();
    NextLog("call ended");
    Require(destination_.WaitUntilOver(kPatience), "the destination is not hung up on");
  }

  static void Require(bool holds, const std::string& else_what) {
    if (!holds) throw std::runtime_error(else_what);
  }

  static uint16_t LastSequence(const RtpTap& echo) {
    const std::vector<TappedPacket> packets = echo.Packets();
    const auto last = std::find_if(packets.rbegin(), packets.rend(),
                                   [](const TappedPacket& packet) { return packet.outgoing; });
    Require(last != packets.rend(), "no echo was seen");
    return last->sequence;
  }

  void Note(const LogLine& line) {
    std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
  }
  // The next line with this message after the last one that was asked for.
  LogLine NextLog(const std::string& message) {
    std::unique_lock lock(mutex_);
    const auto deadline = steady_clock::now() + kPatience;
    while (true) {
      for (; read_ < lines_.size(); ++read_) {
        if (lines_[read_].message() == message) return lines_[read_++];
      }
      if (changed_.wait_until(lock, deadline) == std::cv_status::timeout)
        throw std::runtime_error("control did not log \"" + message + "\"");
    }
  }

  AsteriskServer& asterisk_;
  const std::string app_;
  const std::string format_;
  const std::string kind_;
  const std::string codec_;
  SoftPhone destination_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<LogLine> lines_;
  size_t read_ = 0;
  std::unique_ptr<ControlProcess> control_;
};

class CodecsTest : public CallTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.codecs = "alaw,ulaw,g722,slin";
    options.extensions = kExtensions;
    return options;
  }
  std::unique_ptr<MediaProcess> StartMedia() {
    auto media = MediaProcess::Start({});
    EXPECT_TRUE(media.ok()) << media.status();
    return std::move(*media);
  }
  // A line's calls, one after the other: each caller's codec with each forced order.
  std::vector<HeardInCall> CallsOf(Line& line, const std::string& media) {
    std::vector<HeardInCall> heard;
    try {
      line.Start(media, {"--echo_seconds=0.5"});
      for (const std::string& caller : kCodecs) {
        for (const auto& [name, numbers] : kForced) {
          heard.push_back(line.Call(caller, numbers));
          heard.back().kind += ", " + name;
        }
      }
    } catch (const std::exception& error) {
      heard.emplace_back();
      heard.back().trouble = error.what();
    }
    return heard;
  }
};

// The least that was heard in any call of a pair of rows and columns.
void Print(const std::vector<HeardInCall>& calls) {
  std::map<std::string, std::map<std::string, std::pair<int64_t, int64_t>>> table;
  for (const HeardInCall& call : calls) {
    const auto caller = call.by_caller.count(), destination = call.by_destination.count();
    auto [cell, is_new] = table[absl::StrCat(call.caller, " | ", call.format)].emplace(
        call.destination, std::make_pair(caller, destination));
    if (is_new) continue;
    cell->second = {std::min(cell->second.first, caller), std::min(cell->second.second, destination)};
  }
  std::ostringstream text;
  text << "ms heard by the caller / by the destination, the least of " << calls.size() / 64 << " calls\n"
       << "| caller | --format | alaw | ulaw | g722 | slin |\n|---|---|---|---|---|---|\n";
  for (const auto& [row, cells] : table) {
    text << "| " << row << " |";
    for (const std::string& codec : kCodecs)
      text << " " << cells.at(codec).first << " / " << cells.at(codec).second << " |";
    text << "\n";
  }
  std::cout << text.str() << std::flush;
}

TEST_F(CodecsTest, BothSidesHearEachOther) {
  const auto media = StartMedia();
  const std::string nodes = media->grpc().ToString();
  const auto began = steady_clock::now();
  std::vector<std::unique_ptr<Line>> lines;
  for (const std::string& format : kCodecs) {
    for (const std::string& destination : kCodecs) {
      for (const char* kind : {"Local", "PJSIP"}) {
        const std::string app = absl::StrCat("codec", lines.size());
        lines.push_back(std::make_unique<Line>(asterisk(), app, format, destination, kind));
      }
    }
  }
  std::vector<std::vector<HeardInCall>> heard(lines.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < lines.size(); ++i)
    threads.emplace_back([&, i] { heard[i] = CallsOf(*lines[i], nodes); });
  for (std::thread& thread : threads) thread.join();
  std::vector<HeardInCall> all;
  for (const auto& calls : heard) all.insert(all.end(), calls.begin(), calls.end());
  const auto wrong = std::count_if(all.begin(), all.end(), [](const auto& call) { return !call.well(); });
  for (const HeardInCall& call : all) {
    EXPECT_TRUE(call.well()) << call.caller << ", --format=" << call.format << ", " << call.destination << " "
                             << call.kind << ": echo " << call.echo.count() << " ms, caller "
                             << call.by_caller.count() << " ms, destination " << call.by_destination.count()
                             << " ms; " << call.trouble;
  }
  if (all.size() == 256) Print(all);
  std::cout << "figures: codecs: calls=" << all.size() << " one_way_or_failed=" << wrong
            << " seconds=" << std::chrono::duration_cast<seconds>(steady_clock::now() - began).count()
            << "\n";
  EXPECT_EQ(all.size(), 256u);
}

TEST_F(CodecsTest, TheyHearEachOtherAfterARestartOfControl) {
  const auto media = StartMedia();
  const std::string nodes = media->grpc().ToString();
  const std::vector<std::string> flags = {"--echo_seconds=1.5"};
  Line line(asterisk(), "codec1", "alaw", "alaw", "Local");
  line.Start(nodes, flags);
  for (const auto& [name, numbers] : kForced) {
    const HeardInCall heard = line.Call("ulaw", numbers, [&] {
      line.control().process().Signal(SIGKILL);
      line.Start(nodes, flags);
    });
    EXPECT_TRUE(heard.well()) << name << ": caller " << heard.by_caller.count() << " ms, destination "
                              << heard.by_destination.count() << " ms; " << heard.trouble;
  }
}

class ReplacedMediaTest : public CodecsTest, public ::testing::WithParamInterface<const char*> {
 protected:
  // Of control's log.
  int Count(ControlProcess& control, const std::string& message, const std::string& node) {
    int count = 0;
    for (const std::string& line : control.process().Lines()) {
      const LogLine log{line};
      count += log.message() == message && (node.empty() || log.Field("node") == node);
    }
    return count;
  }
  static bool Until(const std::function<bool()>& condition, milliseconds patience) {
    const auto deadline = steady_clock::now() + patience;
    while (!condition() && steady_clock::now() < deadline) std::this_thread::sleep_for(milliseconds(50));
    return condition();
  }
};

// The numbers of both streams are Asterisk's, so each caller is deaf with a probability of one half where the
// path of the first stream is kept.
TEST_P(ReplacedMediaTest, IsHeard) {
  auto first = StartMedia();
  const auto second = StartMedia();
  const std::string killed = first->grpc().ToString();
  ServiceOptions options;
  options.extra_flags = {"--echo_seconds=inf", std::string("--format=") + GetParam(),
                         absl::StrCat("--media=", killed, ",", second->grpc().ToString())};
  const auto control = ControlProcess::Start(asterisk().ari_access(), first->grpc(), options);
  ASSERT_TRUE(control.ok()) << control.status();
  ASSERT_TRUE(Until([&] { return Count(**control, "connected to Asterisk", "") == 1; }, kPatience));
  std::vector<std::unique_ptr<SoftPhone>> phones;
  for (int i = 0; i < 24; ++i) {
    phones.push_back(std::make_unique<SoftPhone>(SoftPhoneOptions{kCodecs[i % 3], kCallersTone, 0}));
    phones.back()->Call(asterisk().sip(), "3308487");
    ASSERT_TRUE(phones.back()->WaitUntilUp(kPatience)) << phones.back()->status();
    phones.back()->Speak(100);
  }
  const auto all_hear = [&phones] {
    return std::all_of(phones.begin(), phones.end(),
                       [](const auto& phone) { return phone->Heard(kCallersTone) >= kEnough; });
  };
  ASSERT_TRUE(Until(all_hear, kPatience));
  const int moved = Count(**control, "port leased", killed);
  EXPECT_GE(moved, 6);
  first->process().Signal(SIGKILL);
  EXPECT_TRUE(Until([&] { return Count(**control, "media replaced", "") == moved; }, kPatience));
  for (const auto& phone : phones) phone->ForgetHeard();
  Until(all_hear, kDeaf);
  int deaf = 0;
  for (const auto& phone : phones) deaf += phone->Heard(kCallersTone) < kEnough;
  std::cout << "figures: replaced media, --format=" << GetParam() << ": moved=" << moved << " deaf=" << deaf
            << "\n";
  EXPECT_EQ(deaf, 0);
  for (const auto& phone : phones) phone->HangUp();
  const int calls = static_cast<int>(phones.size());
  EXPECT_TRUE(Until([&] { return Count(**control, "call ended", "") == calls; }, kPatience));
}

INSTANTIATE_TEST_SUITE_P(Formats, ReplacedMediaTest, ::testing::Values("alaw", "slin"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace benari::e2e
