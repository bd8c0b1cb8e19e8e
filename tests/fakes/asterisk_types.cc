#include "tests/fakes/asterisk_types.h"

#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace benari::fakes {
namespace {

struct Cause {
  int code;
  const char* reason;  // of DELETE /channels/{id}
  const char* text;    // of ChannelDestroyed
};

// As Asterisk 22.10.1 answered.
constexpr std::array<Cause, 13> kCauses = {{
    {16, "normal", "Normal Clearing"},
    {17, "busy", "User busy"},
    {34, "congestion", "Circuit/channel congestion"},
    {19, "no_answer", "User alerting, no answer"},
    {18, "timeout", "No user responding"},
    {1, "unallocated", "Unallocated (unassigned) number"},
    {38, "failure", "Network out of order"},
    {21, "rejected", "Call Rejected"},
    {26, "answered_elsewhere", "Answered elsewhere"},
    {31, "normal_unspecified", "Normal, unspecified"},
    {42, "", "Switching equipment congestion"},
    {127, "interworking", "Interworking, unspecified"},
    {0, "", "Unknown"},
}};

}  // namespace

std::string DialledNumber(const std::string& endpoint) {
  const size_t begin = endpoint.find('/') + 1;
  return endpoint.substr(begin, endpoint.find_first_of("@/", begin) - begin);
}

std::string Iso8601(Clock::WallTime time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + size, text.size() - size, ".%03d+0000", static_cast<int>(ms % 1000));
  return text.data();
}

int CauseOf(const std::string& reason) {
  if (!reason.empty() && std::isdigit(reason.front()) != 0) return std::atoi(reason.c_str());
  for (const Cause& cause : kCauses) {
    if (!reason.empty() && reason == cause.reason) return cause.code;
  }
  return 0;
}

std::string CauseText(int code) {
  for (const Cause& cause : kCauses) {
    if (cause.code == code) return cause.text;
  }
  return "Unknown";
}

}  // namespace benari::fakes
