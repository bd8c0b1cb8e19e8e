#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/ari/client.h"
#include "control/ari/diagnostics.h"
#include "control/call/audio_format.h"
#include "control/check/check_facts.h"
#include "control/check/media_findings.h"
#include "control/nodes/media_client.h"

namespace benari::control {

// What all probes of a check share. Each part outlives them.
struct ProbeContext {
  ari::Client& ari;  // of the check's own application
  ari::Diagnostics& diagnostics;
  MediaClient& media;  // of the check's own owner
  CheckFacts& facts;
  AudioFormat format;
  bool can_tell = true;  // see AudioResult
};

// A second of audio between Asterisk and one node: a port is leased, an ExternalMedia channel sends silence
// to it, which the node counts, and the node sends a tone, of which Asterisk reports that it hears it
// (TALK_DETECT). Confined to the control loop.
class AudioProbe {
 public:
  // `id`: of the lease and the channel.
  AudioProbe(const ProbeContext& context, std::string node, std::string id);

  // Undoes all it has made, also when it fails or is interrupted. Never throws.
  boost::asio::awaitable<AudioResult> Run();

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> SetUp();
  Awaitable<void> SendAndListen();
  Awaitable<void> Measure();
  Awaitable<void> HangUp();
  Awaitable<void> ReleasePort();
  void ThrowIfInterrupted() const;

  const ProbeContext& context_;
  const AudioFormat format_;
  const std::string id_;
  bool leased_ = false;  // or may be: its answer was lost
  bool created_ = false;
  AudioResult result_;
};

}  // namespace benari::control
