#pragma once

#include <chrono>
#include <string>

#include "control/twiml/source.h"

namespace benari::control {

// A call that the API asks for.
struct CallOrder {
  std::string to;                         // a number, a name or a SIP URI
  std::string from;                       // shown to it
  twiml::Source source;                   // of what it hears once it has answered
  std::string twiml;                      // the text of `source`, if that is a document; "": not kept
  std::chrono::seconds ringing_time{60};  // then it counts as not answered
};

}  // namespace benari::control
