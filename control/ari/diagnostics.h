#pragma once

#include <string>
#include <vector>

#include "control/ari/client.h"

namespace benari::control::ari {

// A module of Asterisk, such as chan_rtp.so.
struct Module {
  std::string name;
  bool running = false;  // false: loaded, and does not run
};

// The requests of a check of the installation, which no call makes. They throw ari::Error as those of Client
// do. Confined to the control loop.
class Diagnostics {
 public:
  virtual ~Diagnostics() = default;

  virtual Awaitable<std::vector<Module>> ListModules() = 0;  // those that are loaded
  // Sends silence to the channel, a packet each 20 ms. Unlike the tone of a playback (app.c,
  // ast_control_tone), it does not keep Asterisk from hearing what the channel sends.
  virtual Awaitable<void> StartSilence(std::string channel_id) = 0;
};

}  // namespace benari::control::ari
