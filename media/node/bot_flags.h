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

// The names of the flags that name the files of `links.tls`.
TlsFiles BotTlsFlags();

// From the command line, once it is parsed. Every mistake goes to `errors`.
BotFlags ReadBotFlags(FlagErrors* errors);

}  // namespace benari::media
