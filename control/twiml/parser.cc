#include "control/twiml/parser.h"

#include <pugixml.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/shown.h"
#include "control/twiml/element.h"
#include "control/twiml/values.h"
#include "control/twiml/verbs.h"

namespace benari::control::twiml {

namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
// Escapes are left to Unescape, which refuses entities that XML does not have; a DOCTYPE is kept, to be seen.
constexpr unsigned int kParseOptions = pugi::parse_cdata | pugi::parse_eol | pugi::parse_wconv_attribute |
                                       pugi::parse_doctype | pugi::parse_declaration;

absl::Status Refuse(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("TwiML: ", why));
}

void CheckProlog(const pugi::xml_document& xml, Findings* findings) {
  int elements = 0;
  for (const pugi::xml_node node : xml.children()) {
    const ptrdiff_t offset = node.offset_debug();
    const absl::string_view encoding = node.attribute("encoding").value();
    if (node.type() == pugi::node_doctype) findings->Refuse(offset, "a DOCTYPE is not accepted");
    if (node.type() == pugi::node_declaration && !encoding.empty() &&
        !absl::EqualsIgnoreCase(encoding, "UTF-8") && !absl::EqualsIgnoreCase(encoding, "US-ASCII"))
      findings->Refuse(offset, absl::StrCat("encoding ", Shown(encoding), ": accepted is UTF-8"));
    if (node.type() != pugi::node_element) continue;
    if (absl::string_view(node.name()) != "Response" || ++elements > 1)
      findings->Refuse(offset, absl::StrCat(Tag(node.name()), ": accepted is one <Response> around all"));
  }
}

}  // namespace

absl::StatusOr<Document> Parse(absl::string_view text) {
  if (text.size() > kMaxDocumentBytes)
    return Refuse(absl::StrCat("accepted is a document of at most ", kMaxDocumentBytes, " bytes"));
  absl::ConsumePrefix(&text, kByteOrderMark);
  if (!IsXmlText(text)) return Refuse("accepted is UTF-8 without control characters");
  Findings findings(text);
  pugi::xml_document xml;
  const pugi::xml_parse_result read =
      xml.load_buffer(text.data(), text.size(), kParseOptions, pugi::encoding_utf8);
  if (!read) findings.Refuse(read.offset, absl::StrCat("no XML: ", read.description()));
  CheckProlog(xml, &findings);
  Document document;
  if (findings.status().ok()) document.verbs = ReadVerbs(xml.document_element(), findings);
  if (!findings.status().ok()) return findings.status();
  document.warnings = findings.warnings();
  return document;
}

}  // namespace benari::control::twiml
