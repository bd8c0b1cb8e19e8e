#include "control/speech/speech_files.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <ctime>
#include <filesystem>

#include "tests/control/speech/wave.h"
#include "tests/harness/run_folder.h"

namespace {
// Directories cannot be read beyond their first entry.
bool disk_fails = false;
}  // namespace

// In the place of the C library's.
extern "C" dirent* readdir(DIR* directory) {
  static const auto real = reinterpret_cast<dirent* (*)(DIR*)>(dlsym(RTLD_NEXT, "readdir"));
  static bool first_was_read = false;
  if (!disk_fails) first_was_read = false;
  if (first_was_read) {
    errno = EIO;
    return nullptr;
  }
  dirent* const entry = real(directory);
  first_was_read = disk_fails && entry != nullptr && entry->d_name[0] != '.';
  return entry;
}

namespace benari::control {
namespace {

namespace fs = std::filesystem;
using e2e::ReadFile;
using e2e::RunFolder;
using e2e::WriteFile;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Optional;

constexpr uint64_t kMib = 1 << 20;

class SpeechFilesTest : public ::testing::Test {
 protected:
  static std::string Name(char digit) { return std::string(64, digit); }
  std::string Media(char digit) const { return "sound:" + folder_.File(Name(digit)); }
  std::string PathOf(char digit) const { return folder_.File(Name(digit)) + ".wav"; }
  bool IsThere(const std::string& path) const { return fs::exists(path); }
  static void PlayedBefore(const std::string& path, seconds age) {
    const timespec then[2] = {{time(nullptr) - age.count(), 0}, {time(nullptr) - age.count(), 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), then, 0), 0);
  }
  // Of somewhat more than `bytes`.
  absl::StatusOr<std::string> Make(SpeechFiles& files, char digit, uint32_t bytes = 160) {
    const std::string part = files.NewPart();
    WriteFile(part, Wave(8000, 1, 16, 1, bytes));
    fs::permissions(part, fs::perms(0600));  // as with the UMask= of the unit
    return files.Keep(part, Name(digit));
  }
  std::string ErrorOf(const std::string& content) {
    SpeechFiles files(folder_.path(), kMib);
    const std::string part = files.NewPart();
    WriteFile(part, content);
    const auto kept = files.Keep(part, Name('a'));
    EXPECT_FALSE(IsThere(part));
    EXPECT_EQ(files.Find(Name('a')), std::nullopt);
    return std::string(kept.status().message());
  }

  const RunFolder folder_{fs::temp_directory_path(), "benari-speech-"};
};

TEST_F(SpeechFilesTest, WhatWasMadeIsFoundAgainAlsoByTheNextProcess) {
  SpeechFiles files(folder_.path(), kMib);
  EXPECT_EQ(files.Find(Name('a')), std::nullopt);
  const auto kept = Make(files, 'a');
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(*kept, Media('a')) << "without an extension, as Asterisk wants it";
  EXPECT_THAT(files.Find(Name('a')), Optional(Media('a')));
  EXPECT_THAT(SpeechFiles(folder_.path(), kMib).Find(Name('a')), Optional(Media('a')));
  struct stat found;
  ASSERT_EQ(stat(PathOf('a').c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644U) << "Asterisk is another user";
}

TEST_F(SpeechFilesTest, SixteenKilohertzHaveTheExtensionThatAsteriskWants) {
  SpeechFiles files(folder_.path(), kMib);
  const std::string part = files.NewPart();
  EXPECT_THAT(part, MatchesRegex(".*/part-[0-9a-f]{16}\\.wav"));
  WriteFile(part, Wave(16000));
  ASSERT_TRUE(files.Keep(part, Name('a')).ok());
  EXPECT_TRUE(IsThere(folder_.File(Name('a')) + ".wav16"));
  EXPECT_THAT(files.Find(Name('a')), Optional(Media('a')));
}

TEST_F(SpeechFilesTest, WhatAsteriskCannotPlayIsRefusedAndGone) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("no file, or one without sound"));
  EXPECT_THAT(ErrorOf("ID3 is no WAV, and somewhat longer than a header of it"),
              HasSubstr("is no WAV: accepted is"));
  EXPECT_THAT(ErrorOf(Wave(8000, 1, 16, 1, 0)), HasSubstr("one without sound"));
  EXPECT_FALSE(ExtensionOf(Wave().substr(0, 35)).ok());
  EXPECT_THAT(ErrorOf(Wave(22050)),
              HasSubstr("22050 Hz, 16 bits: accepted is WAV (PCM) of 8000 or 16000 Hz"));
  EXPECT_THAT(ErrorOf(Wave(8000, 2)), HasSubstr("2 channels"));
  EXPECT_THAT(ErrorOf(Wave(8000, 1, 8)), HasSubstr("8 bits"));
  EXPECT_THAT(ErrorOf(Wave(8000, 1, 16, 7)), HasSubstr("format 7"));
  EXPECT_THAT(ErrorOf(Wave() + std::string(SpeechFiles::kMaxFileBytes, 'a')), HasSubstr("at most 16777216"));
  SpeechFiles files(folder_.path(), kMib);
  EXPECT_THAT(std::string(files.Keep(files.NewPart(), Name('a')).status().message()), HasSubstr("no file"));
}

