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
  // No bot is dialled so far: the node refuses all of them.
  std::unique_ptr<Processor> operator()(const BotConfig&) const { return std::make_unique<Echo>(); }

  const rtp::StreamConfig& stream;
  const Clock::Time now;
};

}  // namespace

std::unique_ptr<Processor> ProcessorFactory::New(const SessionConfig& config, Clock::Time now) {
  return std::visit(media::New{config, now}, config.processor);
}

}  // namespace benari::media
