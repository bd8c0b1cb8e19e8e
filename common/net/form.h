#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace benari::net {

// The fields of a form, in their order; a name may be there more than once.
using Form = std::vector<std::pair<std::string, std::string>>;

// As application/x-www-form-urlencoded (WHATWG URL 5). Pure.
std::string EncodeForm(const Form& form);

// What no percent-encoding is stays as it is, as the standard says; the bytes of values need not be UTF-8.
// Pure.
Form ParseForm(absl::string_view text);

}  // namespace benari::net
