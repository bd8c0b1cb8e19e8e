#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "common/net/web_socket.h"
#include "media/link/dialect.h"
#include "media/link/frame_backlog.h"
#include "media/processor/bot/stream.h"

namespace benari::media {

// The exchange between a bot and its stream over one open WebSocket, with its state: the messages that the
// bot has yet to read, and the marks whose audio has yet to be played. Confined to one thread.
class Conversation {
 public:
  // All outlive it. `report` gets the counts of messages and of frames that were dropped.
  Conversation(net::WebSocket& socket, const BotConfig& config, BotStream& stream, BotLinkReport& report);

  void Start();  // with the opening messages
  // Handles what the worker has put into the stream.
  void OnWoken();
  void OnSent() { Flush(); }
  void OnMessage(const net::WebSocketRead& message);
  // Sends the last message and closes the WebSocket.
  void Stop();

  const std::string& stream_sid() const { return dialect_->stream_sid(); }
  // Returns once why the last message was ignored; "" if none was since the last call.
  const char* TakeWhyIgnored() { return std::exchange(why_ignored_, ""); }

 private:
  struct Mark {
    uint64_t position;  // returned once audio up to here has been played
    std::string name;
  };

  void TakeFrames();
  void TakeDigits();
  void AddMark(std::string name);
  void Clear();
  void ReturnMarks();  // those that are due
  // Sends what can be sent now.
  void Flush();
  bool WriteNext();  // into text_; false: there is nothing
  void Ignore(const char* why);

  net::WebSocket& socket_;
  BotStream& stream_;
  BotLinkReport& report_;
  const std::unique_ptr<Dialect> dialect_;
  std::string text_;
  size_t opening_ = 0;  // the next opening message
  bool opened_ = false;
  FrameBacklog frames_;
  uint64_t frames_taken_ = 0;
  std::deque<Mark> marks_;
  size_t mark_bytes_ = 0;  // of all that are not sent yet
  std::deque<std::string> due_marks_;
  std::deque<Digits> digits_;
  uint64_t cleared_to_ = 0;  // audio up to this position is not going to be played
  const char* why_ignored_ = "";
  bool stopping_ = false;
  bool stop_sent_ = false;
};

}  // namespace benari::media
