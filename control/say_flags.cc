#include "control/say_flags.h"

#include <unistd.h>

#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "common/command_line.h"

ABSL_FLAG(std::string, say_command, "",
          "command that makes a WAV file (8 or 16 kHz, mono, 16 bits) of what a webhook has said with Say, "
          "such as flite "
          "-voice slt -o {file} -t {text}; {language} and {voice} are those of the document; run without a "
          "shell, at most "
          "10 s; default: nothing is said");
ABSL_FLAG(std::string, say_directory, "/var/lib/benari/say",
          "directory for the files of --say_command, which Asterisk sees under the same path");
ABSL_FLAG(int, say_max_mib, 512,
          "size of --say_directory in MiB, beyond which what was not played for the longest time goes");

namespace benari::control {

std::optional<SpeechOptions> ReadSayFlags(FlagErrors& errors) {
  const std::string command = absl::GetFlag(FLAGS_say_command);
  const int max_mib = ReadInRange(FLAGS_say_max_mib, 1, 1 << 20, &errors);
  if (command.empty()) return std::nullopt;
  const auto parsed = SayCommand::Parse(command);
  if (!parsed.ok()) errors.Refuse("say_command", command, parsed.status().message());
  const std::string directory = absl::GetFlag(FLAGS_say_directory);
  const bool usable = absl::StartsWith(directory, "/") && access(directory.c_str(), R_OK | W_OK | X_OK) == 0;
  errors.Require(usable, "say_directory", directory,
                 "the absolute path of a directory in which this process may make files, for --say_command");
  if (!parsed.ok()) return std::nullopt;
  SpeechOptions options{*parsed, directory};
  options.max_bytes = uint64_t{static_cast<uint32_t>(max_mib)} << 20;
  return options;
}

}  // namespace benari::control
