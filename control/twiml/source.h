#pragma once

#include <string>
#include <variant>

#include "control/twiml/document.h"

namespace benari::control::twiml {

// A document that a server answers with.
struct RemoteDocument {
  std::string url;  // http or https
  Method method = Method::kPost;
  std::string fallback_url;  // asked if the one at `url` fails; "": none
};

// Where a call gets its document from.
using Source = std::variant<RemoteDocument, Document>;

}  // namespace benari::control::twiml
