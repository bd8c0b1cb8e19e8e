#include "control/speech/say_command.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/shown.h"

namespace benari::control {

namespace {

constexpr absl::string_view kBlanks = " \t";
constexpr size_t kLongestName = 64;

size_t Characters(absl::string_view utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

absl::Status CheckName(absl::string_view attribute, absl::string_view value) {
  const bool plain = std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("._-", static_cast<char>(c));
  });
  if (plain && value.size() <= kLongestName && !absl::StartsWith(value, "-")) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(attribute, " ", Shown(value), ": accepted are at most ",
                                                 kLongestName, " of A-Z a-z 0-9 . _ -, and no - first"));
}

}  // namespace

absl::StatusOr<SayCommand> SayCommand::Parse(absl::string_view text) {
  std::vector<std::string> words = absl::StrSplit(text, absl::ByAnyChar(kBlanks), absl::SkipEmpty());
  const bool whole = absl::StrContains(text, "{text}") && absl::StrContains(text, "{file}");
  const bool executable = !words.empty() && !absl::StrContains(words.front(), "{");
  if (!whole || !executable || absl::StrContains(text, '"') || absl::StrContains(text, '\''))
    return absl::InvalidArgumentError(
        "a program and its arguments, without quotes, with {text} and {file} among them, and {language}, "
        "{voice} and {name} if it knows them, such as flite -voice slt -o {file} -t {text}");
  return SayCommand(std::move(words));
}

absl::StatusOr<std::vector<std::string>> SayCommand::Arguments(const Utterance& utterance,
                                                               const std::string& file) const {
  const size_t characters = Characters(utterance.text);
  if (characters > kMaxCharacters)
    return absl::InvalidArgumentError(
        absl::StrCat("a text of ", characters, " characters: accepted are at most ", kMaxCharacters));
  absl::Status names = CheckName("voice", utterance.voice);
  names.Update(CheckName("language", utterance.language));
  if (!names.ok()) return names;
  const std::string text = absl::StrCat(absl::StartsWith(utterance.text, "-") ? " " : "", utterance.text);
  const std::string name = NameOf(utterance);
  std::vector<std::string> arguments;
  for (const std::string& word : words_) {
    arguments.push_back(absl::StrReplaceAll(word, {{"{text}", text},
                                                   {"{file}", file},
                                                   {"{name}", name},
                                                   {"{language}", utterance.language},
                                                   {"{voice}", utterance.voice}}));
  }
  return arguments;
}

std::string SayCommand::NameOf(const Utterance& utterance) const {
  std::string all;
  const auto add = [&all](absl::string_view part) { absl::StrAppend(&all, part.size(), ":", part); };
  for (const std::string& word : words_) add(word);
  for (const std::string& part : {utterance.language, utterance.voice, utterance.text}) add(part);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_Digest(all.data(), all.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

}  // namespace benari::control
