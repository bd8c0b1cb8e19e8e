#include "control/call/destination_end.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/str_cat.h"

namespace benari::control {

CallOver ExplainEnd(const ChannelFacts& destination, bool timed_out) {
  const std::string why = absl::StrCat("the destination was not reached, cause ", destination.cause, " ",
                                       destination.dial_status);
  const auto is = [&destination](std::initializer_list<int> causes, const char* status) {
    const bool named = std::find(causes.begin(), causes.end(), destination.cause) != causes.end();
    return named || (destination.cause == 0 && destination.dial_status == status);
  };
  if (is({17}, "BUSY")) return CallOver(CallOutcome::kDestinationBusy, "busy", why);
  if (is({1, 2, 3, 28}, "")) return CallOver(CallOutcome::kDestinationUnknown, "unallocated", why);
  if (timed_out || is({18, 19}, "NOANSWER"))
    return CallOver(CallOutcome::kDestinationNoAnswer, "no_answer", why);
  return CallOver(CallOutcome::kDestinationFailed, "congestion", why);
}

bool LostUnheard(const ChannelFacts& destination) {
  return destination.gone && destination.cause == 0 && destination.dial_status.empty();
}

}  // namespace benari::control
