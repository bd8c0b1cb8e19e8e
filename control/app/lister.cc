#include "control/app/lister.h"

#include <utility>

#include "common/log.h"

namespace benari::control {

namespace asio = boost::asio;

void Lister::SayWhatIsUnlisted(const std::string& why) {
  if (why == unlisted_) return;
  unlisted_ = why;
  if (why.empty()) return log::Info("Asterisk can list its channels and bridges again");
  log::Warning(
      "Asterisk cannot list its channels or bridges; those of the application are requested one by one",
      {{"why", why}});
}

asio::awaitable<bool> Lister::List(Snapshot* snapshot, bool compare_clocks) {
  listing_ = true;
  for (const auto& [id, call] : table_.calls()) ExpectChannels(call->facts().known(), *snapshot);
  std::string failure;
  try {
    co_await TakeSnapshot(context_.ari, app_, *snapshot);
  } catch (const ari::Error& error) {
    failure = error.what();
  }
  listing_ = false;
  for (const std::string& id : std::exchange(gone_, {})) {
    snapshot->channels.erase(id);
    snapshot->app_channels.erase(id);
  }
  if (failure.empty()) {
    gate_.Forget();
    if (compare_clocks) WarnIfClocksDiffer(context_.ari.ClockAhead());
    SayWhatIsUnlisted(snapshot->unlisted);
  } else if (gate_.Opens("", context_.timers.Now())) {
    log::Warning("cannot list the channels and bridges of Asterisk", {{"why", failure}});
  }
  co_return failure.empty();
}

void Lister::OnChannelGone(const std::string& id) {
  if (listing_) gone_.insert(id);
}

}  // namespace benari::control
