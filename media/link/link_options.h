#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/net/name_resolver.h"
#include "common/tls_files.h"
#include "media/link/allow_list.h"

namespace benari::media {

// The options of all links of a node.
struct LinkOptions {
  using Milliseconds = std::chrono::milliseconds;

  size_t threads = 1;
  AllowList allow;
  std::string credentials_dir;  // empty: none
  TlsFiles tls;  // of wss: `ca` empty: the system's CAs; `cert` and `key` empty: no certificate of ours
  net::NameResolver::LookUp look_up = net::NameResolver::LookUpBySystem;
  uint64_t max_queued_bytes = 4'800'000;        // of a bot's audio, for each session: 10 minutes
  uint64_t max_queued_bytes_of_node = 1 << 28;  // of all sessions

  std::chrono::microseconds batch_window{1000};  // as BatchWindow's length

  Milliseconds connect_timeout{5000};    // name, TCP and TLS
  Milliseconds handshake_timeout{5000};  // of the WebSocket, once connected
  Milliseconds ping_interval{10000};
  Milliseconds dead_after{30000};  // without a message or pong from the bot
  Milliseconds stop_timeout{1000};
};

}  // namespace benari::media
