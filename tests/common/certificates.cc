#include "tests/common/certificates.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace benari {

namespace {
constexpr char kNewKey[] = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
}

Certificates::Certificates() {
  std::string pattern = (std::filesystem::temp_directory_path() / "benari_certificates.XXXXXX").string();
  EXPECT_NE(mkdtemp(pattern.data()), nullptr);
  dir_ = pattern;
}

Certificates::~Certificates() { std::filesystem::remove_all(dir_); }

void Certificates::MakeCa(const std::string& name, int days) const {
  Openssl(absl::StrCat("req -x509", kNewKey, " -days ", days, " -subj /CN=", name,
                       " -addext basicConstraints=critical,CA:TRUE -keyout ", File(name + ".key"), " -out ",
                       File(name + ".pem")));
}

void Certificates::Make(const std::string& name, const std::string& ca, const std::string& hosts,
                        int days) const {
  Openssl(absl::StrCat("req", kNewKey, " -subj /CN=", name, " -keyout ", File(name + ".key"), " -out ",
                       File(name + ".csr")));
  std::ofstream(File("extensions")) << "subjectAltName=" << hosts << "\n";
  Openssl(absl::StrCat("x509 -req -in ", File(name + ".csr"), " -CA ", File(ca + ".pem"), " -CAkey ",
                       File(ca + ".key"), " -CAcreateserial -days ", days, " -extfile ", File("extensions"),
                       " -out ", File(name + ".pem")));
}

void Certificates::Concatenate(const std::vector<std::string>& names, const std::string& to) const {
  std::ofstream all(File(to + ".pem"));
  for (const std::string& name : names) all << std::ifstream(File(name + ".pem")).rdbuf();
}

TlsFiles Certificates::Files(const std::string& ca, const std::string& name) const {
  TlsFiles files;
  if (!ca.empty()) files.ca = File(ca + ".pem");
  if (!name.empty()) {
    files.cert = File(name + ".pem");
    files.key = File(name + ".key");
  }
  return files;
}

void Certificates::Openssl(const std::string& arguments) const {
  const std::string command = absl::StrCat("openssl ", arguments, " >", File("log"), " 2>&1");
  EXPECT_EQ(std::system(command.c_str()), 0) << command << "\n" << std::ifstream(File("log")).rdbuf();
}

}  // namespace benari
