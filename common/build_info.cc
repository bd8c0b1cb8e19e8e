#include "common/build_info.h"

#include <cstdio>
#include <cstdlib>

#include "absl/flags/flag.h"
#include "absl/strings/string_view.h"
#include "common/revision.h"

ABSL_FLAG(bool, version, false, "print version, revision and compiler, and exit");

namespace benari {

BuildInfo ThisBuild(const char* service) {
  return {service, BENARI_VERSION, BENARI_REVISION, BENARI_COMPILER};
}

void PrintVersionIfAsked(int argc, char** argv, const char* service) {
  for (int i = 1; i < argc; ++i) {
    const absl::string_view arg = argv[i];
    if (arg != "--version" && arg != "-version") continue;
    const BuildInfo build = ThisBuild(service);
    std::printf("benari-%s %s, revision %s, %s\n", service, build.version.c_str(), build.revision.c_str(),
                build.compiler.c_str());
    std::exit(0);
  }
}

}  // namespace benari
