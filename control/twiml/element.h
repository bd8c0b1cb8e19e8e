#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace benari::control::twiml {

// What is wrong with a document, with the lines where it is. Pure.
class Findings {
 public:
  explicit Findings(absl::string_view text) : text_(text) {}

  // What is left out. The last one kept says that there are more.
  void Warn(pugi::xml_node where, absl::string_view what);
  // Why the whole document is refused; the first reason counts.
  void Refuse(ptrdiff_t offset, absl::string_view why);

  const absl::Status& status() const { return status_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  int LineOf(ptrdiff_t offset) const;

  const absl::string_view text_;
  absl::Status status_;
  std::vector<std::string> warnings_;
};

// One element, and which of its attributes were asked for. Pure.
class Element {
 public:
  Element(pugi::xml_node node, Findings& findings) : node_(node), findings_(findings) {}

  // An attribute's value; nullopt: it has none of this name.
  std::optional<std::string> Take(const char* name);
  std::string TakeText(const char* name) { return Take(name).value_or(""); }
  // Anything but an integer from `min` to `max` is warned of, and `otherwise` is the value.
  int TakeInteger(const char* name, int min, int max, int otherwise);
  // Index of the value in `words`; any other is warned of, and the value is the first word.
  size_t TakeWord(const char* name, std::initializer_list<absl::string_view> words);
  // Warns of any value but those in `words`, the first of which is what is done anyway.
  void ExpectDefault(const char* name, std::initializer_list<absl::string_view> words);
  // Warns of the attributes that nobody asked for.
  void EndAttributes();

  // Its own text without leading and trailing blanks; elements in between are warned of, unless they may be
  // there.
  std::string Text(bool may_hold_elements = false);
  // Elements in it.
  std::vector<pugi::xml_node> Children() const;
  void Warn(absl::string_view what) { findings_.Warn(node_, what); }

  absl::string_view name() const { return node_.name(); }
  Findings& findings() { return findings_; }

 private:
  std::string Plain(const char* raw);

  const pugi::xml_node node_;
  Findings& findings_;
  std::set<std::string> taken_;
};

// An element's name for a warning: without line breaks, and not too long.
std::string Tag(absl::string_view name);

}  // namespace benari::control::twiml
