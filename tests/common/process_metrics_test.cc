#include "common/process_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/common/certificates.h"

namespace benari {
namespace {

class ProcessMetricsTest : public ::testing::Test {
 protected:
  double Value(const std::string& name) {
    for (const auto& family : metrics_.Collect()) {
      if (family.name != name) continue;
      const auto& metric = family.metric.front();
      return family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value;
    }
    ADD_FAILURE() << "no " << name;
    return 0;
  }

  ProcessMetrics metrics_{BuildInfo{"media", "1.2.3", "abc", "g++ 12"}, {}};
};

TEST_F(ProcessMetricsTest, LinesOfTheLogThatWereDroppedAreToldOfTheService) {
  EXPECT_EQ(Value("benari_media_log_lines_dropped_total"), 0);
}

TEST_F(ProcessMetricsTest, EachOpenFileCounts) {
  const double before = Value("process_open_fds");
  const int fd = dup(STDERR_FILENO);
  EXPECT_EQ(Value("process_open_fds"), before + 1);
  close(fd);
  EXPECT_EQ(Value("process_open_fds"), before);
  EXPECT_GT(Value("process_max_fds"), before);
}

TEST_F(ProcessMetricsTest, CpuSecondsAreThoseOfTheProcess) {
  while (std::clock() < CLOCKS_PER_SEC / 20) {
  }
  const double before = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  const double told = Value("process_cpu_seconds_total");
  EXPECT_NEAR(told, before, 0.03) << "in ticks of 10 ms";
}

TEST_F(ProcessMetricsTest, MemoryAndStartAreOfThisProcess) {
  EXPECT_GT(Value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(Value("process_virtual_memory_bytes"), Value("process_resident_memory_bytes"));
  const double now = static_cast<double>(std::time(nullptr));
  EXPECT_LE(Value("process_start_time_seconds"), now + 1);
  EXPECT_GT(Value("process_start_time_seconds"), now - 3600);
}

// Of a service with these certificates; nullopt: it has no value.
std::optional<double> Expiry(std::vector<std::string> certificates) {
  const ProcessMetrics metrics{BuildInfo{"control", "1.2.3", "abc", "g++ 12"}, std::move(certificates)};
  for (const auto& family : metrics.Collect()) {
    if (family.name != "benari_control_tls_not_after_seconds" || family.metric.empty()) continue;
    return family.metric.front().gauge.value;
  }
  return std::nullopt;
}

TEST(ProcessMetricsTlsTest, TheFirstOfTheOwnCertificatesToExpireCounts) {
  const Certificates certificates;
  certificates.MakeCa("ca");
  certificates.Make("two_days", "ca", "IP:127.0.0.1", 2);
  certificates.Make("a_day", "ca", "IP:127.0.0.1", 1);
  const std::string two_days = certificates.File("two_days.pem"), a_day = certificates.File("a_day.pem");
  const std::optional<double> first = Expiry({"", a_day});
  ASSERT_TRUE(first.has_value());
  EXPECT_GT(Expiry({two_days}), first);
  EXPECT_EQ(Expiry({two_days, a_day}), first);
  EXPECT_EQ(Expiry({two_days, "/none"}), 0);
  EXPECT_EQ(Expiry({"", ""}), std::nullopt);
}

TEST_F(ProcessMetricsTest, BuildIsInLabels) {
  const auto family = metrics_.Collect().front();
  EXPECT_EQ(family.name, "benari_build_info");
  std::string labels;
  for (const auto& label : family.metric.front().label) labels += label.name + "=" + label.value + " ";
  EXPECT_EQ(labels, "service=media version=1.2.3 revision=abc compiler=g++ 12 ");
  EXPECT_EQ(family.metric.front().gauge.value, 1);
}

}  // namespace
}  // namespace benari
