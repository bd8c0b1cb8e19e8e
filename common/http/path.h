#pragma once

#include <string>

namespace benari::http {

// The path of a request's target, "/calls/a%2Fb?x=1": "/calls/a/b". What is no percent-encoding stays. Pure.
std::string PathOf(const std::string& target);

// The query of such a target: "x=1", as it was sent. Pure.
std::string QueryOf(const std::string& target);

}  // namespace benari::http
