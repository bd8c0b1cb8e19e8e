#include "tests/harness/ari_view.h"

#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/harness/http.h"

namespace benari::e2e {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollInterval{20};

}  // namespace

AriView::AriView(Endpoint server, std::string user, std::string password)
    : server_(std::move(server)), user_(std::move(user)), password_(std::move(password)) {}

absl::StatusOr<std::string> AriView::Get(const std::string& path) const {
  HttpQuery query;
  query.server = server_;
  query.path = "/ari" + path;
  query.user = user_;
  query.password = password_;
  const auto answer = Http(query);
  if (!answer.ok()) return answer.status();
  if (answer->status != 200) {
    return absl::UnavailableError(absl::StrCat("GET ", query.path, ": ", answer->status, " ", answer->body));
  }
  return answer->body;
}

absl::StatusOr<std::string> AriView::Version() const {
  const auto info = Get("/asterisk/info?only=system");
  if (!info.ok()) return info.status();
  return nlohmann::json::parse(*info)["system"]["version"].get<std::string>();
}

absl::StatusOr<std::vector<std::string>> AriView::Listed(const std::string& path,
                                                         const std::string& field) const {
  const auto body = Get(path);
  if (!body.ok()) return body.status();
  std::vector<std::string> values;
  for (const auto& entry : nlohmann::json::parse(*body)) values.push_back(entry[field].get<std::string>());
  return values;
}

absl::StatusOr<std::vector<std::string>> AriView::Channels() const { return Listed("/channels", "name"); }

absl::StatusOr<std::vector<std::string>> AriView::Bridges() const { return Listed("/bridges", "id"); }

absl::Status AriView::WaitUntilEmpty(std::chrono::milliseconds timeout) const {
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    const auto channels = Channels();
    const auto bridges = Bridges();
    if (!channels.ok()) return channels.status();
    if (!bridges.ok()) return bridges.status();
    if (channels->empty() && bridges->empty()) return absl::OkStatus();
    if (steady_clock::now() >= deadline) {
      return absl::DeadlineExceededError(absl::StrCat("left in Asterisk: ", channels->size(), " channels (",
                                                      absl::StrJoin(*channels, " "), "), ", bridges->size(),
                                                      " bridges (", absl::StrJoin(*bridges, " "), ")"));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

}  // namespace benari::e2e
