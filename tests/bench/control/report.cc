#include "tests/bench/control/report.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace benari::bench {
namespace {

std::string GoalCells(const std::optional<Goal>& goal, double value) {
  if (!goal) return "| |";
  const bool at_least = goal->kind == Goal::Kind::kAtLeast;
  const bool met = at_least ? value >= goal->value : value <= goal->value;
  return absl::StrCat("| ", at_least ? "≥ " : "≤ ", Shown(goal->value), " | ", met ? "met" : "missed", " |");
}

}  // namespace

void Report::Add(const std::string& name, double value, std::optional<Goal> goal) {
  const auto found =
      std::find_if(figures_.begin(), figures_.end(), [&](const Figure& f) { return f.name == name; });
  if (found != figures_.end()) return found->rounds.push_back(value);
  figures_.push_back(Figure{name, goal, {value}});
}

std::string Report::Table() const {
  std::string table = "| figure | median | lowest … highest | goal | |\n|---|---|---|---|---|\n";
  for (const Figure& figure : figures_) {
    const double median = Median(figure.rounds);
    const auto [lowest, highest] = std::minmax_element(figure.rounds.begin(), figure.rounds.end());
    absl::StrAppend(&table, "| ", figure.name, " | ", Shown(median), " | ", Shown(*lowest), " … ",
                    Shown(*highest), " ", GoalCells(figure.goal, median), "\n");
  }
  return table;
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string Shown(double value) {
  const double size = std::abs(value);
  if (size >= 100 || size == 0) return absl::StrFormat("%.0f", value);
  return absl::StrFormat(size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f", value);
}

}  // namespace benari::bench
