#pragma once

#include <string>

namespace benari {

// The version and revision that a binary was built from.
struct BuildInfo {
  std::string service;  // control or media
  std::string version = "unknown";
  std::string revision = "unknown";  // of git; with "-dirty" when a tracked file was changed
  std::string compiler = "unknown";
};

// Returns those of this binary. Only executables link it, since it changes with each commit.
BuildInfo ThisBuild(const char* service);

// If --version is among the arguments, prints it and exits with 0, whatever the other arguments are.
void PrintVersionIfAsked(int argc, char** argv, const char* service);

}  // namespace benari
