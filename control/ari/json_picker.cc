#include "control/ari/json_picker.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace benari::control::ari {

namespace {

using Json = nlohmann::json;

constexpr absl::string_view kReadWhole = "channelvars";

// Told by the parser what it reads; false ends it.
class Picker : public nlohmann::json_sax<Json> {
 public:
  explicit Picker(absl::FunctionRef<bool(absl::string_view)> of_interest) : of_interest_(of_interest) {}

  Json& json() { return json_; }
  bool too_deep() const { return too_deep_; }
  bool not_of_interest() const { return not_of_interest_; }

  bool null() override { return Put(nullptr); }
  bool boolean(bool value) override { return Put(value); }
  bool number_integer(number_integer_t value) override { return Put(value); }
  bool number_unsigned(number_unsigned_t value) override { return Put(value); }
  bool number_float(number_float_t value, const string_t&) override { return Put(value); }
  bool binary(binary_t&) override { return Put(nullptr); }
  bool string(string_t& value) override {
    not_of_interest_ = open_.size() == 1 && skipped_ == 0 && name_ == "type" && !of_interest_(value);
    return Put(std::move(value)) && !not_of_interest_;
  }

  bool key(string_t& name) override {
    if (skipped_ == 0) name_ = std::move(name);
    return true;
  }
  bool start_object(size_t) override { return Open(Json::object()); }
  bool start_array(size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool Picked() const {
    if (skipped_ > 0) return false;
    return open_.empty() || open_.back()->is_array() || in_whole_ != 0 || IsRead(name_);
  }

  Json* Place(Json&& value) {
    if (open_.empty()) return &(json_ = std::move(value));
    Json& into = *open_.back();
    if (!into.is_array()) return &(into[name_] = std::move(value));
    into.push_back(std::move(value));
    return &into.back();
  }

  template <typename T>
  bool Put(T&& value) {
    if (Picked()) Place(std::forward<T>(value));
    return true;
  }

  bool Open(Json&& empty) {
    too_deep_ = open_.size() + skipped_ >= kMaxJsonDepth;
    if (!Picked()) {
      ++skipped_;
    } else {
      const bool is_member = !open_.empty() && open_.back()->is_object();
      const bool whole = in_whole_ == 0 && is_member && name_ == kReadWhole;
      open_.push_back(Place(std::move(empty)));
      if (whole) in_whole_ = open_.size();
    }
    return !too_deep_;
  }

  bool Close() {
    if (skipped_ > 0) {
      --skipped_;
    } else {
      if (in_whole_ == open_.size()) in_whole_ = 0;
      open_.pop_back();
    }
    return true;
  }

  const absl::FunctionRef<bool(absl::string_view)> of_interest_;
  Json json_;
  std::vector<Json*> open_;  // from the outermost; each in the one before
  size_t skipped_ = 0;       // how deep within what is not read
  size_t in_whole_ = 0;      // open_.size() of what is kept with all its members
  std::string name_;         // of the next member
  bool too_deep_ = false;
  bool not_of_interest_ = false;
};

}  // namespace

bool IsRead(absl::string_view member) {
  return std::find(std::begin(kReadMembers), std::end(kReadMembers), member) != std::end(kReadMembers);
}

absl::StatusOr<Json> PickJson(absl::string_view text, size_t max_bytes, absl::string_view what,
                              absl::FunctionRef<bool(absl::string_view)> of_interest) {
  if (text.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": ", text.size(), " bytes, accepted are up to ", max_bytes));
  }
  Picker picker(of_interest);
  const bool read = Json::sax_parse(text.begin(), text.end(), &picker);
  if (picker.too_deep()) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": nested too deeply, accepted are up to ", kMaxJsonDepth, " levels"));
  }
  if (!read && !picker.not_of_interest()) return absl::InvalidArgumentError(absl::StrCat(what, ": not JSON"));
  return std::move(picker.json());
}

}  // namespace benari::control::ari
