#include "media/link/twilio_message.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

namespace benari::media {

namespace {

using Json = nlohmann::json;

// Gets the parts of a JSON text in their order; keeps strings of the first two levels of objects.
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
    if (depth_ == 1) {
      if (key_ == "event") message_->event = std::move(value);
      if (key_ == "streamSid") message_->stream_sid = std::move(value);
    } else if (depth_ == 2 && object_ == "media") {
      if (key_ == "payload") message_->payload = std::move(value);
    } else if (depth_ == 2 && object_ == "mark") {
      if (key_ == "name") message_->mark = std::move(value), message_->has_mark = true;
    }
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
  Reader reader(&message);
  if (!Json::sax_parse(text.begin(), text.end(), &reader)) message.valid = false;
  return message;
}

}  // namespace benari::media
