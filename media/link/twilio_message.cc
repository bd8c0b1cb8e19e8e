#include "media/link/twilio_message.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

namespace benari::media {

namespace {

using Json = nlohmann::json;

// Keeps a string of the message's object, or of the object that is named there.
void KeepTop(absl::string_view key, std::string value, TwilioMessage* message) {
  if (key == "event") message->event = std::move(value);
  if (key == "streamSid") message->stream_sid = std::move(value);
}
void KeepNested(absl::string_view object, absl::string_view key, std::string value, TwilioMessage* message) {
  if (object == "media" && key == "payload") message->payload = std::move(value);
  if (object == "mark" && key == "name") {
    message->mark = std::move(value);
    message->has_mark = true;
  }
}

// Reads what nearly every message is: an object of plain strings and of objects of plain strings. Many times
// as fast as a parser of all JSON, which matters where a message is a minute of audio, and where there are
// fifty a second for each call.
class PlainReader {
 public:
  PlainReader(absl::string_view text, TwilioMessage* message) : rest_(text), message_(message) {}

  // False: the text is something else, and what is in `message` means nothing.
  bool Read() {
    const auto on_member = [this](absl::string_view key) { return ReadTopMember(key); };
    if (!ReadObject(on_member)) return false;
    SkipSpace();
    message_->valid = rest_.empty();
    return message_->valid;
  }

 private:
  template <typename OnMember>
  bool ReadObject(OnMember on_member) {
    if (!Take('{')) return false;
    absl::string_view key;
    do {
      if (!ReadString(&key) || !Take(':') || !on_member(key)) return false;
    } while (Take(','));
    return Take('}');
  }
  bool ReadTopMember(absl::string_view key) {
    SkipSpace();
    if (!rest_.empty() && rest_.front() == '{') {
      return ReadObject([this, key](absl::string_view nested) {
        absl::string_view value;
        if (!ReadString(&value)) return false;
        KeepNested(key, nested, std::string(value), message_);
        return true;
      });
    }
    absl::string_view value;
    if (!ReadString(&value)) return false;
    KeepTop(key, std::string(value), message_);
    return true;
  }
  // Of visible ASCII without an escape.
  bool ReadString(absl::string_view* value) {
    if (!Take('"')) return false;
    size_t end = 0;
    while (end < rest_.size() && IsPlain(rest_[end])) ++end;
    *value = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (rest_.empty() || rest_.front() != '"') return false;
    rest_.remove_prefix(1);
    return true;
  }
  static bool IsPlain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }
  static bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  bool Take(char c) {
    SkipSpace();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void SkipSpace() {
    size_t count = 0;
    while (count < rest_.size() && IsSpace(rest_[count])) ++count;
    rest_.remove_prefix(count);
  }

  absl::string_view rest_;
  TwilioMessage* const message_;
};

// Gets the parts of any JSON text in their order; keeps strings of the first two levels of objects.
class Reader {
 public:
  explicit Reader(TwilioMessage* message) : message_(message) {}

  bool start_object(size_t) {
    if (depth_ == 0) message_->valid = true;
    if (depth_ == 1) object_ = std::exchange(key_, "");
    ++depth_;
    return true;
  }
  bool end_object() {
    if (--depth_ == 1) object_.clear();
    return true;
  }
  bool start_array(size_t) {
    if (depth_ == 1) object_.clear();
    ++depth_;
    return depth_ > 1;  // a message is an object
  }
  bool end_array() {
    --depth_;
    return true;
  }
  bool key(std::string& name) {
    if (depth_ <= 2) key_ = std::move(name);
    return true;
  }
  bool string(std::string& value) {
    if (depth_ == 1) KeepTop(key_, std::move(value), message_);
    if (depth_ == 2) KeepNested(object_, key_, std::move(value), message_);
    return true;
  }
  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(int64_t) { return true; }
  bool number_unsigned(uint64_t) { return true; }
  bool number_float(double, const std::string&) { return true; }
  bool binary(Json::binary_t&) { return true; }
  bool parse_error(size_t, const std::string&, const Json::exception&) { return false; }

 private:
  TwilioMessage* const message_;
  size_t depth_ = 0;
  std::string object_;  // the key of the object at the second level
  std::string key_;
};

}  // namespace

TwilioMessage ReadTwilioMessage(absl::string_view text) {
  TwilioMessage message;
  if (PlainReader(text, &message).Read()) return message;
  return ReadAnyTwilioMessage(text);
}

TwilioMessage ReadAnyTwilioMessage(absl::string_view text) {
  TwilioMessage message;
  Reader reader(&message);
  if (!Json::sax_parse(text.begin(), text.end(), &reader)) message.valid = false;
  return message;
}

}  // namespace benari::media
