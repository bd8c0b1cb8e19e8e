// Drives a target without libFuzzer: every file of a saved corpus, then mutations of them for some seconds.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace benari::fuzz {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kMaxBytes = 4096;  // as libFuzzer does for a corpus of small files

// Runs inputs, each kept in `path` meanwhile: it is there whatever ends the process.
class Runner {
 public:
  explicit Runner(const std::string& path)
      : fd_(path.empty() ? -1 : open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0 && !path.empty()) std::perror(path.c_str()), std::exit(2);
  }
  ~Runner() {
    if (fd_ >= 0) close(fd_);
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void Run(const Bytes& input) const {
    if (fd_ >= 0 && (pwrite(fd_, input.data(), input.size(), 0) < 0 ||
                     ftruncate(fd_, static_cast<off_t>(input.size())) != 0)) {
      std::perror("the input cannot be kept"), std::exit(2);
    }
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }

 private:
  int fd_;
};

Bytes Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// A file, or all of a folder, in a settled order.
std::vector<Bytes> ReadAll(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return {Read(path)};
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(path)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> all;
  for (const auto& each : paths) all.push_back(Read(each));
  return all;
}

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  Bytes Mutate(const std::vector<Bytes>& corpus) {
    Bytes bytes = corpus[Below(corpus.size())];
    for (size_t left = 1 + Below(4); left > 0; --left) Once(corpus, &bytes);
    bytes.resize(std::min(bytes.size(), kMaxBytes));
    return bytes;
  }

 private:
  size_t Below(size_t end) { return end == 0 ? 0 : random_() % end; }

  void Once(const std::vector<Bytes>& corpus, Bytes* bytes) {
    const size_t at = Below(bytes->size() + 1);
    const auto here = bytes->begin() + static_cast<std::ptrdiff_t>(at);
    const size_t length = Below(std::min<size_t>(bytes->size() - at, 16) + 1);
    switch (Below(5)) {
      case 0:
        if (at < bytes->size()) *here ^= static_cast<uint8_t>(1u << Below(8));
        break;
      case 1:
        if (at < bytes->size()) *here = static_cast<uint8_t>(random_());
        break;
      case 2:
        bytes->erase(here, here + static_cast<std::ptrdiff_t>(length));
        break;
      case 3: {
        const Bytes again(here, here + static_cast<std::ptrdiff_t>(length));
        bytes->insert(here, again.begin(), again.end());
        break;
      }
      default: {  // goes on as another one does
        const Bytes& other = corpus[Below(corpus.size())];
        bytes->erase(here, bytes->end());
        const size_t from = Below(other.size());
        bytes->insert(bytes->end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
      }
    }
  }

  std::mt19937_64 random_;
};

int Main(int argc, char** argv) {
  double seconds = 0;
  uint64_t seed = std::random_device()();
  std::string keep;
  std::vector<Bytes> corpus;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    bool good = true;
    if (absl::ConsumePrefix(&argument, "--seconds=")) {
      good = absl::SimpleAtod(argument, &seconds);
    } else if (absl::ConsumePrefix(&argument, "--seed=")) {
      good = absl::SimpleAtoi(argument, &seed);
    } else if (absl::ConsumePrefix(&argument, "--keep=")) {
      keep = std::string(argument);
    } else {
      std::vector<Bytes> more = ReadAll(std::string(argument));
      std::move(more.begin(), more.end(), std::back_inserter(corpus));
    }
    if (!good) return std::fprintf(stderr, "not a number: %s\n", argv[i]), 2;
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "usage: %s [--seconds=S] [--seed=N] [--keep=FILE] FILE|FOLDER...\n", argv[0]);
    return 2;
  }
  std::fprintf(stderr, "mutations of seed %llu; the input under way is in '%s'\n",
               static_cast<unsigned long long>(seed), keep.c_str());
  const Runner runner(keep);
  for (const Bytes& each : corpus) runner.Run(each);
  Mutator mutator(seed);
  uint64_t mutations = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    runner.Run(mutator.Mutate(corpus));
    ++mutations;
  }
  std::printf("%zu inputs of the corpus and %llu mutations: nothing broken\n", corpus.size(),
              static_cast<unsigned long long>(mutations));
  if (!keep.empty()) std::filesystem::remove(keep);
  return 0;
}

}  // namespace
}  // namespace benari::fuzz

int main(int argc, char** argv) { return benari::fuzz::Main(argc, argv); }
