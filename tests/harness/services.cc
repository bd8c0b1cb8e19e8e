#include "tests/harness/services.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/harness/ports.h"

namespace benari::e2e {
namespace {

constexpr std::chrono::seconds kStartTimeout{30};

nlohmann::json Parsed(const std::string& line) {
  nlohmann::json json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : nlohmann::json::object();
}

std::string AsText(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Runs a binary of this build until it logs "serving".
absl::StatusOr<std::unique_ptr<ChildProcess>> StartService(const std::string& name, const std::string& binary,
                                                           std::vector<std::string> argv,
                                                           const ServiceOptions& options) {
  if (!std::filesystem::exists(binary)) return absl::NotFoundError(binary + " is not built");
  argv.insert(argv.begin(), binary);
  argv.insert(argv.begin(), options.run_by.begin(), options.run_by.end());
  argv.insert(argv.end(), options.extra_flags.begin(), options.extra_flags.end());
  std::function<void(const std::string&)> on_line;
  if (options.on_log_line) {
    on_line = [handler = options.on_log_line](const std::string& line) { handler(LogLine{line}); };
  }
  auto process =
      std::make_unique<ChildProcess>(Command{name, argv, {}, "", options.log_file, options.network}, on_line);
  const auto serving = [](const std::string& line) { return LogLine{line}.message() == "serving"; };
  if (!process->WaitForLine(serving, kStartTimeout)) {
    return absl::UnavailableError(
        absl::StrCat(name, " did not get to \"serving\":\n", process->LastLines(20)));
  }
  return process;
}

}  // namespace

std::string LogLine::Field(const std::string& key) const {
  const nlohmann::json fields = Parsed(json);
  return fields.contains(key) ? AsText(fields[key]) : "";
}

std::string LogLine::OtherFields() const {
  const nlohmann::json fields = Parsed(json);
  std::string text;
  for (const auto& [key, value] : fields.items()) {
    if (key == "time" || key == "level" || key == "message" || key == "call") continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", key, "=", AsText(value));
  }
  return text;
}

absl::StatusOr<std::unique_ptr<MediaProcess>> MediaProcess::Start(ServiceOptions options) {
  auto media = std::make_unique<MediaProcess>();
  media->grpc_ = Endpoint(options.host, FreeTcpPort());
  media->metrics_ = Endpoint(options.host, FreeTcpPort());
  media->first_rtp_port_ = FreeUdpRange(options.rtp_ports);
  media->options_ = std::move(options);
  if (absl::Status started = media->StartAgain(); !started.ok()) return started;
  return media;
}

absl::Status MediaProcess::StartAgain() {
  auto process = StartService(
      "media", BENARI_MEDIA_BINARY,
      {"--grpc_listen=" + grpc_.ToString(), "--metrics_listen=" + metrics_.ToString(),
       "--rtp_bind=" + grpc_.host, absl::StrCat("--rtp_port_min=", first_rtp_port_),
       absl::StrCat("--rtp_port_max=", first_rtp_port_ + options_.rtp_ports - 1), "--log_format=json"},
      options_);
  if (!process.ok()) return process.status();
  process_ = std::move(*process);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ControlProcess>> ControlProcess::Start(const AriAccess& ari,
                                                                      const Endpoint& media,
                                                                      ServiceOptions options) {
  auto control = std::make_unique<ControlProcess>();
  control->metrics_ = Endpoint(options.host, FreeTcpPort());
  auto process =
      StartService("control", BENARI_CONTROL_BINARY,
                   {"--ari_url=" + ari.url, "--ari_user=" + ari.user,
                    "--ari_password_file=" + ari.password_file, "--media=" + media.ToString(),
                    absl::StrCat("--metrics_listen=", control->metrics_.ToString()), "--log_format=json"},
                   options);
  if (!process.ok()) return process.status();
  control->process_ = std::move(*process);
  return control;
}

}  // namespace benari::e2e
