// Texts that are said, at once, again, too many, by commands that fail; real processes.
#include "control/speech/command_speech.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/control/speech/wave.h"
#include "tests/harness/run_folder.h"

namespace benari::control {
namespace {

namespace fs = std::filesystem;
using e2e::ReadFile;
using e2e::RunFolder;
using e2e::WriteFile;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Notes what it was asked, and makes the file; a text "fail" fails, "wait…" waits until the file `go` is
// there.
constexpr char kScript[] = R"(
folder=$1 file=$2 text=$3
echo $$ >>$folder/pids
printf '%s\n' "$text" >>$folder/said
case $text in
  fail*) echo half >"$file"; echo "cannot say that" >&2; exit 3 ;;
  wait*) while ! [ -e $folder/go ]; do sleep 0.02; done ;;
  hang*) echo half >"$file"; exec sleep 1000 ;;
  empty*) echo "cannot write" >&2; exit 0 ;;
esac
cat $folder/silence.wav >"$file"
)";

class CommandSpeechTest : public ::testing::Test {
 protected:
  CommandSpeechTest() {
    fs::create_directory(folder_.File("say"));
    WriteFile(folder_.File("say.sh"), kScript);
    WriteFile(folder_.File("silence.wav"), Wave());
    Restart();
  }
  // A process that begins anew, with what it changes.
  void Restart(const std::function<void(SpeechOptions&)>& change = [](SpeechOptions&) {}) {
    const auto command =
        SayCommand::Parse(absl::StrCat("sh ", folder_.File("say.sh"), " ", folder_.path(), " {file} {text}"));
    ASSERT_TRUE(command.ok()) << command.status();
    SpeechOptions options{*command, folder_.File("say")};
    options.timeout = seconds(60);
    change(options);
    speech_ = std::make_unique<CommandSpeech>(loop_.get_executor(), options);
  }
  bool RunUntil(const std::function<bool()>& done) {
    const auto give_up = std::chrono::steady_clock::now() + seconds(60);
    while (!done() && std::chrono::steady_clock::now() < give_up) {
      loop_.restart();
      loop_.run_one_for(milliseconds(20));
    }
    return done();
  }
  // Answers come to `answers_`, by the number that is returned.
  size_t Ask(const std::string& text) {
    const size_t number = asked_++;
    speech_->Speak({text, "", ""}, [this, number](absl::StatusOr<std::string> spoken) {
      EXPECT_TRUE(answers_.emplace(number, std::move(spoken)).second) << "called twice";
    });
    EXPECT_EQ(answers_.count(number), 0U) << "called from within";
    return number;
  }
  absl::StatusOr<std::string> AnswerTo(size_t number) {
    if (!RunUntil([&] { return answers_.count(number) > 0; }))
      return absl::DeadlineExceededError("no answer");
    return answers_.at(number);
  }
  absl::StatusOr<std::string> Say(const std::string& text) { return AnswerTo(Ask(text)); }
  std::string ErrorOf(const std::string& text) { return std::string(Say(text).status().message()); }
  std::vector<std::string> Lines(const std::string& file) const {
    return absl::StrSplit(ReadFile(folder_.File(file)), '\n', absl::SkipEmpty());
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.File("say")))
      names.push_back(entry.path().filename());
    return names;
  }
  void Executable(const std::string& name, const std::string& script) {
    WriteFile(folder_.File(name), script);
    fs::permissions(folder_.File(name), fs::perms(0755));
  }
  bool UntilSaid(size_t times) {
    return RunUntil([&] { return Lines("said").size() >= times && Lines("pids").size() >= times; });
  }

  const RunFolder folder_{fs::temp_directory_path(), "benari-speech-"};
  boost::asio::io_context loop_;
  std::unique_ptr<CommandSpeech> speech_;
  size_t asked_ = 0;
  std::map<size_t, absl::StatusOr<std::string>> answers_;
};

TEST_F(CommandSpeechTest, WhatWasSaidOnceIsThereAlsoForTheNextProcess) {
  const auto first = Say("hello");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(*first, StartsWith("sound:" + folder_.File("say") + "/"));
  EXPECT_EQ(ReadFile(first->substr(6) + ".wav"), Wave());
  EXPECT_EQ(*Say("hello"), *first);
  Restart();
  EXPECT_EQ(*Say("hello"), *first);
  EXPECT_THAT(Lines("said"), ElementsAre("hello"));
  EXPECT_NE(*Say("world"), *first);
  fs::remove(first->substr(6) + ".wav");
  EXPECT_EQ(*Say("hello"), *first) << "made anew, once somebody has removed it";
  EXPECT_THAT(Lines("said"), ElementsAre("hello", "world", "hello"));
}

// The script that deploy/SETTINGS.md shows; another machine is another directory.
TEST_F(CommandSpeechTest, AScriptCopiesItToTheMachineOfAsteriskUnderTheNameThatIsAskedFor) {
  const std::string settings = ReadFile(BENARI_SETTINGS);
  const size_t begin = settings.find("#!/bin/sh -e\n");
  ASSERT_NE(begin, std::string::npos);
  Executable("say-there", settings.substr(begin, settings.find("```", begin) - begin));
  Executable("flite",
             absl::StrCat("#!/bin/sh\n[ \"$5\" = -t ] && cat '", folder_.path(), "/silence.wav' >$4\n"));
  Executable("scp", absl::StrCat("#!/bin/sh\ncp -p \"$2\" '", folder_.path(), "/other'\"${3#*:}\"\n"));
  WriteFile(folder_.File("silence.wav"), Wave(16000));
  const std::string other = absl::StrCat(folder_.path(), "/other", folder_.File("say"));
  fs::create_directories(other);
  Restart([this](SpeechOptions& options) {
    options.command = *SayCommand::Parse(folder_.File("say-there") + " {file} {name} {text}");
  });
  const std::string path = std::getenv("PATH");
  setenv("PATH", absl::StrCat(folder_.path(), ":", path).c_str(), 1);
  const mode_t mask = umask(0077);  // as in the unit
  const auto said = Say("hello there");
  umask(mask);
  setenv("PATH", path.c_str(), 1);
  ASSERT_TRUE(said.ok()) << said.status();
  const std::string there = absl::StrCat(folder_.path(), "/other", said->substr(6), ".wav16");
  EXPECT_EQ(ReadFile(there), Wave(16000));
  EXPECT_EQ(fs::status(there).permissions(), fs::perms(0644)) << "Asterisk is another user";
  EXPECT_EQ(std::distance(fs::directory_iterator(other), fs::directory_iterator()), 1);
}

