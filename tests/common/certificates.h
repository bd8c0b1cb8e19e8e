#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/tls_files.h"

namespace benari {

// Certificates made by the openssl command, in a folder that goes with this object; a command that fails
// fails the test. Confined to one thread.
class Certificates {
 public:
  Certificates();
  ~Certificates();

  std::string File(const std::string& name) const { return (dir_ / name).string(); }

  // NAME.pem and NAME.key, valid for so many days.
  void MakeCa(const std::string& name, int days = 2) const;
  // The same, issued by `ca` for `hosts` ("DNS:localhost,IP:127.0.0.1"); made again, it is another one.
  void Make(const std::string& name, const std::string& ca, const std::string& hosts, int days = 2) const;
  // TO.pem with the certificates of all of them.
  void Concatenate(const std::vector<std::string>& names, const std::string& to) const;
  // Who trusts `ca`, and is `name`; either may be empty.
  TlsFiles Files(const std::string& ca, const std::string& name) const;

 private:
  void Openssl(const std::string& arguments) const;

  std::filesystem::path dir_;
};

}  // namespace benari
