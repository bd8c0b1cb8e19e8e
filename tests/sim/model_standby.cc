#include "tests/sim/model_standby.h"

#include <boost/asio/co_spawn.hpp>
#include <utility>

namespace benari::sim {

namespace {
constexpr std::chrono::seconds kPatience(5);  // --standby_seconds
}

ModelStandby::ModelStandby(boost::asio::io_context& loop, fakes::VirtualTimers& timers,
                           fakes::AsteriskModel& asterisk, fakes::FakeMedia& media,
                           const std::vector<std::string>& nodes, bool fenced,
                           std::function<void()> take_over)
    : loop_(loop),
      process_(loop, timers),
      ari_(process_, asterisk, faults_, fakes::ModelAriClient::Options()),
      media_(process_, media, faults_, fakes::FakeMediaClient::Options()),
      standby_(loop.get_executor(), media_, ari_, nodes_, process_, {kPatience, fenced, "voicebot1"}),
      take_over_(std::move(take_over)) {
  nodes_.SetListed(nodes);
}

void ModelStandby::Start() {
  boost::asio::co_spawn(loop_, standby_.WaitUntilNobodyServes(), [this](std::exception_ptr) {
    if (process_.running()) take_over_();
  });
}

}  // namespace benari::sim
