#include "control/check/finding.h"

#include "absl/strings/str_cat.h"
#include "common/enum_table.h"

namespace benari::control {

namespace {
constexpr EnumRow<Verdict> kWords[] = {
    {Verdict::kOk, "ok       "}, {Verdict::kWarning, "warning  "}, {Verdict::kFailed, "FAILED   "}};
static_assert(IsWhole(kWords));
}  // namespace

std::string ToLine(const Finding& finding) {
  return absl::StrCat(Translate(kWords, finding.verdict), finding.text);
}

}  // namespace benari::control
