#pragma once

#include <chrono>

#include "common/flag_types.h"
#include "common/tls_files.h"
#include "media/link/link_options.h"

namespace benari::media {

// The flags of bots, validated.
struct BotFlags {
  LinkOptions links;
  std::chrono::milliseconds start_buffer{40};
};

// Returns the names of the flags for the files of `links.tls`.
TlsFiles BotTlsFlags();

// Reads the flags once the command line is parsed. Adds every error to `errors`.
BotFlags ReadBotFlags(FlagErrors* errors);

}  // namespace benari::media
