// The real binary where io_uring is forbidden, as containers forbid it.
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <functional>
#include <thread>

#include "tests/media/media_process.h"

namespace benari::media {
namespace {

using ::testing::EndsWith;

// Runs it on a thread that, with all it starts, is refused io_uring_setup(2) by seccomp(2).
void WithoutIoUring(const std::function<void()>& what) {
  std::thread([&what] {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {.len = std::size(filter), .filter = filter};
    ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    what();
  }).join();
}

TEST(IoEngineProcess, AutoTakesEpollWhereIoUringIsForbiddenAndSaysWhy) {
  WithoutIoUring([] {
    ServingProcess node;
    EXPECT_EQ(node.serving()["io_engine"], "epoll");
    const auto line = nlohmann::json::parse(node.ReadLine("io_uring is not available"));
    EXPECT_EQ(line["why"], "io_uring_setup: Operation not permitted");
    EXPECT_EQ(line["level"], "info");
  });
}

TEST(IoEngineProcess, WhoInsistsOnIoUringIsToldThatItIsForbidden) {
  WithoutIoUring([] {
    const auto [code, output] =
        RunToEnd({"--io_engine=io_uring", "--grpc_listen=127.0.0.1:0", "--metrics_listen="});
    EXPECT_EQ(code, 1);
    EXPECT_THAT(output,
                EndsWith("--io_engine=io_uring: io_uring_setup: Operation not permitted; epoll works\n"));
  });
}

TEST(IoEngineProcess, EpollIsTakenWithoutAWord) {
  ServingProcess node({"--io_engine=epoll"});
  EXPECT_EQ(node.serving()["io_engine"], "epoll");
  node.Signal(SIGTERM);
  EXPECT_EQ(node.Wait(), 0);
  EXPECT_EQ(node.output().find("cannot be used"), std::string::npos);
}

}  // namespace
}  // namespace benari::media
