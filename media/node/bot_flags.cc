#include "media/node/bot_flags.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "common/command_line.h"

ABSL_FLAG(int32_t, bot_threads, 1, "threads for the WebSockets of bots");
ABSL_FLAG(
    std::string, bot_allow, "private",
    "URLs of bots that may be dialled, separated by commas: prefixes such as wss://bot.example/calls, and "
    "private: all loopback and private addresses");
ABSL_FLAG(
    std::string, bot_credentials_dir, "",
    "folder with a file for each credential that a session may name: lines 'auth_token: TOKEN' (signs the "
    "handshake as Twilio does), 'bearer: TOKEN' and other headers 'NAME: VALUE'; read at each dial; default: "
    "none");
ABSL_FLAG(
    std::string, bot_tls_ca_file, "",
    "CA certificates (PEM) that bots at wss:// are verified against, read again when the file has changed; "
    "default: those of the system, read at the start");
ABSL_FLAG(std::string, bot_tls_cert_file, "",
          "client certificate (PEM) shown to bots at wss://, read again when the file has changed; default: "
          "none");
ABSL_FLAG(std::string, bot_tls_key_file, "", "private key (PEM) of --bot_tls_cert_file, read again likewise");
ABSL_FLAG(int32_t, bot_start_buffer_ms, 40,
          "audio of a bot in ms that is buffered before a talkspurt is played; grows to 100 after underruns");
ABSL_FLAG(int32_t, bot_max_queue_seconds, 600,
          "maximum audio of a bot in seconds that is queued in a session; audio beyond that is refused");
ABSL_FLAG(int32_t, bot_queue_mib, 256,
          "memory in MiB for the queued audio of all bots; audio beyond that is refused");

namespace benari::media {

namespace {

constexpr uint64_t kBytesPerSecond = 8000;
constexpr int kMibShift = 20;

AllowList ReadAllowList(FlagErrors* errors) {
  const std::string text = absl::GetFlag(FLAGS_bot_allow);
  const auto list = AllowList::Parse(text);
  if (!list.ok()) errors->Refuse("bot_allow", text, list.status().message());
  return list.value_or(AllowList());
}

std::string ReadCredentialsDir(FlagErrors* errors) {
  const std::string dir = absl::GetFlag(FLAGS_bot_credentials_dir);
  struct stat status = {};
  const bool readable = dir.empty() || (stat(dir.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                                        access(dir.c_str(), R_OK | X_OK) == 0);
  errors->Require(readable, "bot_credentials_dir", dir, "a folder that can be read");
  return dir;
}

}  // namespace

TlsFiles BotTlsFlags() { return {"bot_tls_ca_file", "bot_tls_cert_file", "bot_tls_key_file"}; }

BotFlags ReadBotFlags(FlagErrors* errors) {
  BotFlags flags;
  LinkOptions& links = flags.links;
  links.threads = static_cast<uint64_t>(ReadInRange(FLAGS_bot_threads, 1, 64, errors));
  links.allow = ReadAllowList(errors);
  links.credentials_dir = ReadCredentialsDir(errors);
  links.tls = {absl::GetFlag(FLAGS_bot_tls_ca_file), absl::GetFlag(FLAGS_bot_tls_cert_file),
               absl::GetFlag(FLAGS_bot_tls_key_file)};
  CheckTlsFiles(links.tls, BotTlsFlags(), std::chrono::system_clock::now(), errors);
  flags.start_buffer = std::chrono::milliseconds(ReadInRange(FLAGS_bot_start_buffer_ms, 0, 1000, errors));
  const int32_t max_queue_seconds = ReadInRange(FLAGS_bot_max_queue_seconds, 1, 3600, errors);
  links.max_queued_bytes = kBytesPerSecond * static_cast<uint64_t>(max_queue_seconds);
  const int32_t queue_mib = ReadInRange(FLAGS_bot_queue_mib, 1, 65536, errors);
  links.max_queued_bytes_of_node = static_cast<uint64_t>(queue_mib) << kMibShift;
  return flags;
}

}  // namespace benari::media
