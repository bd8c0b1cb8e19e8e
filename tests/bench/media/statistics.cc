#include "tests/bench/media/statistics.h"

#include <algorithm>

namespace benari::bench {

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double SlowestOverMedian(const std::vector<uint64_t>& received) {
  const double median = Median(std::vector<double>(received.begin(), received.end()));
  if (median == 0) return 0;
  return static_cast<double>(*std::min_element(received.begin(), received.end())) / median;
}

}  // namespace benari::bench
