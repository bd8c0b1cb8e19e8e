#include "tests/harness/call_log.h"

#include <stdexcept>

#include "absl/time/time.h"

namespace benari::e2e {

LogTime TimeOf(const LogLine& line) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d%ET%H:%M:%E*S%Ez", line.Field("time"), &time, &error)) {
    throw std::runtime_error("a log line without a time: " + line.json);
  }
  return absl::ToChronoTime(time);
}

void ReadCallLog(const std::vector<std::string>& lines, CallLog* log) {
  for (const std::string& json : lines) {
    const LogLine line{json};
    const std::string id = line.Field("call");
    if (id.empty()) continue;
    const LogTime at = TimeOf(line);
    CallStory fresh;
    fresh.first_line = at;
    CallStory& story = log->try_emplace(id, fresh).first->second;
    const std::string message = line.message();
    if (message == "call adopted") {
      ++story.adopted;
      story.adopted_at = at;
      story.resumed_at.reset();
      continue;
    }
    if (story.adopted > 0 && !story.resumed_at) story.resumed_at = at;
    if (message == "call started") ++story.started;
    if (message == "phase" && line.Field("phase") == "echo" && !story.echo_began) story.echo_began = at;
    if (message == "dialing") {
      ++story.dialed;
      if (!story.dialed_at) story.dialed_at = at;
    }
    if (message == "destination answered" && !story.answered_at) story.answered_at = at;
    if (message == "call ended") {
      ++story.ended;
      story.outcome = line.Field("outcome");
    }
  }
}

}  // namespace benari::e2e
