#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "control/twiml/document.h"

namespace benari::control::twiml {

inline constexpr size_t kMaxDocumentBytes = 64 << 10;
inline constexpr size_t kMaxVerbs = 100;
inline constexpr size_t kMaxTargets = 10;  // of one <Dial>
inline constexpr size_t kMaxWarnings = 20;

// Reads a document in UTF-8. INVALID_ARGUMENT, in one line, says why it is none, and on which of its lines:
// no XML, no <Response>, a DOCTYPE or an entity of its own, too large, too many verbs. What is in a document
// but not understood (a verb, an attribute, a value) is left out, named in `warnings`, and the next verb
// counts. Pure.
absl::StatusOr<Document> Parse(absl::string_view text);

}  // namespace benari::control::twiml
