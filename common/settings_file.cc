#include "common/settings_file.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/log.h"
#include "common/small_file.h"

namespace benari {

std::vector<Setting> ParseSettings(const SettingsFile& file, FlagErrors* errors) {
  std::vector<Setting> settings;
  std::map<std::string, int> line_of;
  int number = 0;
  absl::string_view text = file.text;
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // as editors of Windows begin a file
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    const std::string origin = absl::StrCat(file.path, ":", number);
    const size_t equals = line.find('=');
    const std::string name(absl::StripTrailingAsciiWhitespace(line.substr(0, equals)));
    if (equals == absl::string_view::npos || name.empty()) {
      errors->Require(false, "", origin, "a line NAME = VALUE, or a comment that begins with #");
      continue;
    }
    const auto [earlier, is_first] = line_of.emplace(name, number);
    if (!is_first) {
      errors->Require(
          false, "", origin,
          absl::StrCat("one value for each name, and ", name, " has one in line ", earlier->second));
      continue;
    }
    settings.push_back(
        {name, std::string(absl::StripLeadingAsciiWhitespace(line.substr(equals + 1))), origin});
  }
  return settings;
}

void WarnOfChangedSettings(const std::vector<SettingsFile>& files) {
  std::vector<std::string> changed;
  for (const SettingsFile& file : files) {
    const auto text = ReadSmallFile(file.path, kMaxSettingsBytes);
    if (!text.ok() || *text != file.text) changed.push_back(file.path);
  }
  if (changed.empty()) return;
  log::Warning("settings have changed, and need a restart: they are read at the start only",
               {{"files", absl::StrJoin(changed, ",")}});
}

}  // namespace benari
