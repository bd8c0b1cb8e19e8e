#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/e2e/demo/keep.h"
#include "tests/e2e/demo/stage.h"
#include "tests/harness/asterisk_server.h"
#include "tests/harness/rtp_tap.h"
#include "tests/harness/sipp.h"

namespace benari::e2e {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kMargin{100};
constexpr char kAnyAddress[] = "0.0.0.0";

// Confined to the thread that made it.
class RealStage : public Stage {
 public:
  static absl::StatusOr<std::unique_ptr<Stage>> Make(const StageOptions& options) {
    auto stage = std::make_unique<RealStage>(options);
    auto asterisk = AsteriskServer::Start({options.sip, options.log_dir + "/asterisk.log"});
    if (!asterisk.ok()) return asterisk.status();
    stage->asterisk_ = std::move(*asterisk);
    auto version = stage->asterisk_->ari().Version();
    if (!version.ok()) return version.status();
    stage->version_ = *version;
    SippOptions trunk;
    trunk.scenario = "trunk_answers";
    trunk.local = stage->asterisk_->trunk();
    trunk.calls = 0;
    trunk.echo_rtp = true;
    auto started = Sipp::Start(trunk);
    if (!started.ok()) return started.status();
    stage->trunk_ = std::move(*started);
    if (absl::Status listening = stage->trunk_->WaitUntilListening(kPatience); !listening.ok())
      return listening;
    return stage;
  }

  explicit RealStage(const StageOptions& options) : options_(options) {}

  std::string Description() const override {
    return absl::StrCat(
        "Asterisk  ", version_, ", SIP ", asterisk_->sip().ToString(), ", ARI ", asterisk_->ari_access().url,
        "\ntrunk     SIPp at ", asterisk_->trunk().ToString(),
        ": answers as 4438007 and echoes\nphone     SIPp, plays 7.1 s of alaw and hangs up after ",
        options_.hang_up_after.count(), " ms");
  }
  AriAccess ari_access() const override { return asterisk_->ari_access(); }

  absl::Status Call() override {
    SippOptions phone;
    phone.scenario = "phone_hangs_up";
    phone.remote = Local(asterisk_->sip());
    phone.pause = options_.hang_up_after;
    auto started = Sipp::Start(phone);
    if (!started.ok()) return started.status();
    phone_ = std::move(*started);
    auto tap = RtpTap::Start(phone_->rtp_port());
    if (!tap.ok()) return tap.status();
    tap_ = std::move(*tap);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Finish() override {
    const auto result = phone_->WaitForEnd(options_.hang_up_after + kPatience);
    if (!result.ok()) return result.status();
    const Audio heard = tap_->Heard();
    WriteWav(options_.wav_file, heard);
    if (result->failed > 0) return absl::AbortedError("the phone's call failed: " + result->errors);
    // What is sent towards the end of the echo may come back from the destination already.
    const Audio sent = Beginning(tap_->Sent(), static_cast<double>((options_.echo_time - kMargin).count()));
    const AudioMatch match = CompareAudio(sent, heard);
    return absl::StrFormat(
        "the phone heard %.1f s; of the echo, %d samples that are not silence came back, %d of them "
        "unchanged, %.1f ms "
        "later",
        heard.samples.size() / static_cast<double>(kSampleRateHz), match.compared, match.equal,
        match.delay_ms);
  }

  absl::StatusOr<std::string> Left() override {
    const AriView& ari = asterisk_->ari();
    if (absl::Status empty = ari.WaitUntilEmpty(kPatience); !empty.ok()) return empty;
    const auto channels = ari.Channels();
    const auto bridges = ari.Bridges();
    if (!channels.ok() || !bridges.ok()) return absl::UnavailableError("ARI does not answer");
    return absl::StrCat(channels->size(), " channels, ", bridges->size(), " bridges");
  }

  std::string HowToCallIn() const override { return e2e::HowToCallIn(asterisk_->sip()); }

 private:
  // Where SIPp on this machine reaches a wildcard address.
  static Endpoint Local(const Endpoint& sip) {
    return Endpoint(sip.host == kAnyAddress ? "127.0.0.1" : sip.host, sip.port);
  }

  const StageOptions options_;
  std::unique_ptr<AsteriskServer> asterisk_;
  std::string version_;
  std::unique_ptr<Sipp> trunk_;
  std::unique_ptr<Sipp> phone_;
  std::unique_ptr<RtpTap> tap_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Stage>> MakeRealStage(const StageOptions& options) {
  return RealStage::Make(options);
}

}  // namespace benari::e2e
