#pragma once

#include <string>

#include "absl/strings/string_view.h"

// Which line of which file each flag has its value from. Written by ParseCommandLine only, before there are
// threads.
namespace benari {

void ForgetFlagOrigins();
void SetFlagOrigin(absl::string_view flag, std::string origin);
// Returns FILE:LINE, or "" if it is the command line or the default.
std::string FlagOrigin(absl::string_view flag);

}  // namespace benari
