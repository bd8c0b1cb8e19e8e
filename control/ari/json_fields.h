#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace benari::control::ari {

// Reads fields of one object from PickJson and keeps the first error; a missing or malformed field yields an
// empty value. Every name that is read must be one of kReadMembers. Pure.
class JsonFields {
 public:
  // `path`: of this object from the outermost, with its dot: "channel.". `status` keeps the first mistake.
  JsonFields(const nlohmann::json& object, absl::Status* status, std::string what, std::string path = "");

  bool Has(const char* key) const { return Present(key) != nullptr; }
  std::string Text(const char* key);
  std::string OptionalText(const char* key) { return Has(key) ? Text(key) : ""; }
  int Int(const char* key);
  int OptionalInt(const char* key) { return Has(key) ? Int(key) : 0; }
  std::vector<std::string> Texts(const char* key);
  std::map<std::string, std::string> OptionalTextMap(const char* key);
  JsonFields Object(const char* key);

 private:
  const nlohmann::json* Present(const char* key) const;
  const nlohmann::json* Find(const char* key, nlohmann::json::value_t type, const char* accepted);
  void Missing(const char* key);
  void Complain(const char* key, const char* accepted);
  void Fail(const std::string& mistake);

  const nlohmann::json& object_;
  absl::Status* status_;
  std::string what_;
  std::string path_;
};

}  // namespace benari::control::ari
