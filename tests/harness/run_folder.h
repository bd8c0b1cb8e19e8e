#pragma once

#include <string>

namespace benari::e2e {

// A folder for the files of one run, which the destructor removes with its contents, unless kept.
// Confined to the thread that created it.
class RunFolder {
 public:
  // Creates it inside `parent` with a name that starts with `prefix`.
  RunFolder(const std::string& parent, const std::string& prefix);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  void Keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

std::string ReadFile(const std::string& path);  // empty when there is none
void WriteFile(const std::string& path, const std::string& text);

}  // namespace benari::e2e
