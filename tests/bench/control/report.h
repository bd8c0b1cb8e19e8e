#pragma once

#include <optional>
#include <string>
#include <vector>

namespace benari::bench {

struct Goal {
  enum class Kind { kAtLeast, kAtMost };
  Kind kind = Kind::kAtLeast;
  double value = 0;
};

// Figures of several rounds, as a table in Markdown: the median, the lowest and highest round, and the goal.
// Pure.
class Report {
 public:
  // One more round of this figure. The first one says where it stands in the table, and its goal.
  void Add(const std::string& figure, double value, std::optional<Goal> goal = std::nullopt);
  std::string Table() const;

 private:
  struct Figure {
    std::string name;
    std::optional<Goal> goal;
    std::vector<double> rounds;
  };

  std::vector<Figure> figures_;
};

double Median(std::vector<double> values);
// With three digits that count, or all before the point: 0.0123, 1.23, 1234.
std::string Shown(double value);

}  // namespace benari::bench
