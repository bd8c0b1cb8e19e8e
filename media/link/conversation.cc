#include "media/link/conversation.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace benari::media {

namespace {

constexpr std::chrono::milliseconds kFrameTime{20};
constexpr uint16_t kNormalClosure = 1000;  // RFC 6455 7.4.1
constexpr size_t kMaxMarkBytes = 1 << 20;  // of the names of marks that are not returned
constexpr size_t kMarkOverhead = 64;

}  // namespace

Conversation::Conversation(net::WebSocket& socket, const BotConfig& config, BotStream& stream,
                           BotLinkReport& report)
    : socket_(socket), stream_(stream), report_(report), dialect_(NewDialect(config)) {}

void Conversation::Start() {
  Frame stale;
  while (stream_.TakeFrame(&stale)) continue;
  Flush();
}

void Conversation::OnWoken() {
  TakeFrames();
  TakeDigits();
  ReturnMarks();
  Flush();
}

void Conversation::Stop() {
  stopping_ = true;
  Flush();
}

void Conversation::TakeFrames() {
  Frame frame;
  while (stream_.TakeFrame(&frame)) {
    ++frames_taken_;
    if (!frames_.Push(frame)) ++report_.uplink_dropped;
  }
}

void Conversation::TakeDigits() {
  for (Digits& digits : stream_.TakeDigits()) digits_.push_back(std::move(digits));
}

void Conversation::OnMessage(const net::WebSocketRead& message) {
  ++report_.messages;
  if (stopping_) return;
  if (message.kind != net::WebSocketRead::Kind::kText) return Ignore("binary");
  BotMessage read = dialect_->Parse(message.data);
  switch (read.kind) {
    case BotMessage::Kind::kIgnored:
      return Ignore(read.why_ignored);
    case BotMessage::Kind::kAudio:
      return stream_.AddAudio(read.audio);
    case BotMessage::Kind::kMark:
      return AddMark(std::move(read.mark));
    case BotMessage::Kind::kClear:
      return Clear();
  }
}

void Conversation::Ignore(const char* why) {
  ++report_.messages_ignored;
  why_ignored_ = why;
}

void Conversation::AddMark(std::string name) {
  if (mark_bytes_ + name.size() + kMarkOverhead > kMaxMarkBytes) return Ignore("too many marks are pending");
  mark_bytes_ += name.size() + kMarkOverhead;
  marks_.push_back({stream_.audio().written(), std::move(name)});
  ReturnMarks();
  Flush();
}

void Conversation::Clear() {
  stream_.Clear();
  cleared_to_ = stream_.audio().written();
  ReturnMarks();
  Flush();
}

void Conversation::ReturnMarks() {
  const auto is_due = [this] {
    return !marks_.empty() && marks_.front().position <= std::max(stream_.played(), cleared_to_);
  };
  do {
    for (; is_due(); marks_.pop_front()) due_marks_.push_back(std::move(marks_.front().name));
    stream_.SetMarks(static_cast<uint32_t>(marks_.size()), marks_.empty() ? 0 : marks_.front().position);
  } while (is_due());
}

void Conversation::Flush() {
  while (!socket_.sending() && WriteNext()) {
    if (!socket_.Send(text_)) return;
  }
}

bool Conversation::WriteNext() {
  if (!opened_) {
    if (dialect_->WriteOpening(opening_++, &text_)) return true;
    opened_ = true;
  }
  if (stopping_) {
    if (std::exchange(stop_sent_, true)) {
      socket_.Close(kNormalClosure);
      return false;
    }
    dialect_->WriteStop(&text_);
    return true;
  }
  if (!due_marks_.empty()) {
    dialect_->WriteMark(due_marks_.front(), &text_);
    mark_bytes_ -= due_marks_.front().size() + kMarkOverhead;
    due_marks_.pop_front();
    return true;
  }
  if (!digits_.empty()) {
    Digits& digits = digits_.front();
    dialect_->WriteDigit(digits.digits.front(), digits.duration, &text_);
    digits.digits.erase(0, 1);
    if (digits.digits.empty()) digits_.pop_front();
    return true;
  }
  if (frames_.empty()) return false;
  dialect_->WriteMedia(frames_.front(), (frames_taken_ - frames_.size()) * kFrameTime, &text_);
  frames_.Pop();
  return true;
}

}  // namespace benari::media
