#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/flag_types.h"

// Files of flags: one NAME = VALUE a line. Empty lines and those that begin with # are left out; a # further
// on belongs to the value.
namespace benari {

// A file as it was read.
struct SettingsFile {
  std::string path;
  std::string text;
};

struct Setting {
  std::string name;
  std::string value;
  std::string origin;  // FILE:LINE
};

// Returns the settings of `file` in their order. A line that is none, and a name that comes twice, are added
// to `errors` with file and line; the line itself is not shown, since it may hold a secret. Pure.
std::vector<Setting> ParseSettings(const SettingsFile& file, FlagErrors* errors);

// Logs a warning if some of `files` can no longer be read, or hold another text: only a restart reads them.
// Blocks.
void WarnOfChangedSettings(const std::vector<SettingsFile>& files);

// The longest file that is read.
constexpr size_t kMaxSettingsBytes = 1 << 20;

}  // namespace benari
