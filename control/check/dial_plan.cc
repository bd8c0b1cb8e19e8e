#include "control/check/dial_plan.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace benari::control {

namespace {

// Applications of the dial plan are found by Asterisk in any case.
bool LeadsTo(absl::string_view line, const std::string& app) {
  const std::pair<absl::string_view, absl::string_view> text = absl::StrSplit(line, absl::MaxSplits(';', 1));
  const std::string packed = absl::StrReplaceAll(text.first, {{" ", ""}, {"\t", ""}});
  const size_t stasis = absl::AsciiStrToLower(packed).find(",stasis(");
  if (stasis == std::string::npos) return false;
  const std::string arguments = absl::StrCat(app, ",inbound");
  absl::string_view rest = absl::string_view(packed).substr(stasis + sizeof(",stasis(") - 1);
  if (!absl::StartsWith(rest, arguments)) return false;
  rest.remove_prefix(arguments.size());
  return absl::StartsWith(rest, ")") || absl::StartsWith(rest, ",");
}

}  // namespace

Finding OfDialPlan(const std::string& path, absl::string_view extensions_conf, const std::string& app) {
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(extensions_conf, '\n')) {
    ++number;
    if (LeadsTo(line, app))
      return Ok(absl::StrCat("dial plan: line ", number, " of ", path, " leads to --app=", app));
  }
  return Warned(absl::StrCat("dial plan: no line of ", path, " has Stasis(", app,
                             ",inbound), so no caller reaches --app=", app,
                             " unless another file has it: look at 'asterisk -rx \"dialplan show\"'"));
}

}  // namespace benari::control