TEST_F(SpeechFilesTest, BeyondTheLimitGoesWhatWasNotPlayedForTheLongestTime) {
  SpeechFiles files(folder_.path(), kMib);
  for (const char digit : {'a', 'b', 'c', 'd'}) ASSERT_TRUE(Make(files, digit, 240 << 10).ok());
  PlayedBefore(PathOf('a'), minutes(17));
  PlayedBefore(PathOf('b'), minutes(19));
  PlayedBefore(PathOf('c'), minutes(18));
  ASSERT_TRUE(files.Find(Name('b')).has_value());  // and so it is played now
  ASSERT_TRUE(Make(files, 'e', 240 << 10).ok());
  EXPECT_FALSE(IsThere(PathOf('c')));
  EXPECT_FALSE(IsThere(PathOf('a'))) << "down to nine tenths";
  EXPECT_TRUE(IsThere(PathOf('b')));
  EXPECT_TRUE(IsThere(PathOf('d')));
  EXPECT_TRUE(IsThere(PathOf('e')));
}

TEST_F(SpeechFilesTest, WhatMayBePlayedNowStaysAndTheNextOneIsRefused) {
  SpeechFiles files(folder_.path(), kMib);
  for (const char digit : {'a', 'b', 'c', 'd'}) ASSERT_TRUE(Make(files, digit, 240 << 10).ok());
  PlayedBefore(PathOf('a'), SpeechFiles::kKept - minutes(1));
  const auto refused = Make(files, 'e', 240 << 10);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("full: more than --say_max_mib=1"));
  EXPECT_TRUE(IsThere(PathOf('a')));
  EXPECT_EQ(files.Find(Name('e')), std::nullopt);
  PlayedBefore(PathOf('a'), SpeechFiles::kKept + minutes(1));
  EXPECT_TRUE(Make(files, 'e', 240 << 10).ok()) << "once there is something old";
}

TEST_F(SpeechFilesTest, WhatAnEarlierProcessHasLeftHalfMadeGoesAndNothingElse) {
  const std::string old_part = SpeechFiles(folder_.path(), kMib).NewPart();
  const std::string new_part = SpeechFiles(folder_.path(), kMib).NewPart();
  const std::string strangers[] = {folder_.File("passwd"), folder_.File("hello.wav"),
                                   folder_.File("part-1.wav")};
  WriteFile(old_part, "RIFF");
  WriteFile(new_part, "RIFF");
  for (const std::string& each : strangers) WriteFile(each, std::string(kMib, 'a'));
  for (const std::string& each : strangers) PlayedBefore(each, minutes(60));
  PlayedBefore(old_part, minutes(2));
  SpeechFiles files(folder_.path(), kMib);
  EXPECT_FALSE(IsThere(old_part));
  EXPECT_TRUE(IsThere(new_part)) << "another process may be at it";
  for (const char digit : {'a', 'b', 'c', 'd', 'e'}) {
    ASSERT_TRUE(Make(files, digit, 240 << 10).ok());
    PlayedBefore(PathOf(digit), minutes(60));
  }
  for (const std::string& each : strangers) EXPECT_TRUE(IsThere(each)) << each;
}

TEST_F(SpeechFilesTest, ADirectoryThatCannotBeReadToItsEndIsNoEnd) {
  SpeechFiles files(folder_.path(), kMib);
  for (const char digit : {'a', 'b'}) ASSERT_TRUE(Make(files, digit).ok());
  disk_fails = true;
  EXPECT_NO_THROW(SpeechFiles(folder_.path(), kMib));
  EXPECT_NO_THROW(Make(files, 'c', kMib).IgnoreError());
  disk_fails = false;
}

TEST_F(SpeechFilesTest, ADirectoryThatIsGoneIsSaid) {
  SpeechFiles files(folder_.File("missing"), kMib);
  EXPECT_EQ(files.Find(Name('a')), std::nullopt);
  EXPECT_THAT(std::string(files.Keep(files.NewPart(), Name('a')).status().message()), HasSubstr("no file"));
}

}  // namespace
}  // namespace benari::control
