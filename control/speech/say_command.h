#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "control/speech/speech.h"

namespace benari::control {

// The command that makes a file of speech, as --say_command has it: words between blanks, without quotes,
// with {text}, {file}, {name}, {language} and {voice} in them. Pure.
class SayCommand {
 public:
  static constexpr size_t kMaxCharacters = 4096;  // of a text, as on Twilio

  // INVALID_ARGUMENT says what is accepted.
  static absl::StatusOr<SayCommand> Parse(absl::string_view text);

  // What to execute; a text that begins with "-" gets a blank before it, so that it is no option. {name} is
  // that of NameOf.
  // INVALID_ARGUMENT: the text is too long, or voice or language is no name.
  absl::StatusOr<std::vector<std::string>> Arguments(const Utterance& utterance,
                                                     const std::string& file) const;
  // The same for the same command and utterance, and for no others: 64 hexadecimal digits.
  std::string NameOf(const Utterance& utterance) const;

 private:
  explicit SayCommand(std::vector<std::string> words) : words_(std::move(words)) {}

  std::vector<std::string> words_;
};

}  // namespace benari::control
