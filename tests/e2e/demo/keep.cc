#include "tests/e2e/demo/keep.h"

#include <signal.h>

#include <iostream>

#include "absl/strings/str_cat.h"

namespace benari::e2e {

namespace {

void WaitForCtrlC() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int received = 0;
  sigwait(&signals, &received);
}

}  // namespace

std::string HowToCallIn(const Endpoint& sip) {
  const std::string host = sip.host == "0.0.0.0" ? "THIS_MACHINE" : sip.host;
  return absl::StrCat("sip:3308487@", host, ":", sip.port,
                      "  UDP, no registration, no password, codec alaw (PCMA) only");
}

void KeepRunning(const std::string& how_to_call_in, const MediaProcess& media,
                 const ControlProcess& control) {
  const std::string page = control.metrics().ToString();
  std::cout << absl::StrCat("\ncall in:  ", how_to_call_in, "\ngRPC:     grpcurl -plaintext ",
                            media.grpc().ToString(), " benari.media.v1.Media/ListSessions\npage:     http://",
                            page, "/\nmetrics:  http://", media.metrics().ToString(), "/metrics  http://",
                            page, "/metrics\nCtrl-C ends it.\n")
            << std::endl;
  WaitForCtrlC();
}

}  // namespace benari::e2e
