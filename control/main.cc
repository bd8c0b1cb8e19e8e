// The entry point of control: signals and flags.
#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "common/build_info.h"
#include "common/grpc_setup.h"
#include "common/health_probe.h"
#include "common/log.h"
#include "common/tls_files.h"
#include "control/check/finding.h"
#include "control/config.h"
#include "control/idle_flags.h"
#include "control/service/check_control.h"
#include "control/service/control.h"
#include "control/service/leave.h"
#include "control/service/standby_control.h"

int main(int argc, char** argv) {
  using namespace benari;
  PrintVersionIfAsked(argc, argv, "control");
  pthread_setname_np(pthread_self(),
                     "benari-control");  // a process that executed /proc/self/exe would be named exe
  const control::Config config = control::ReadConfig(argc, argv);
  if (config.healthcheck) {
    const bool good =
        ProbeMetric(config.metrics_listen, {"benari_control_ari_connected", "benari_control_standby"},
                    "not connected to Asterisk, and not standing by");
    return good ? 0 : 1;
  }
  control::HoldSignals();
  std::signal(SIGPIPE, SIG_IGN);  // writing to a closed connection or log pipe returns an error instead
  log::Init(config.log_format, config.check ? log::Level::kError : config.log_level);
  SetUpGrpc();
  const std::vector<std::string> idle = control::IdleFlags(config);
  if (config.check) {
    for (const std::string& each : idle) std::puts(ToLine(control::Warned(each)).c_str());
    control::CheckControl(config).Run();
  }
  for (const std::string& each : idle) log::Warning("a setting does nothing", {{"setting", each}});
  WarnOfAnotherCa(config.media.tls, control::MediaTlsFlags(), std::chrono::system_clock::now());
  if (config.standby) control::StandbyControl(config, argv).Run();
  control::Control(config, argv).Run();
  return 0;
}
