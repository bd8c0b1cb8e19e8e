#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/e2e/demo/stage.h"
#include "tests/e2e/harness/ports.h"
#include "tests/e2e/harness/run_folder.h"

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
        ari_(Endpoint("127.0.0.1", FreeTcpPort()), kUser, kPassword),
        files_(std::filesystem::temp_directory_path(), "benari-demo-") {
    WriteFile(PasswordFile(), std::string(kPassword) + "\n");
  }

  absl::Status Launch() {
    if (!std::filesystem::exists(BENARI_FAKE_ASTERISK_BINARY)) {
      return absl::NotFoundError(BENARI_FAKE_ASTERISK_BINARY " is not built");
    }
    process_ = std::make_unique<ChildProcess>(
        Command{"fake Asterisk",
                {BENARI_FAKE_ASTERISK_BINARY, "--http_listen=" + ari_.server().ToString(),
                 absl::StrCat("--user=", kUser), absl::StrCat("--password=", kPassword), "--app=voicebot1",
                 "--calls=1", "--record_wav=" + options_.wav_file, "--log_format=json"},
                {},
                "",
                options_.log_dir + "/fake_asterisk.log"});
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
    return AriAccess{absl::StrCat("http://", ari_.server().ToString(), "/ari"), kUser, PasswordFile()};
  }
  const AriView& ari() const override { return ari_; }
  // It calls by itself as soon as control has subscribed.
  absl::Status Call() override { return absl::OkStatus(); }
  absl::StatusOr<std::string> Finish() override { return std::string("the fake phone's call is over"); }
  std::string HowToCallIn() const override { return ""; }

 private:
  std::string PasswordFile() const { return files_.File("ari_password"); }

  const StageOptions options_;
  const AriView ari_;
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