TEST_F(CommandSpeechTest, ACheckMakesItAgain) {
  Restart([](SpeechOptions& options) { options.reuse = false; });
  ASSERT_TRUE(Say("hello").ok());
  ASSERT_TRUE(Say("hello").ok());
  EXPECT_THAT(Lines("said"), ElementsAre("hello", "hello"));
  EXPECT_EQ(Files().size(), 1U);
}

TEST_F(CommandSpeechTest, WhatManyCallsSayAtOnceIsMadeOnce) {
  std::vector<size_t> asked;
  for (int i = 0; i < 50; ++i) asked.push_back(Ask("wait for it"));
  ASSERT_TRUE(UntilSaid(1));
  asked.push_back(Ask("wait for it"));
  WriteFile(folder_.File("go"), "");
  for (const size_t number : asked) EXPECT_TRUE(AnswerTo(number).ok());
  EXPECT_EQ(Lines("said").size(), 1U);
}

TEST_F(CommandSpeechTest, ThatFailsSaysWhyAndLeavesNothing) {
  EXPECT_EQ(ErrorOf("fail"), "--say_command: exited with 3: cannot say that");
  EXPECT_THAT(ErrorOf("empty"), HasSubstr("no file, or one without sound; it says: cannot write"));
  EXPECT_THAT(ErrorOf(std::string(64 << 10, 'a')), HasSubstr("at most 4096"));
  Restart([](SpeechOptions& options) { options.timeout = milliseconds(300); });
  EXPECT_THAT(ErrorOf("hang"), HasSubstr("not done within 300 ms, and was killed"));
  EXPECT_THAT(Files(), IsEmpty());
  Restart();
  EXPECT_TRUE(Say("hello").ok()) << "the next one is said";
}

TEST_F(CommandSpeechTest, ACommandThatIsNotThereIsSaid) {
  Restart(
      [](SpeechOptions& options) { options.command = *SayCommand::Parse("/nowhere/flite {file} {text}"); });
  EXPECT_EQ(ErrorOf("hello"), "--say_command: /nowhere/flite cannot be started: No such file or directory");
}

TEST_F(CommandSpeechTest, HostileTextsAreOneArgument) {
  for (const std::string text :
       {"\"; touch pwned; \"", "$(touch pwned) `touch pwned`", "a\nb", "' || exit 1 #"}) {
    SCOPED_TRACE(text);
    const auto said = Say(text);
    EXPECT_TRUE(said.ok()) << said.status();
    EXPECT_TRUE(absl::EndsWith(ReadFile(folder_.File("said")), text + "\n"));
  }
  ASSERT_TRUE(Say("-n").ok());
  EXPECT_TRUE(absl::EndsWith(ReadFile(folder_.File("said")), "\n -n\n"));
}

TEST_F(CommandSpeechTest, SoManyAtATimeAndTheOthersWait) {
  Restart([](SpeechOptions& options) {
    options.max_running = 2;
    options.max_waiting = 3;
  });
  std::vector<size_t> asked;
  for (const char* text : {"wait 1", "wait 2", "fail 3", "wait 4", "wait 5"}) asked.push_back(Ask(text));
  EXPECT_EQ(ErrorOf("one too many"), "--say_command: 3 texts wait for it");
  ASSERT_TRUE(UntilSaid(2));
  EXPECT_THAT(Lines("said"), ::testing::UnorderedElementsAre("wait 1", "wait 2"));
  WriteFile(folder_.File("go"), "");
  for (const size_t number : asked) EXPECT_EQ(AnswerTo(number).ok(), number != asked[2]);
  EXPECT_EQ(Lines("said").size(), 5U);
}

TEST_F(CommandSpeechTest, WhoWaitsTooLongIsNotBegun) {
  Restart([](SpeechOptions& options) {
    options.max_running = 1;
    options.timeout = milliseconds(300);
  });
  const size_t first = Ask("hang 1"), second = Ask("hang 2"), third = Ask("hang 3");
  EXPECT_THAT(std::string(AnswerTo(first).status().message()), HasSubstr("was killed"));
  const std::string why =
      absl::StrCat(AnswerTo(second).status().message(), "; ", AnswerTo(third).status().message());
  EXPECT_THAT(why, HasSubstr("not begun within 300 ms")) << "at the latest the third";
}

TEST_F(CommandSpeechTest, DestroyedItKillsWhatRunsAndCallsNobody) {
  Ask("hang");
  Ask("hang on");
  ASSERT_TRUE(RunUntil([this] { return Files().size() == 2; }));
  Ask("wait");
  speech_.reset();
  for (const std::string& line : Lines("pids")) {
    int pid = 0;
    ASSERT_TRUE(absl::SimpleAtoi(line, &pid));
    EXPECT_TRUE(RunUntil([pid] { return kill(pid, 0) == -1; })) << line;
  }
  EXPECT_THAT(Files(), IsEmpty());
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(answers_.empty());
}

}  // namespace
}  // namespace benari::control
