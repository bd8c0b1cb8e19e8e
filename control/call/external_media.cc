#include "control/call/external_media.h"

#include <string>

namespace benari::control {

Endpoint RtpFrom(const ari::Channel& channel) {
  const auto address = channel.channelvars.find("UNICASTRTP_LOCAL_ADDRESS");
  const auto port = channel.channelvars.find("UNICASTRTP_LOCAL_PORT");
  if (address != channel.channelvars.end() && port != channel.channelvars.end()) {
    const Endpoint host_only(address->second, 0);
    const std::string text = host_only.ToString();  // brackets an IPv6 address
    const auto endpoint = ParseEndpoint(text.substr(0, text.size() - 1) + port->second);
    if (endpoint.ok()) return *endpoint;
  }
  throw ari::Error(
      ari::ErrorKind::kMalformed, 0,
      "POST /channels/externalMedia: no usable UNICASTRTP_LOCAL_ADDRESS and UNICASTRTP_LOCAL_PORT in the "
      "answer; Asterisk 16.7 or newer gives them");
}

}  // namespace benari::control
