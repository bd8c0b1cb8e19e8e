#include "media/processor/factory.h"

#include <variant>

#include "media/processor/echo.h"
#include "media/processor/tone.h"

namespace benari::media {

namespace {

struct New {
  std::unique_ptr<Processor> operator()(const EchoConfig&) const { return std::make_unique<Echo>(); }
  std::unique_ptr<Processor> operator()(const ToneConfig& tone) const {
    return std::make_unique<Tone>(tone, stream.payload_type, now);
  }

  const rtp::StreamConfig& stream;
  const Clock::Time now;
};

}  // namespace

std::unique_ptr<Processor> NewProcessor(const SessionConfig& config, Clock::Time now) {
  return std::visit(New{config, now}, config.processor);
}

}  // namespace benari::media
