#pragma once

#include <string>
#include <vector>

// What a check of the installation has found. Pure.
namespace benari::control {

enum class Verdict { kOk, kWarning, kFailed };

struct Finding {
  Verdict verdict = Verdict::kOk;
  std::string text;  // one line; of a failure it names the flag and the file of Asterisk to look at
};
using Findings = std::vector<Finding>;

inline Finding Ok(std::string text) { return {Verdict::kOk, std::move(text)}; }
inline Finding Warned(std::string text) { return {Verdict::kWarning, std::move(text)}; }
inline Finding Failed(std::string text) { return {Verdict::kFailed, std::move(text)}; }

// "FAILED   ARI http://…"
std::string ToLine(const Finding& finding);

}  // namespace benari::control
