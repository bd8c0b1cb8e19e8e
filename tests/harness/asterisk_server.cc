#include "tests/harness/asterisk_server.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/harness/asterisk_config.h"
#include "tests/harness/ports.h"

namespace benari::e2e {
namespace {

namespace fs = std::filesystem;

constexpr char kUser[] = "benari";  // of ari.conf
constexpr char kFolderPrefix[] = "benari-e2e-";
constexpr std::chrono::seconds kStartTimeout{60};

std::string RandomPassword() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

// Folders carry the id of the process that made them: those of processes that were killed are removed.
void RemoveStaleFolders(const std::string& parent) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename();
    if (!absl::StartsWith(name, kFolderPrefix)) continue;
    const int pid = std::atoi(name.c_str() + sizeof(kFolderPrefix) - 1);
    if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

std::string AsteriskServer::Rootfs() {
  if (const char* chosen = std::getenv("BENARI_ASTERISK_ROOTFS")) return chosen;
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::string base =
      cache != nullptr ? cache : absl::StrCat(home != nullptr ? home : "/root", "/.cache");
  return base + "/benari/asterisk-rootfs";
}

absl::Status AsteriskServer::Available() {
  const std::string rootfs = Rootfs();
  if (!fs::exists(rootfs + "/usr/sbin/asterisk")) {
    return absl::FailedPreconditionError(absl::StrCat(
        "no real Asterisk: ", rootfs,
        " has no usr/sbin/asterisk; run ./dev test or ./dev demo, which install it, or name another ",
        "folder in BENARI_ASTERISK_ROOTFS (/ is the machine's own)"));
  }
  if (geteuid() != 0) {
    return absl::FailedPreconditionError("no real Asterisk: chroot and SIPp's audio need root");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<AsteriskServer>> AsteriskServer::Start(AsteriskOptions options) {
  if (absl::Status available = Available(); !available.ok()) return available;
  std::unique_ptr<AsteriskServer> server(new AsteriskServer);
  server->Configure(options);
  if (absl::Status started = server->StartAgain(); !started.ok()) return started;
  return server;
}

void AsteriskServer::Configure(const AsteriskOptions& options) {
  const std::string rootfs = Rootfs();
  RemoveStaleFolders(rootfs + "/tmp");
  files_ = std::make_unique<RunFolder>(rootfs + "/tmp", absl::StrCat(kFolderPrefix, getpid(), "-"));
  for (const char* dir : {"etc", "run", "log", "log/cdr-csv", "spool", "db"})
    fs::create_directory(files_->File(dir));

  AsteriskSettings settings;
  settings.run_dir = "/tmp/" + fs::path(files_->path()).filename().string();
  settings.http_host = options.http_host;
  settings.http_port = FreeTcpPort();
  settings.sip = options.sip;
  if (settings.sip.port == 0) settings.sip.port = FreeUdpPort();
  settings.rtp_last = options.rtp_last;
  settings.rtp_timeout = options.rtp_timeout;
  settings.max_call = options.max_call;
  settings.system_name = options.system_name;
  settings.codecs = options.codecs;
  settings.extensions = options.extensions;
  settings.music = options.music;
  settings.modules = options.modules;
  settings.trunk = Endpoint("127.0.0.1", FreeUdpPort());
  settings.ari_password = RandomPassword();
  RenderAsteriskConfig(rootfs + "/etc/asterisk", BENARI_DEPLOY_DIR "/asterisk", files_->File("etc"),
                       settings);
  WriteFile(PasswordFile(), settings.ari_password + "\n");
  if (!options.https.cert.empty()) {
    https_ = Endpoint("127.0.0.1", FreeTcpPort());
    fs::copy(options.https.cert, files_->File("etc/https.pem"));
    fs::copy(options.https.key, files_->File("etc/https.key"));
    AddHttps(files_->File("etc"), settings.run_dir + "/etc", https_);
  }

  ari_ = std::make_unique<AriView>(Endpoint("127.0.0.1", settings.http_port), kUser, settings.ari_password);
  sip_ = settings.sip;
  trunk_ = settings.trunk;
  run_dir_ = settings.run_dir;
  log_file_ = options.log_file;
}

absl::Status AsteriskServer::StartAgain() {
  process_ = std::make_unique<ChildProcess>(
      Command{"asterisk",
              {"chroot", Rootfs(), "asterisk", "-C", run_dir_ + "/etc/asterisk.conf", "-f", "-n"},
              {},
              "/",
              log_file_});
  const auto ready = [](const std::string& line) { return absl::StartsWith(line, "Asterisk Ready"); };
  if (!process_->WaitForLine(ready, kStartTimeout)) {
    return absl::UnavailableError(absl::StrCat("Asterisk did not get ready:\n", LastLines(20)));
  }
  if (const auto version = ari_->Version(); !version.ok()) {
    return absl::UnavailableError(
        absl::StrCat("ARI does not answer: ", version.status().message(), "\n", LastLines(20)));
  }
  return absl::OkStatus();
}

AriAccess AsteriskServer::ari_access(const std::string& host) const {
  const uint16_t port = https_.host.empty() ? ari_->server().port : https_.port;
  const std::string scheme = https_.host.empty() ? "http://" : "https://";
  return AriAccess{scheme + Endpoint(host, port).ToString() + "/ari", kUser, PasswordFile()};
}

}  // namespace benari::e2e
