#include "common/command_line.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/flag_origin.h"
#include "common/small_file.h"

ABSL_FLAG(
    std::string, config, "",
    "file of flags, one NAME = VALUE a line, without the dashes; a line that begins with # is a comment. "
    "May be given more than once: a later file wins over an earlier one, and a flag on the command line over "
    "all files");

namespace benari {

namespace {

[[noreturn]] void Help(absl::string_view usage) {
  std::map<std::string, const absl::CommandLineFlag*> flags;
  for (const auto& [name, flag] : absl::GetAllFlags()) flags[std::string(name)] = flag;
  std::string text = absl::StrCat(usage, "\n\n");
  for (const auto& [name, flag] : flags) {
    absl::StrAppend(&text, "  --", name, "=", flag->DefaultValue(), "\n      ", flag->Help(), "\n");
  }
  std::fputs(text.c_str(), stdout);
  std::exit(0);
}

// Returns the error of our own flag types, else the default as an example.
std::string Accepted(const absl::CommandLineFlag& flag, absl::string_view error) {
  constexpr absl::string_view kAccepted = "accepted is ";
  const size_t at = error.find(kAccepted);
  if (at != absl::string_view::npos) return std::string(error.substr(at + kAccepted.size()));
  if (flag.IsOfType<bool>()) return "true or false";
  return absl::StrCat("a value such as ", flag.DefaultValue());
}

bool IsSwitch(const absl::CommandLineFlag* flag) { return flag != nullptr && flag->IsOfType<bool>(); }

constexpr absl::string_view kConfig = "config";

// What they ask for is not how a service is to be run.
bool IsForCommandLineOnly(absl::string_view name) {
  return name == kConfig || name == "check" || name == "healthcheck" || name == "help" || name == "version";
}

struct Arguments {
  std::vector<Setting> settings;
  std::vector<std::string> files;  // of --config
};

// Reads the arguments in their order; those that are no flag are added to `errors`.
Arguments ReadArguments(int argc, char** argv, absl::string_view usage, FlagErrors* errors) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    absl::string_view name = argv[i];
    if (!absl::ConsumePrefix(&name, "-")) {
      errors->Require(false, "", name, "flags only, as --help lists them");
      continue;
    }
    absl::ConsumePrefix(&name, "-");
    if (name == "help") Help(usage);
    const size_t equals = name.find('=');
    const bool has_value = equals != absl::string_view::npos;
    absl::string_view value = has_value ? name.substr(equals + 1) : "";
    name = name.substr(0, equals);

    absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
    if (flag == nullptr && !has_value && absl::ConsumePrefix(&name, "no")) {
      flag = absl::FindCommandLineFlag(name);
      if (!IsSwitch(flag)) flag = nullptr;
      value = "false";
    } else if (!has_value && IsSwitch(flag)) {
      value = "true";
    } else if (!has_value && flag != nullptr && i + 1 < argc) {
      value = argv[++i];
    }
    if (flag == nullptr) {
      if (!has_value && NamesASecret(name) && i + 1 < argc && argv[i + 1][0] != '-')
        ++i;  // which is not shown
      errors->Require(false, name, value, "one of the flags that --help lists");
    } else if (name == kConfig) {
      arguments.files.emplace_back(value);
    } else {
      arguments.settings.push_back({std::string(name), std::string(value), ""});
    }
  }
  return arguments;
}

// Sets a flag that exists.
void Set(const Setting& setting, FlagErrors* errors) {
  absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(setting.name);
  SetFlagOrigin(setting.name, setting.origin);
  std::string error;
  if (flag->ParseFrom(setting.value, &error)) return;
  const std::string accepted = Accepted(*flag, error);
  if (flag->IsOfType<int32_t>() || flag->IsOfType<double>()) {
    return KeepNoNumber({setting.name, setting.value, setting.origin, accepted});
  }
  errors->Require(false, setting.name, setting.value, accepted);
}

void SetFromFile(const Setting& setting, FlagErrors* errors) {
  const bool known = absl::FindCommandLineFlag(setting.name) != nullptr;
  if (known && !IsForCommandLineOnly(setting.name)) return Set(setting, errors);
  SetFlagOrigin(setting.name, setting.origin);
  errors->Require(false, setting.name, setting.value,
                  known ? "this name on the command line only" : "one of the flags that --help lists");
}

template <typename Number>
Number ReadNumber(const absl::Flag<Number>& flag, int32_t least, int32_t most, FlagErrors* errors) {
  const absl::string_view name = absl::GetFlagReflectionHandle(flag).Name();
  const std::string accepted = absl::StrCat(least, "..", most);
  const std::string origin = FlagOrigin(name);
  while (const std::optional<NoNumber> kept = TakeNoNumber(name)) {
    SetFlagOrigin(name, kept->origin);
    errors->Require(false, name, kept->value, accepted);
    SetFlagOrigin(name, origin);
  }
  const Number value = absl::GetFlag(flag);
  errors->Require(value >= least && value <= most, name, absl::StrCat(value), accepted);
  return value;
}

}  // namespace

std::vector<SettingsFile> ParseCommandLine(int argc, char** argv, absl::string_view usage,
                                           FlagErrors* errors) {
  const Arguments arguments = ReadArguments(argc, argv, usage, errors);
  std::vector<SettingsFile> files;
  ForgetFlagOrigins();
  for (const std::string& path : arguments.files) {
    auto text = ReadSmallFile(path, kMaxSettingsBytes);
    if (!text.ok()) {
      errors->Refuse(kConfig, path,
                     absl::StrCat(text.status().message(), "; accepted is a file of lines NAME = VALUE"));
      continue;
    }
    files.push_back({path, *std::move(text)});
    for (const Setting& setting : ParseSettings(files.back(), errors)) SetFromFile(setting, errors);
  }
  for (const Setting& setting : arguments.settings) Set(setting, errors);
  return files;
}

int32_t ReadInRange(const absl::Flag<int32_t>& flag, int32_t least, int32_t most, FlagErrors* errors) {
  return ReadNumber(flag, least, most, errors);
}

double ReadInRange(const absl::Flag<double>& flag, int32_t least, int32_t most, FlagErrors* errors) {
  return ReadNumber(flag, least, most, errors);
}

}  // namespace benari
