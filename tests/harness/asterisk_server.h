#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "common/tls_files.h"
#include "tests/harness/ari_view.h"
#include "tests/harness/child_process.h"
#include "tests/harness/run_folder.h"
#include "tests/harness/services.h"

namespace benari::e2e {

struct AsteriskOptions {
  Endpoint sip{"127.0.0.1", 0};           // port 0: a free one
  std::string log_file;                   // of its console; empty: none
  std::string http_host = "127.0.0.1";    // where ARI listens; 0.0.0.0: everywhere
  uint16_t rtp_last = 26'000;             // the end of its RTP range; four ports a call
  std::chrono::seconds rtp_timeout{60};   // a channel without RTP for this time is hung up
  std::chrono::seconds max_call{36'000};  // longer calls are hung up
  std::string system_name;                // part of every channel id, up to 19 bytes; empty: none
  std::string codecs = "alaw";            // of phones and trunk, as pjsip.conf lists them
  std::string extensions;                 // more of extensions.conf
  std::string music;                      // more of musiconhold.conf
  std::string modules;                    // more of modules.conf
  TlsFiles https;  // `cert` and `key` serve ARI over https and wss as well, and control is told so
};

// A real Asterisk with the configuration of deploy/asterisk, on free ports, run by chroot from the folder
// that ./dev fills (needs root). The destructor ends it and removes its files.
// Confined to the thread that created it.
class AsteriskServer {
 public:
  // ${BENARI_ASTERISK_ROOTFS:-${XDG_CACHE_HOME:-~/.cache}/benari/asterisk-rootfs}
  static std::string Rootfs();
  // Returns OK, or why no real Asterisk can be started here, and what to do about it.
  static absl::Status Available();
  // Starts one and waits until ARI answers.
  static absl::StatusOr<std::unique_ptr<AsteriskServer>> Start(AsteriskOptions options);

  // Starts it again with the same configuration and ports after it has ended. Waits until ARI answers.
  absl::Status StartAgain();
  ChildProcess& process() { return *process_; }

  AriAccess ari_access() const { return ari_access("127.0.0.1"); }  // for control
  AriAccess ari_access(const std::string& host) const;              // for a control on another host
  Endpoint sip() const { return sip_; }
  Endpoint trunk() const { return trunk_; }  // where the test's trunk must listen
  const AriView& ari() const { return *ari_; }
  // Returns its last log lines.
  std::string LastLines(size_t count) const { return process_->LastLines(count); }

 private:
  AsteriskServer() = default;
  void Configure(const AsteriskOptions& options);
  std::string PasswordFile() const { return files_->File("ari_password"); }

  std::string run_dir_;  // as Asterisk sees it
  std::string log_file_;
  Endpoint sip_;
  Endpoint trunk_;
  Endpoint https_;  // without a host: not served
  std::unique_ptr<AriView> ari_;
  std::unique_ptr<RunFolder> files_;
  std::unique_ptr<ChildProcess> process_;  // goes before its files
};

}  // namespace benari::e2e
