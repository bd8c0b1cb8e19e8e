#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::control {

// The directory with what was said. When it is full those go first that were not played for the longest time,
// and none that was asked for within kKept. Files with other names than its own are left alone. Several
// processes may share it. Blocks for as long as a local file system does. Confined to one thread.
class SpeechFiles {
 public:
  // Longer than any utterance lasts.
  static constexpr std::chrono::minutes kKept{15};
  static constexpr uint64_t kMaxFileBytes = 16 << 20;

  // Removes what earlier processes have left half-made.
  SpeechFiles(std::string directory, uint64_t max_bytes);

  // What Asterisk can play, which counts as played now; nullopt: it is not there.
  std::optional<std::string> Find(const std::string& name);
  // Path of a new file to be made, which is not there yet.
  std::string NewPart() const;
  // Gives what was made its name, and returns it as Find does. An error says what is wrong with the file;
  // then it is gone.
  absl::StatusOr<std::string> Keep(const std::string& part, const std::string& name);
  void Discard(const std::string& part);

 private:
  std::string MediaOf(const std::string& name) const;
  // Removes what is old until there is room for so much; false: there is none.
  bool MakeRoom(uint64_t bytes);

  const std::string directory_;
  const uint64_t max_bytes_;
  uint64_t bytes_ = 0;  // at the last look, and what was kept since
};

// The extension that Asterisk knows such a file by: "wav" (8 kHz) or "wav16"; both mono, with 16 bits a
// sample. INVALID_ARGUMENT says what else the file is. Pure.
absl::StatusOr<std::string> ExtensionOf(absl::string_view header);

}  // namespace benari::control
