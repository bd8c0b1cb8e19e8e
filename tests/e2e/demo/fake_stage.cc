#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/e2e/demo/stage.h"
#include "tests/harness/child_process.h"
#include "tests/harness/ports.h"
#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

constexpr char kUser[] = "benari";
constexpr char kPassword[] = "demo";
constexpr std::chrono::seconds kPatience{30};

// Confined to the thread that made it.
class FakeStage : public Stage {
 public:
  explicit FakeStage(const StageOptions& options)
      : options_(options),
        server_("127.0.0.1", FreeTcpPort()),
        files_(std::filesystem::temp_directory_path(), "benari-demo-") {
    WriteFile(PasswordFile(), std::string(kPassword) + "\n");
  }

  absl::Status Launch() {
    process_ = std::make_unique<ChildProcess>(Command{"fake Asterisk", Arguments(), {}, "", LogFile()});
    const auto serving = [](const std::string& line) { return LogLine{line}.message() == "serving"; };
    if (!process_->WaitForLine(serving, kPatience)) {
      return absl::UnavailableError("the fake Asterisk does not serve:\n" + process_->LastLines(10));
    }
    return absl::OkStatus();
  }

  std::string Description() const override {
    return absl::StrCat("Asterisk  the project's own fake, ARI ", ari_access().url,
                        "; it plays the phone too");
  }
  AriAccess ari_access() const override {
    return AriAccess{absl::StrCat("http://", server_.ToString(), "/ari"), kUser, PasswordFile()};
  }
  // It calls by itself as soon as control has subscribed.
  absl::Status Call() override { return absl::OkStatus(); }

  // It writes what the caller heard and what is left, and ends.
  absl::StatusOr<std::string> Finish() override {
    if (!process_->WaitForExit(options_.hang_up_after + kPatience)) {
      return absl::DeadlineExceededError("the fake phone's call does not end");
    }
    const nlohmann::json heard = LineWith("received_packets");
    if (heard.is_null())
      return absl::AbortedError("the fake phone's call failed:\n" + process_->LastLines(10));
    return absl::StrCat("of ", heard["sent_packets"].dump(), " packets that the phone sent, ",
                        heard["received_packets"].dump(), " came back, ", heard["wrong_payload"].dump(),
                        " of them changed");
  }

  absl::StatusOr<std::string> Left() override {
    const nlohmann::json ledger = LineWith("ledger");
    if (ledger.is_null()) return absl::UnavailableError("the fake Asterisk did not say what is left");
    if (ledger["left"] != 0)
      return absl::InternalError("left in the fake Asterisk: " + ledger["ledger"].dump());
    return std::string("0 channels, 0 bridges");
  }

  std::string HowToCallIn() const override { return ""; }

 private:
  std::vector<std::string> Arguments() const {
    const double hang_up_s = std::chrono::duration<double>(options_.hang_up_after).count();
    return {BENARI_FAKE_ASTERISK_BINARY,
            "--http_listen=" + server_.ToString(),
            absl::StrCat("--user=", kUser),
            absl::StrCat("--password=", kPassword),
            "--calls=1",
            absl::StrCat("--caller_hangup_seconds=", hang_up_s),
            "--destination_behaviour=answers",
            "--destination_answer_seconds=0.1",
            "--record_wav=" + options_.wav_file,
            "--log_format=json"};
  }

  // The first line of its journal with this field; null when there is none.
  nlohmann::json LineWith(const std::string& field) const {
    for (const std::string& line : process_->Lines()) {
      nlohmann::json fields = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (fields.is_object() && fields.contains(field)) return fields;
    }
    return nullptr;
  }

  std::string LogFile() const { return options_.log_dir + "/fake_asterisk.log"; }
  std::string PasswordFile() const { return files_.File("ari_password"); }

  const StageOptions options_;
  const Endpoint server_;
  const RunFolder files_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Stage>> MakeFakeStage(const StageOptions& options) {
  auto stage = std::make_unique<FakeStage>(options);
  if (absl::Status launched = stage->Launch(); !launched.ok()) return launched;
  return stage;
}

}  // namespace benari::e2e
