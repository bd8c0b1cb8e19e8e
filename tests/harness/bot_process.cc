#include "tests/harness/bot_process.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/harness/ports.h"

namespace benari::e2e {
namespace {

constexpr std::chrono::seconds kStartTimeout{30};
constexpr char kListening[] = "listening on ";
constexpr char kPython[] = "/usr/bin/python3";  // Debian's, as are the modules

Command BotCommand(std::vector<std::string> argv) {
  const std::string name = absl::StrCat("bot ", argv.back());
  return Command{name, std::move(argv), {{"PYTHONDONTWRITEBYTECODE", "1"}}, BENARI_BOTS_DIR, ""};
}

std::vector<std::string> ModuleArguments(const std::string& module, const std::vector<std::string>& flags) {
  std::vector<std::string> argv = {kPython, "-W", "ignore::DeprecationWarning", "-m", module};
  argv.insert(argv.end(), flags.begin(), flags.end());
  return argv;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BotProcess>> BotProcess::Start(
    const std::string& module, std::vector<std::string> flags,
    std::function<void(const std::string&)> on_line) {
  flags.insert(flags.begin(), "--port=0");
  return StartListening(ModuleArguments(module, flags), std::move(on_line));
}

absl::StatusOr<std::unique_ptr<BotProcess>> BotProcess::StartListening(
    std::vector<std::string> argv, std::function<void(const std::string&)> on_line) {
  auto bot = std::make_unique<BotProcess>();
  bot->process_ = std::make_unique<ChildProcess>(BotCommand(std::move(argv)), std::move(on_line));
  const auto listens = [](const std::string& line) { return absl::StartsWith(line, kListening); };
  const auto line = bot->process_->WaitForLine(listens, kStartTimeout);
  if (!line) return absl::UnavailableError("the bot does not listen:\n" + bot->process_->LastLines(20));
  bot->url_ = line->substr(sizeof(kListening) - 1);
  return bot;
}

absl::StatusOr<std::unique_ptr<BotProcess>> BotProcess::StartProgram(std::vector<std::string> argv) {
  const uint16_t port = FreeTcpPort();
  auto bot = std::make_unique<BotProcess>();
  Command command = BotCommand(std::move(argv));
  command.environment["PORT"] = absl::StrCat(port);
  bot->process_ = std::make_unique<ChildProcess>(std::move(command));
  bot->url_ = absl::StrCat("ws://127.0.0.1:", port);
  return bot;
}

bool BotProcess::RunModule(const std::string& module, std::vector<std::string> flags,
                           std::chrono::milliseconds timeout) {
  return ChildProcess(BotCommand(ModuleArguments(module, flags))).WaitForExit(timeout) == 0;
}

std::optional<LogLine> BotProcess::WaitForEvent(const std::string& event, int connection,
                                                std::chrono::milliseconds timeout) {
  const auto is_it = [&](const std::string& text) {
    const LogLine line{text};
    return line.Field("event") == event && line.Field("connection") == absl::StrCat(connection);
  };
  const auto line = process_->WaitForLine(is_it, timeout);
  if (!line) return std::nullopt;
  return LogLine{*line};
}

}  // namespace benari::e2e
