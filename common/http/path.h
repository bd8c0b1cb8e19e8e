#pragma once

#include <string>

namespace benari::http {

// Returns the decoded path of a target ("/calls/a%2Fb?x=1": "/calls/a/b"); invalid encodings are kept. Pure.
std::string PathOf(const std::string& target);

// The query of such a target: "x=1", as it was sent. Pure.
std::string QueryOf(const std::string& target);

}  // namespace benari::http
