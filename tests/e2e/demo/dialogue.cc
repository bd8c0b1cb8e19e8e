#include "tests/e2e/demo/dialogue.h"

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace benari::e2e {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void Dialogue::PrintHead() { std::printf("%7s  %-9s  %s\n", "s", "who", "what"); }

void Dialogue::Begin() {
  std::lock_guard lock(mutex_);
  began_ = steady_clock::now();
  Print("caller", "dials 3308487");
}

void Dialogue::AddBotLine(const std::string& line) {
  const LogLine bot{line};
  const std::string what = bot.Field("what");
  if (what.empty()) return;
  const std::string text = bot.Field("text");
  std::lock_guard lock(mutex_);
  bot_.emplace(what, text);
  ++seen_[what];
  changed_.notify_all();
  if (what == "bot") return Print("bot", absl::StrCat("\"", text, "\""));
  if (what == "heard") return Print("bot hears", text);
  if (what == "key") return Print("bot hears", "key " + text);
  if (what == "interrupted") return Print("bot", "is interrupted, and clears what it has queued");
  if (what == "closed") return Print("bot", "closes; the caller is for " + text);
}

void Dialogue::AddControlLine(const LogLine& line) {
  if (line.Field("call").empty()) return;
  const std::string message = line.message();
  std::lock_guard lock(mutex_);
  if (message == "call ended") outcome_ = line.Field("outcome");
  ++seen_[message];
  changed_.notify_all();
  if (message == "phase") return;
  Print("control", message == "call ended" ? "call ended: " + outcome_ : message);
}

void Dialogue::AddCaller(const std::string& what) {
  std::lock_guard lock(mutex_);
  Print("caller", what);
}

bool Dialogue::WaitFor(const std::string& what, milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return seen_.count(what) > 0; });
}

std::vector<std::string> Dialogue::BotTexts(const std::string& what) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> texts;
  const auto [begin, end] = bot_.equal_range(what);
  for (auto line = begin; line != end; ++line) texts.push_back(line->second);
  return texts;
}

std::string Dialogue::outcome() const {
  std::lock_guard lock(mutex_);
  return outcome_;
}

void Dialogue::Print(const std::string& who, const std::string& what) const {
  const std::chrono::duration<double> since = steady_clock::now() - began_;
  std::printf("%7.1f  %-9s  %s\n", since.count(), who.c_str(), what.c_str());
  std::fflush(stdout);
}

}  // namespace benari::e2e
