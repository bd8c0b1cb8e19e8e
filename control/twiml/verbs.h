#pragma once

#include <pugixml.hpp>
#include <vector>

#include "control/twiml/document.h"
#include "control/twiml/element.h"

namespace benari::control::twiml {

// The verbs in <Response>; what cannot be done is in `findings`. Pure.
std::vector<Verb> ReadVerbs(pugi::xml_node response, Findings& findings);

}  // namespace benari::control::twiml
