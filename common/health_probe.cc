#include "common/health_probe.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/shown.h"

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
  std::string status, line;
  std::getline(stream, status);
  bool has_one = false;
  while (std::getline(stream, line)) {
    const absl::string_view text = absl::StripSuffix(line, "\r");
    const std::string name(text.substr(0, text.find_first_of("{ ")));
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    if (absl::EndsWith(text, " 1")) return true;
    has_one = true;
  }
  std::string why = absl::StrCat("another program answers there: ", Shown(absl::StripSuffix(status, "\r")),
                                 ", without the metric ", names.front());
  if (status.empty()) why = "connections are accepted there, and not answered";
  if (has_one) why = otherwise;
  std::fprintf(stderr, "%s: %s\n", listen.ToString().c_str(), why.c_str());
  return false;
}

}  // namespace benari
