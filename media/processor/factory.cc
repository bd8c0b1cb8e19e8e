#include "media/processor/factory.h"

#include <variant>

#include "media/processor/bot/bot.h"
#include "media/processor/echo.h"
#include "media/processor/tone.h"

namespace benari::media {

namespace {

struct New {
  std::unique_ptr<Processor> operator()(const EchoConfig&) const { return std::make_unique<Echo>(); }
  std::unique_ptr<Processor> operator()(const ToneConfig& tone) const {
    return std::make_unique<Tone>(tone, stream.payload_type, now);
  }
  std::unique_ptr<Processor> operator()(const BotConfig& bot) const {
    return std::make_unique<Bot>(bot, stream.payload_type, options.bot_dialer, options.bot_start_buffer,
                                 bot_totals, now);
  }

  const rtp::StreamConfig& stream;
  const ProcessorOptions& options;
  BotTotals& bot_totals;
  const Clock::Time now;
};

}  // namespace

std::unique_ptr<Processor> ProcessorFactory::New(const SessionConfig& config, Clock::Time now) {
  return std::visit(media::New{config, options_, bot_totals_, now}, config.processor);
}

}  // namespace benari::media
