#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "control/ari/access.h"
#include "control/ari/client.h"
#include "control/ari/diagnostics.h"
#include "control/call/call_config.h"
#include "control/check/check_facts.h"
#include "control/check/finding.h"
#include "control/check/media_findings.h"
#include "control/nodes/media_client.h"
#include "control/speech/speech.h"

namespace benari::control {

// A file of Asterisk's configuration.
struct ConfigFile {
  std::string path;
  std::optional<std::string> text;  // nullopt: Asterisk is on another machine, or it cannot be read
};

struct CheckOptions {
  std::string app;    // of the installation, which the check does not subscribe to
  std::string owner;  // of the installation
  std::string check_owner;
  ari::Access ari;    // for messages
  std::string media;  // as in --media
  bool media_tls = false;
  size_t max_calls = 200;
  CallConfig call;
  ConfigFile rtp_conf, extensions_conf;
};

// The other ends. Each outlives the check.
struct CheckParts {
  boost::asio::any_io_executor executor;
  ari::Client& ari;  // of the check's own application
  ari::Diagnostics& diagnostics;
  MediaClient& media;         // of the check's own owner
  MediaClient& owners_media;  // of the installation's owner, which is only asked for lists
  CheckFacts& facts;
  Speech* speech;                      // nullptr: nothing is said
  std::function<void()> start_events;  // of the check's own application, reported to the facts
};

// Tries everything that a call needs, and reports each finding as soon as it is known. Nothing that it does
// concerns calls or a control that runs. Confined to the control loop.
class Check {
 public:
  using Print = std::function<void(const Finding&)>;

  Check(CheckParts parts, CheckOptions options, Print print);

  // Returns true if nothing has failed. Never throws.
  boost::asio::awaitable<bool> Run();

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  void Add(const Finding& finding);
  void Add(const Findings& findings);
  bool interrupted() const { return !parts_.facts.known().interrupted.empty(); }

  void CheckFiles();
  Awaitable<bool> AsteriskAnswers();
  Awaitable<void> CheckVersion();
  Awaitable<void> CheckModules();
  Awaitable<void> CheckApplication();
  Awaitable<bool> EventsArrive();
  Awaitable<std::vector<NodeAnswers>> CheckNodes();
  Awaitable<void> Ask(NodeAnswers* node);
  Awaitable<void> CheckAudio(const std::vector<NodeAnswers>& nodes);
  Awaitable<void> CheckSpeech(bool asterisk_answers);
  Awaitable<void> Probe(std::string node, int number, AudioResult* result);

  const CheckParts parts_;
  const CheckOptions options_;
  const Print print_;
  bool failed_ = false;
  bool can_tell_ = true;  // see AudioResult
};

}  // namespace benari::control
