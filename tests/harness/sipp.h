#pragma once

#include <signal.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "tests/harness/child_process.h"
#include "tests/harness/run_folder.h"

namespace benari::e2e {

struct SippOptions {
  std::string scenario;            // name of a file in tests/harness/sipp, without .xml
  Endpoint local{"127.0.0.1", 0};  // SIP; port 0: a free one
  Endpoint remote;                 // the phone to call; port 0: none, wait for calls
  std::string number = "3308487";
  int calls = 1;  // 0: until stopped
  double calls_per_s = 10;
  std::chrono::milliseconds pause{0};  // of the scenario's <pause/>: hang up so long after the answer
  bool echo_rtp = false;               // send back what is heard
  bool trace = true;                   // keep its SIP messages
  int rounds = 1;                      // of the recording, in phone_talks
};

struct SippResult {
  int exit_code = 0;  // 0: every call ended as in the scenario
  int successful = 0;
  int failed = 0;
  std::string errors;  // what SIPp says about the failed ones
};

// SIPp: one or many phones that call, or the other end of a trunk. Confined to the thread that created it.
class Sipp {
 public:
  // Starts it; use WaitUntilListening before calling it. NOT_FOUND: there is no such scenario.
  static absl::StatusOr<std::unique_ptr<Sipp>> Start(SippOptions options);

  uint16_t rtp_port() const { return rtp_port_; }
  // Waits until it has bound its SIP port. UNAVAILABLE: it has ended, or the time is over; with what it says.
  absl::Status WaitUntilListening(std::chrono::milliseconds timeout);
  // Waits until its calls are over. DEADLINE_EXCEEDED: they are not over in time.
  absl::StatusOr<SippResult> WaitForEnd(std::chrono::milliseconds timeout);
  // Places no more calls; those that are up continue to their end.
  void PlaceNoMore() { process_.Signal(SIGUSR1); }
  // Ends it now and returns its counts so far.
  SippResult Stop();

  // Returns every SIP message it sent and received so far.
  std::string Messages() const;
  // Returns the number of its calls so far, that is, of different Call-IDs.
  int Dialogs() const;
  // Waits for a message that starts with `start` ("INVITE ", "SIP/2.0 200"); returns false after the timeout.
  bool WaitForMessage(const std::string& start, std::chrono::milliseconds timeout) const;
  // The Q.850 cause in the Reason header of the last BYE (RFC 3326): 16 normal, 17 busy …; nullopt: none.
  std::optional<int> HangupCause() const;

 private:
  Sipp(SippOptions options, uint16_t rtp_port);
  SippResult Result(int exit_code) const;
  std::string Errors() const;

  const SippOptions options_;
  const uint16_t rtp_port_;
  RunFolder files_;
  ChildProcess process_;
};

}  // namespace benari::e2e
