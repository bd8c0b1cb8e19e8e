#include "common/log_queue.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace benari {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};

// A pipe of one page behind a queue of `max_bytes`. The queue stays, as it does in a process.
class LogQueueTest : public ::testing::Test {
 protected:
  LogQueueTest() {
    EXPECT_EQ(pipe2(ends_, O_CLOEXEC), 0);
    fcntl(ends_[1], F_SETPIPE_SZ, 4096);
  }
  ~LogQueueTest() override { CloseReader(); }

  LogQueue& Queue(size_t max_bytes) {
    return *new LogQueue(ends_[1], max_bytes,
                         [](uint64_t count) { return absl::StrCat("dropped ", count, "\n"); });
  }
  void CloseReader() {
    if (ends_[0] >= 0) close(std::exchange(ends_[0], -1));
  }
  // Without its end; "(end)" when there is none to come.
  std::string ReadLine() {
    size_t end;
    while ((end = unread_.find('\n')) == std::string::npos) {
      char buffer[4096];
      const ssize_t size = read(ends_[0], buffer, sizeof(buffer));
      if (size <= 0) return "(end)";
      unread_.append(buffer, static_cast<size_t>(size));
    }
    const std::string line = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    return line;
  }

  std::string unread_;
  int ends_[2] = {-1, -1};
};

TEST_F(LogQueueTest, LinesComeInTheirOrder) {
  LogQueue& queue = Queue(1 << 20);
  for (int i = 0; i < 1000; ++i) queue.Push(absl::StrCat("line ", i, "\n"));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ReadLine(), absl::StrCat("line ", i));
  EXPECT_TRUE(queue.Flush(kPatience));
  EXPECT_EQ(queue.dropped(), 0u);
}

TEST_F(LogQueueTest, BeyondTheLimitLinesAreDroppedAndSaidWhereTheyAreMissing) {
  LogQueue& queue = Queue(10000);
  constexpr int kLines =
      1000;  // of 100 bytes: 40 fit into the pipe, 100 into what is written, 100 into the queue
  for (int i = 1000; i < 1000 + kLines; ++i) queue.Push(absl::StrCat(i, std::string(95, '.'), "\n"));
  EXPECT_FALSE(queue.Flush(milliseconds(1)));
  EXPECT_GE(queue.dropped(), 700u);
  int next = 1000;
  uint64_t said = 0;
  while (next < 1000 + kLines) {
    const std::string line = ReadLine();
    if (absl::StartsWith(line, "dropped ")) {
      const int missing = std::stoi(line.substr(8));
      said += missing;
      next += missing;
    } else {
      ASSERT_EQ(line, absl::StrCat(next++, std::string(95, '.')));
    }
  }
  EXPECT_EQ(said, queue.dropped());
  queue.Push("after\n");
  EXPECT_EQ(ReadLine(), "after");
}

TEST_F(LogQueueTest, ALineOfAnyLengthIsWhole) {
  LogQueue& queue = Queue(1 << 20);
  const std::string line(100000, 'x');
  queue.Push(line + "\n");
  queue.Push("next\n");
  EXPECT_EQ(ReadLine(), line);
  EXPECT_EQ(ReadLine(), "next");
}

TEST_F(LogQueueTest, AReaderThatHasGoneIsNoSignal) {
  LogQueue& queue = Queue(1 << 20);
  CloseReader();
  queue.Push("one\n");
  EXPECT_TRUE(queue.Flush(kPatience));
  queue.Push("two\nthree\n");
  EXPECT_TRUE(queue.Flush(kPatience));
  EXPECT_EQ(queue.dropped(), 3u);
}

TEST_F(LogQueueTest, ADescriptorThatDoesNotBlockIsWaitedFor) {
  fcntl(ends_[1], F_SETFL, O_NONBLOCK);
  LogQueue& queue = Queue(1 << 20);
  const std::string line(500, 'x');
  for (int i = 0; i < 100; ++i) queue.Push(absl::StrCat(line, "\n"));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(ReadLine(), line);
  EXPECT_EQ(queue.dropped(), 0u);
}

}  // namespace
}  // namespace benari
