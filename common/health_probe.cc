#include "common/health_probe.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "absl/strings/strip.h"

namespace benari {

bool ProbeMetric(const Endpoint& listen, const std::vector<std::string>& names, const char* otherwise) {
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(std::chrono::seconds(3));
  const bool any = listen.host == "0.0.0.0" || listen.host == "::";
  stream.connect(any ? "localhost" : listen.host, std::to_string(listen.port));
  if (!stream) {
    std::fprintf(stderr, "nothing answers at %s: %s\n", listen.ToString().c_str(),
                 stream.error().message().c_str());
    return false;
  }
  stream << "GET /metrics HTTP/1.0\r\nHost: " << listen.host << "\r\n\r\n" << std::flush;
  std::string line;
  while (std::getline(stream, line)) {
    absl::string_view text = absl::StripSuffix(line, "\r");
    if (!absl::ConsumeSuffix(&text, " 1")) continue;
    const std::string name(text.substr(0, text.find('{')));
    if (std::find(names.begin(), names.end(), name) != names.end()) return true;
  }
  std::fprintf(stderr, "%s: %s\n", listen.ToString().c_str(), otherwise);
  return false;
}

}  // namespace benari
