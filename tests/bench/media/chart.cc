#include "tests/bench/media/chart.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "tests/bench/media/profile_names.h"

namespace benari::bench {
namespace {

constexpr double kWidth = 880;
constexpr double kHeight = 400;
constexpr double kPanelLeft = 60;
constexpr double kPanelWidth = 350;
constexpr double kPanelStep = 430;
constexpr double kTop = 60;
constexpr double kBottom = 300;
constexpr double kLegendY = 360;
constexpr double kLegendStep = 170;
constexpr size_t kColours = 5;  // as many as the style has; more targets share them

constexpr char kStyle[] =
    "<style>text{font:13px sans-serif;fill:#333}.title{font-weight:bold}.paper{fill:#fff}.grid{stroke:#ddd}"
    "polyline{fill:none;stroke-width:2}.c0{stroke:#777;color:#777}.c1{stroke:#0066b3;color:#0066b3}"
    ".c2{stroke:#c2410c;color:#c2410c}.c3{stroke:#15803d;color:#15803d}.c4{stroke:#7e22ce;color:#7e22ce}"
    "circle{fill:currentColor}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.paper{fill:#161b22}.grid{stroke:#3a414a}"
    ".c0{stroke:#aaa;color:#aaa}.c1{stroke:#58a6ff;color:#58a6ff}.c2{stroke:#fb923c;color:#fb923c}"
    ".c3{stroke:#4ade80;color:#4ade80}.c4{stroke:#c084fc;color:#c084fc}}</style>\n";

struct Panel {
  const char* title;
  Figure figure;
  double left;
  bool logarithmic;
};

std::vector<size_t> PacedSessions(const Results& results) {
  std::vector<size_t> all;
  for (const std::string& profile : results.profiles()) {
    size_t sessions = 0;
    if (IsPaced(profile, &sessions)) all.push_back(sessions);
  }
  return all;
}

std::string Text(double x, double y, const char* anchor, const std::string& text, const char* style = "") {
  const std::string safe = absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}});
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", x, y,
                         anchor, style, safe);
}

// Values to heights: from 0, or by powers of ten.
class Scale {
 public:
  Scale(double least, double most, bool logarithmic) : logarithmic_(logarithmic) {
    if (logarithmic) {
      low_ = std::floor(std::log10(least));
      high_ = std::max(low_ + 1, std::ceil(std::log10(most)));
      for (double power = low_; power <= high_; ++power) marks_.push_back(std::pow(10, power));
    } else {
      const double step = std::pow(10, std::floor(std::log10(most)));
      const double nice = most / step > 5 ? 2 * step : most / step > 2 ? step : step / 2;
      high_ = std::ceil(most / nice) * nice;
      for (double mark = 0; mark <= high_ + nice / 2; mark += nice) marks_.push_back(mark);
    }
  }
  const std::vector<double>& marks() const { return marks_; }
  double Y(double value) const {
    const double at = logarithmic_ ? std::log10(value) : value;
    return kBottom - (at - low_) / (high_ - low_) * (kBottom - kTop);
  }

 private:
  const bool logarithmic_;
  double low_ = 0;
  double high_ = 1;
  std::vector<double> marks_;
};

std::string Line(const Results& results, const Panel& panel, const Scale& scale, size_t target,
                 const std::vector<size_t>& sessions, double step) {
  std::string points;
  std::string dots;
  for (size_t i = 0; i < sessions.size(); ++i) {
    const double value = results.Of(results.targets()[target], PacedProfile(sessions[i]), panel.figure);
    if (value <= 0) continue;
    const double x = panel.left + step * (static_cast<double>(i) + 0.5);
    absl::StrAppendFormat(&points, "%.1f,%.1f ", x, scale.Y(value));
    absl::StrAppendFormat(&dots, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", x, scale.Y(value));
  }
  return absl::StrFormat("<g class=\"c%d\"><polyline points=\"%s\"/>%s</g>\n", target % kColours, points,
                         dots);
}

std::string Draw(const Results& results, const Panel& panel) {
  const std::vector<size_t> sessions = PacedSessions(results);
  double least = 0;
  double most = 0;
  for (const std::string& target : results.targets()) {
    for (const size_t count : sessions) {
      const double value = results.Of(target, PacedProfile(count), panel.figure);
      if (value <= 0) continue;
      least = least == 0 ? value : std::min(least, value);
      most = std::max(most, value);
    }
  }
  if (most == 0) return "";
  const Scale scale(least, most, panel.logarithmic);
  std::string svg = Text(panel.left, kTop - 25, "start", panel.title, "title");
  for (const double mark : scale.marks()) {
    const double y = scale.Y(mark);
    absl::StrAppendFormat(&svg, "<path class=\"grid\" d=\"M%.1f %.1fh%.1f\"/>\n", panel.left, y, kPanelWidth);
    svg += Text(panel.left - 8, y + 4, "end", absl::StrFormat("%g", mark));
  }
  const double step = kPanelWidth / static_cast<double>(sessions.size());
  for (size_t i = 0; i < sessions.size(); ++i) {
    const double x = panel.left + step * (static_cast<double>(i) + 0.5);
    svg += Text(x, kBottom + 20, "middle", absl::StrCat(sessions[i]));
  }
  svg += Text(panel.left + kPanelWidth / 2, kBottom + 38, "middle", "sessions, 50 packets/s each");
  for (size_t i = 0; i < results.targets().size(); ++i) {
    svg += Line(results, panel, scale, i, sessions, step);
  }
  return svg;
}

}  // namespace

std::string Chart(const Results& results) {
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" role=\"img\">\n", kWidth, kHeight);
  absl::StrAppend(&svg, kStyle, "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
  svg += Draw(results, {"CPU of the server, us a packet", Figure::kCpuUs, kPanelLeft, false});
  svg += Draw(results, {"round trip, p99, ms", Figure::kP99Ms, kPanelLeft + kPanelStep, true});
  for (size_t i = 0; i < results.targets().size(); ++i) {
    const double x = kPanelLeft + kLegendStep * static_cast<double>(i);
    absl::StrAppendFormat(&svg, "<g class=\"c%d\"><polyline points=\"%.1f,%.1f %.1f,%.1f\"/></g>\n",
                          i % kColours, x, kLegendY, x + 20, kLegendY);
    svg += Text(x + 26, kLegendY + 4, "start", results.targets()[i]);
  }
  return svg + "</svg>\n";
}

}  // namespace benari::bench
