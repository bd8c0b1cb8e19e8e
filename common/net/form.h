#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace benari::net {

// The fields of a form in their order. A name may occur more than once.
using Form = std::vector<std::pair<std::string, std::string>>;

// Encodes a form as application/x-www-form-urlencoded (WHATWG URL 5). Pure.
std::string EncodeForm(const Form& form);

// Decodes such a form. As the standard requires, an invalid percent-encoding is kept as it is; the bytes of
// values need not be UTF-8. Pure.
Form ParseForm(absl::string_view text);

}  // namespace benari::net
