#include "control/speech/say_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kFlite[] = "  flite -voice {voice}\t-o {file}  -t {text} ";

SayCommand Parsed(const std::string& text) {
  auto command = SayCommand::Parse(text);
  EXPECT_TRUE(command.ok()) << command.status();
  return *command;
}

std::vector<std::string> Arguments(const std::string& command, const Utterance& utterance) {
  const auto arguments = Parsed(command).Arguments(utterance, "/say/part.wav");
  EXPECT_TRUE(arguments.ok()) << arguments.status();
  return arguments.value_or(std::vector<std::string>());
}

TEST(SayCommandTest, WordsAreSplitAtBlanksBeforeAnythingIsReplaced) {
  EXPECT_THAT(Arguments(kFlite, {"two words {file}", "slt", "en"}),
              ElementsAre("flite", "-voice", "slt", "-o", "/say/part.wav", "-t", "two words {file}"));
  EXPECT_THAT(Arguments("say --text={text} --lang={language} {file}{file}", {"a", "", "de-DE"}),
              ElementsAre("say", "--text=a", "--lang=de-DE", "/say/part.wav/say/part.wav"));
}

TEST(SayCommandTest, TheNameIsAnArgumentToo) {
  const SayCommand command = Parsed("say {file} {name} {text}");
  const Utterance utterance{"a {name}", "", ""};
  EXPECT_THAT(*command.Arguments(utterance, "f"),
              ElementsAre("say", "f", command.NameOf(utterance), "a {name}"));
}

TEST(SayCommandTest, ATextIsOneArgumentWhateverIsInIt) {
  for (const std::string text : {"\"; rm -rf / #", "'a' $(id) `id` | > <", "a\nb\r\n\tc",
                                 "{voice} {text} %s \\", "\xC3\xA4\xE2\x82\xAC", " "}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(Arguments(kFlite, {text, "slt", ""}).back(), text);
  }
}

TEST(SayCommandTest, ATextThatLooksLikeAnOptionIsNone) {
  EXPECT_EQ(Arguments(kFlite, {"-5 degrees", "slt", ""}).back(), " -5 degrees");
  EXPECT_EQ(Arguments(kFlite, {"--help", "slt", ""}).back(), " --help");
}

TEST(SayCommandTest, ATextHasAtMost4096Characters) {
  std::string umlauts;
  for (int i = 0; i < 4096; ++i) umlauts += "\xC3\xA4";
  EXPECT_TRUE(Parsed(kFlite).Arguments({umlauts, "", ""}, "f").ok());
  const auto refused = Parsed(kFlite).Arguments({umlauts + "a", "", ""}, "f");
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("4097 characters: accepted are at most 4096"));
  EXPECT_FALSE(Parsed(kFlite).Arguments({std::string(64 << 10, 'a'), "", ""}, "f").ok());
}

TEST(SayCommandTest, VoiceAndLanguageAreNames) {
  EXPECT_TRUE(Parsed(kFlite).Arguments({"a", "Polly.Joanna-Neural", "en-US"}, "f").ok());
  for (const std::string name : {"-o", "a b", "../../etc/passwd", "a\n", "\xC3\xA4", "a;b"}) {
    SCOPED_TRACE(name);
    const auto voice = Parsed(kFlite).Arguments({"a", name, ""}, "f");
    EXPECT_THAT(std::string(voice.status().message()), StartsWith("voice '"));
    const auto language = Parsed(kFlite).Arguments({"a", "", name}, "f");
    EXPECT_THAT(std::string(language.status().message()), StartsWith("language '"));
  }
  EXPECT_FALSE(Parsed(kFlite).Arguments({"a", std::string(65, 'a'), ""}, "f").ok());
}

TEST(SayCommandTest, WhatIsNoCommandIsRefused) {
  for (const char* text : {"", " ", "flite", "flite -t {text}", "flite -o {file}", "{text} {file}",
                           "flite -t \"{text}\" -o {file}", "flite -t '{text}' -o {file}"}) {
    SCOPED_TRACE(text);
    EXPECT_THAT(std::string(SayCommand::Parse(text).status().message()), HasSubstr("{text} and {file}"));
  }
}

TEST(SayCommandTest, TheNameIsThatOfOneUtteranceOfOneCommand) {
  const std::string name = Parsed(kFlite).NameOf({"hello", "slt", "en"});
  EXPECT_THAT(name, ::testing::MatchesRegex("[0-9a-f]{64}"));
  EXPECT_EQ(Parsed(kFlite).NameOf({"hello", "slt", "en"}), name);
  std::set<std::string> names = {name};
  for (const Utterance& other : {Utterance{"hello ", "slt", "en"}, Utterance{"hello", "sl", "ten"},
                                 Utterance{"hello", "", "slten"}, Utterance{"thello", "sl", "en"}}) {
    EXPECT_TRUE(names.insert(Parsed(kFlite).NameOf(other)).second) << other.text << other.voice;
  }
  EXPECT_TRUE(names.insert(Parsed("flite -o {file} -t {text}").NameOf({"hello", "slt", "en"})).second);
  EXPECT_TRUE(names.insert(Parsed("flite -o {file}-t {text}").NameOf({"hello", "slt", "en"})).second);
}

}  // namespace
}  // namespace benari::control
