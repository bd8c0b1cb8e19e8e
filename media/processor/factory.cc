#include "media/processor/factory.h"

#include <variant>

#include "media/processor/echo.h"

namespace benari::media {

namespace {

struct New {
  std::unique_ptr<Processor> operator()(const EchoConfig&) const { return std::make_unique<Echo>(); }
};

}  // namespace

std::unique_ptr<Processor> NewProcessor(const SessionConfig& config, Clock::Time /*now*/) {
  return std::visit(New{}, config.processor);
}

}  // namespace benari::media
