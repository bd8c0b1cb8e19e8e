#pragma once

#include <string>

namespace benari::http {

// The path of a request's target, "/calls/a%2Fb?x=1": "/calls/a/b". What is no percent-encoding stays. Pure.
std::string PathOf(const std::string& target);

}  // namespace benari::http
