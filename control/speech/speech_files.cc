#include "control/speech/speech_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace benari::control {

namespace fs = std::filesystem;

namespace {

constexpr absl::string_view kPartPrefix = "part-";
constexpr const char* kExtensions[] = {"wav", "wav16"};
constexpr size_t kNameDigits = 64, kPartDigits = 16;
constexpr size_t kHeaderBytes = 36;    // to the end of "fmt "
constexpr off_t kEmptyFileBytes = 44;  // headers alone: what has no length could be looped in no time
// More than a command may take: what has not been written to for so long is nobody's.
constexpr std::chrono::seconds kAbandoned{60};

bool IsHex(absl::string_view text, size_t digits) {
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

// Names that Keep gives: a digest, with an extension.
bool IsKept(absl::string_view file) {
  return std::any_of(std::begin(kExtensions), std::end(kExtensions), [file](const char* extension) {
    absl::string_view name = file;
    return absl::ConsumeSuffix(&name, absl::StrCat(".", extension)) && IsHex(name, kNameDigits);
  });
}

bool IsPart(absl::string_view file) {
  return absl::ConsumePrefix(&file, kPartPrefix) && absl::ConsumeSuffix(&file, ".wav") &&
         IsHex(file, kPartDigits);
}

uint64_t BytesOnDisk(const struct stat& file) { return static_cast<uint64_t>(file.st_blocks) * 512; }

struct Kept {
  time_t played;
  uint64_t bytes;  // on the disk
  std::string path;
};

// What is in the directory, with the half-made files that nobody makes any more removed.
std::vector<Kept> Look(const std::string& directory) {
  std::vector<Kept> kept;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error); entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    struct stat found;
    if (!(IsKept(name) || IsPart(name)) || stat(entry->path().c_str(), &found) != 0) continue;
    if (IsKept(name)) {
      kept.push_back({found.st_mtime, BytesOnDisk(found), entry->path().string()});
    } else if (time(nullptr) - found.st_mtime > kAbandoned.count()) {
      unlink(entry->path().c_str());
    }
  }
  return kept;
}

uint64_t BytesOf(const std::vector<Kept>& kept) {
  uint64_t bytes = 0;
  for (const Kept& each : kept) bytes += each.bytes;
  return bytes;
}

std::string ReadHeader(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string header(kHeaderBytes, '\0');
  file.read(header.data(), kHeaderBytes);
  header.resize(static_cast<size_t>(file.gcount()));
  return header;
}

// The extension that it gets.
absl::StatusOr<std::string> Inspect(const std::string& part, struct stat* made) {
  if (stat(part.c_str(), made) != 0 || made->st_size <= kEmptyFileBytes)
    return absl::InvalidArgumentError("the command has made no file, or one without sound");
  if (static_cast<uint64_t>(made->st_size) > SpeechFiles::kMaxFileBytes)
    return absl::InvalidArgumentError(absl::StrCat("the command has made a file of ", made->st_size,
                                                   " bytes: accepted are at most ",
                                                   SpeechFiles::kMaxFileBytes));
  return ExtensionOf(ReadHeader(part));
}

uint32_t LittleEndian(absl::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

absl::StatusOr<std::string> ExtensionOf(absl::string_view header) {
  constexpr absl::string_view kAccepted =
      ": accepted is WAV (PCM) of 8000 or 16000 Hz, mono, 16 bits a sample";
  if (header.size() < kHeaderBytes || header.substr(0, 4) != "RIFF" || header.substr(8, 8) != "WAVEfmt ")
    return absl::InvalidArgumentError(absl::StrCat("the file is no WAV", kAccepted));
  const uint32_t format = LittleEndian(header.substr(20, 2)), channels = LittleEndian(header.substr(22, 2));
  const uint32_t rate = LittleEndian(header.substr(24, 4)), bits = LittleEndian(header.substr(34, 2));
  if (format == 1 && channels == 1 && bits == 16 && rate == 8000) return "wav";
  if (format == 1 && channels == 1 && bits == 16 && rate == 16000) return "wav16";
  return absl::InvalidArgumentError(absl::StrCat("the file has format ", format, ", ", channels,
                                                 " channels, ", rate, " Hz, ", bits, " bits", kAccepted));
}

SpeechFiles::SpeechFiles(std::string directory, uint64_t max_bytes)
    : directory_(std::move(directory)), max_bytes_(max_bytes), bytes_(BytesOf(Look(directory_))) {}

std::string SpeechFiles::MediaOf(const std::string& name) const {
  return absl::StrCat("sound:", directory_, "/", name);
}

// Its time is that of the last playing.
std::optional<std::string> SpeechFiles::Find(const std::string& name) {
  for (const char* const extension : kExtensions) {
    const std::string path = absl::StrCat(directory_, "/", name, ".", extension);
    if (utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0) return MediaOf(name);
  }
  return std::nullopt;
}

std::string SpeechFiles::NewPart() const {
  std::random_device random;
  const uint64_t drawn = uint64_t{random()} << 32 | random();
  return absl::StrCat(directory_, "/", kPartPrefix, absl::Hex(drawn, absl::kZeroPad16), ".wav");
}

// Room for some more is made at once, so that it is not looked for each time.
bool SpeechFiles::MakeRoom(uint64_t bytes) {
  bytes_ += bytes;
  if (bytes_ <= max_bytes_) return true;
  std::vector<Kept> kept = Look(directory_);
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.played < b.played; });
  bytes_ = BytesOf(kept) + bytes;
  const time_t kept_since = time(nullptr) - std::chrono::seconds(kKept).count();
  for (const Kept& each : kept) {
    if (bytes_ <= max_bytes_ - max_bytes_ / 10 || each.played > kept_since) break;
    if (unlink(each.path.c_str()) == 0) bytes_ -= each.bytes;
  }
  if (bytes_ <= max_bytes_) return true;
  bytes_ -= bytes;
  return false;
}

// The one that plays it is another user.
absl::StatusOr<std::string> SpeechFiles::Keep(const std::string& part, const std::string& name) {
  struct stat made {};
  const absl::StatusOr<std::string> extension = Inspect(part, &made);
  absl::Status status = extension.status();
  if (status.ok() && !MakeRoom(BytesOnDisk(made)))
    status = absl::ResourceExhaustedError(
        absl::StrCat("--say_directory is full: more than --say_max_mib=", max_bytes_ >> 20,
                     " were played within ", kKept.count(), " minutes"));
  const auto fails = [&part](int result) {
    return result == 0
               ? absl::OkStatus()
               : absl::UnavailableError(absl::StrCat(part, " cannot be kept: ", std::strerror(errno)));
  };
  if (status.ok()) status = fails(chmod(part.c_str(), 0644));
  if (status.ok())
    status = fails(rename(part.c_str(), absl::StrCat(directory_, "/", name, ".", *extension).c_str()));
  if (status.ok()) return MediaOf(name);
  Discard(part);
  return status;
}

void SpeechFiles::Discard(const std::string& part) { unlink(part.c_str()); }

}  // namespace benari::control
