#include "control/twiml/element.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/shown.h"
#include "control/twiml/parser.h"
#include "control/twiml/values.h"

namespace benari::control::twiml {

namespace {}  // namespace

std::string Tag(absl::string_view name) { return absl::StrCat("<", Shortened(name), ">"); }

int Findings::LineOf(ptrdiff_t offset) const {
  const auto end = text_.begin() + std::clamp<ptrdiff_t>(offset, 0, static_cast<ptrdiff_t>(text_.size()));
  return 1 + static_cast<int>(std::count(text_.begin(), end, '\n'));
}

void Findings::Warn(pugi::xml_node where, absl::string_view what) {
  if (warnings_.size() > kMaxWarnings) return;
  warnings_.push_back(warnings_.size() == kMaxWarnings
                          ? "and more"
                          : absl::StrCat("line ", LineOf(where.offset_debug()), ": ", what));
}

void Findings::Refuse(ptrdiff_t offset, absl::string_view why) {
  if (status_.ok())
    status_ = absl::InvalidArgumentError(absl::StrCat("TwiML, line ", LineOf(offset), ": ", why));
}

std::string Element::Plain(const char* raw) {
  const auto text = Unescape(raw);
  if (text.ok()) return *text;
  findings_.Refuse(node_.offset_debug(), absl::StrCat("<", name(), ">: ", text.status().message()));
  return "";
}

std::optional<std::string> Element::Take(const char* name) {
  taken_.insert(name);
  const pugi::xml_attribute attribute = node_.attribute(name);
  if (!attribute) return std::nullopt;
  const std::string value = Plain(attribute.value());
  return std::string(absl::StripAsciiWhitespace(value));
}

int Element::TakeInteger(const char* name, int min, int max, int otherwise) {
  const auto text = Take(name);
  if (!text.has_value()) return otherwise;
  int value = 0;
  if (absl::SimpleAtoi(*text, &value) && value >= min && value <= max) return value;
  Warn(absl::StrCat("<", this->name(), " ", name, "=", Shown(*text), ">: accepted is ", min, "..", max,
                    ", taken is ", otherwise));
  return otherwise;
}

size_t Element::TakeWord(const char* name, std::initializer_list<absl::string_view> words) {
  const auto text = Take(name);
  if (!text.has_value()) return 0;
  for (const absl::string_view& word : words)
    if (absl::EqualsIgnoreCase(*text, word)) return static_cast<size_t>(&word - words.begin());
  Warn(absl::StrCat("<", this->name(), " ", name, "=", Shown(*text), ">: accepted is ",
                    absl::StrJoin(words, " or "), ", taken is ", *words.begin()));
  return 0;
}

void Element::ExpectDefault(const char* name, std::initializer_list<absl::string_view> words) {
  const auto text = Take(name);
  if (!text.has_value() || std::find(words.begin(), words.end(), *text) != words.end()) return;
  Warn(absl::StrCat("<", this->name(), " ", name, "=", Shown(*text), "> is not supported, done is ",
                    *words.begin()));
}

void Element::EndAttributes() {
  for (const pugi::xml_attribute attribute : node_.attributes()) {
    if (taken_.count(attribute.name()) == 0) {
      Warn(absl::StrCat("attribute ", Shown(attribute.name()), " of <", name(), "> is not supported"));
    }
  }
}

std::string Element::Text(bool may_hold_elements) {
  std::string text;
  for (const pugi::xml_node child : node_.children()) {
    if (child.type() == pugi::node_cdata) absl::StrAppend(&text, child.value());
    if (child.type() == pugi::node_pcdata) absl::StrAppend(&text, Plain(child.value()));
    if (child.type() == pugi::node_element && !may_hold_elements) {
      findings_.Warn(child, absl::StrCat(Tag(child.name()), " in <", name(), "> is not supported"));
    }
  }
  return std::string(absl::StripAsciiWhitespace(text));
}

std::vector<pugi::xml_node> Element::Children() const {
  std::vector<pugi::xml_node> elements;
  for (const pugi::xml_node child : node_.children())
    if (child.type() == pugi::node_element) elements.push_back(child);
  return elements;
}

}  // namespace benari::control::twiml
