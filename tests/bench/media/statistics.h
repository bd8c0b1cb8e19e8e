#pragma once

#include <cstdint>
#include <vector>

// Figures over runs and sessions. Pure.
namespace benari::bench {

// The middle one, or the mean of the two in the middle; 0 of none.
double Median(std::vector<double> values);

// How much the worst-served session got, as a share of the median session: 1 is fair. 0 when the median got
// nothing.
double SlowestOverMedian(const std::vector<uint64_t>& received);

}  // namespace benari::bench
