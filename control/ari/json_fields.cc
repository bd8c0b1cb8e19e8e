#include "control/ari/json_fields.h"

#include <cassert>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/ari/json_picker.h"

namespace benari::control::ari {

using Json = nlohmann::json;

JsonFields::JsonFields(const Json& object, absl::Status* status, std::string what, std::string path)
    : object_(object), status_(status), what_(std::move(what)), path_(std::move(path)) {
  if (!object_.is_object()) Complain("", "object");
}

std::string JsonFields::Text(const char* key) {
  const Json* value = Find(key, Json::value_t::string, "string");
  return value == nullptr ? "" : value->get<std::string>();
}

int JsonFields::Int(const char* key) {
  const Json* value = Present(key);
  if (value == nullptr) return Missing(key), 0;
  constexpr int64_t kLowest = std::numeric_limits<int>::min();
  constexpr int64_t kHighest = std::numeric_limits<int>::max();
  // An unsigned beyond int64 would turn negative in get<int64_t>.
  if (value->is_number_unsigned() && value->get<uint64_t>() > static_cast<uint64_t>(kHighest)) {
    return Complain(key, "number of 32 bits"), 0;
  }
  if (!value->is_number_integer()) return Complain(key, "number without a fraction"), 0;
  const int64_t number = value->get<int64_t>();
  if (number < kLowest) return Complain(key, "number of 32 bits"), 0;
  return static_cast<int>(number);
}

std::vector<std::string> JsonFields::Texts(const char* key) {
  std::vector<std::string> texts;
  const Json* value = Find(key, Json::value_t::array, "list of strings");
  if (value == nullptr) return texts;
  for (const Json& each : *value) {
    if (each.is_string()) {
      texts.push_back(each.get<std::string>());
    } else {
      Complain(key, "list of strings");
    }
  }
  return texts;
}

std::map<std::string, std::string> JsonFields::OptionalTextMap(const char* key) {
  std::map<std::string, std::string> texts;
  const Json* value = Present(key);
  if (value == nullptr) return texts;
  if (!value->is_object()) return Complain(key, "object of strings"), texts;
  for (const auto& [name, each] : value->items()) {
    if (!each.is_string()) return Complain(key, "object of strings"), texts;
    texts[name] = each.get<std::string>();
  }
  return texts;
}

JsonFields JsonFields::Object(const char* key) {
  static const Json kEmpty = Json::object();
  const Json* value = Find(key, Json::value_t::object, "object");
  return JsonFields(value == nullptr ? kEmpty : *value, status_, what_, absl::StrCat(path_, key, "."));
}

const Json* JsonFields::Present(const char* key) const {
  assert(*key == '\0' || IsRead(key));
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

const Json* JsonFields::Find(const char* key, Json::value_t type, const char* accepted) {
  const Json* value = Present(key);
  if (value == nullptr) return Missing(key), nullptr;
  if (value->type() != type) return Complain(key, accepted), nullptr;
  return value;
}

void JsonFields::Missing(const char* key) { Fail(absl::StrCat("field ", path_, key, " is missing")); }

void JsonFields::Complain(const char* key, const char* accepted) {
  const std::string name = absl::StrCat(path_, key);
  const Json* value = Present(key);
  const char* type = *key == '\0' ? object_.type_name() : value == nullptr ? "missing" : value->type_name();
  Fail(absl::StrCat(name.empty() ? "it" : absl::StrCat("field ", name), " is of type ", type,
                    ", accepted is: ", accepted));
}

void JsonFields::Fail(const std::string& mistake) {
  if (status_->ok()) *status_ = absl::InvalidArgumentError(absl::StrCat(what_, ": ", mistake));
}

}  // namespace benari::control::ari
