#include "media/link/dialect.h"

#include "media/link/twilio_dialect.h"

namespace benari::media {

std::unique_ptr<Dialect> NewDialect(const BotConfig& config) {
  switch (config.dialect) {
    case BotDialect::kTwilioMediaStreams:
      break;
  }
  return std::make_unique<TwilioDialect>(config, NewStreamSid());
}

}  // namespace benari::media
