#include "common/service_manager.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>

#include "tests/common/notify_socket.h"

namespace benari {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

TEST(ServiceManager, WithoutOneNobodyIsCalledAndNothingIsSent) {
  unsetenv("NOTIFY_SOCKET");
  ServiceManager manager;
  EXPECT_EQ(manager.interval(), std::nullopt);
  manager.Ready();
  manager.Tick("serving");
}

TEST(ServiceManager, IsToldWhatChanges) {
  NotifySocket socket;
  ServiceManager manager;
  EXPECT_EQ(manager.interval(), milliseconds(1000));
  manager.Reloading();  // which would end the start
  manager.Reloaded();
  manager.Tick("starting");
  manager.Ready();
  manager.Ready();
  manager.Tick("serving: 1 call\n");
  manager.Tick("serving: 1 call\n");
  manager.TickWithoutWatchdog("serving: 1 call\n");
  manager.Reloading();
  manager.Reloaded();
  manager.Stopping();
  manager.Tick("draining");
  size_t position = 0;
  ASSERT_TRUE(socket.WaitFor("EXTEND_TIMEOUT_USEC=", &position));
  EXPECT_THAT(socket.Assignments(),
              ElementsAre("WATCHDOG=1", "STATUS=starting", "READY=1", "WATCHDOG=1", "STATUS=serving: 1 call ",
                          "WATCHDOG=1", "RELOADING=1", "READY=1", "STOPPING=1", "WATCHDOG=1",
                          "STATUS=draining", "EXTEND_TIMEOUT_USEC=10000000"));
}

TEST(ServiceManager, AWatchdogIsFedFourTimesBeforeItBites) {
  const NotifySocket socket;
  setenv("WATCHDOG_USEC", "2000000", /*overwrite=*/1);
  EXPECT_EQ(ServiceManager().interval(), milliseconds(500));
  setenv("WATCHDOG_USEC", "60000000", /*overwrite=*/1);
  EXPECT_EQ(ServiceManager().interval(), milliseconds(1000));
  setenv("WATCHDOG_PID", "1", /*overwrite=*/1);  // it watches another process
  setenv("WATCHDOG_USEC", "2000000", /*overwrite=*/1);
  EXPECT_EQ(ServiceManager().interval(), milliseconds(1000));
  unsetenv("WATCHDOG_PID");
  unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace benari
