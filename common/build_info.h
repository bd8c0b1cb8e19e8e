#pragma once

#include <string>

namespace benari {

// What a binary was built from, for people who compare what runs.
struct BuildInfo {
  std::string service;  // control or media
  std::string version = "unknown";
  std::string revision = "unknown";  // of git; with "-dirty" when a tracked file was changed
  std::string compiler = "unknown";
};

// Of this binary. Only the executables link it: it changes with each commit.
BuildInfo ThisBuild(const char* service);

// With --version among the arguments: prints it and exits with 0, whatever else is there.
void PrintVersionIfAsked(int argc, char** argv, const char* service);

}  // namespace benari
