#pragma once

#include <string>

#include "common/flag_types.h"

namespace benari {

// PEM files of one side of TLS; empty: without it. Also used for the names of the flags that say them.
struct TlsFiles {
  std::string ca;    // certificates that the other side's is checked against
  std::string cert;  // own certificate, followed by those between it and the CA
  std::string key;   // private key of `cert`, not encrypted
};

// Reads the files that are named. A file that cannot be read, holds something else or does not fit the others
// goes to `errors`, under the flag that named it.
void CheckTlsFiles(const TlsFiles& files, const TlsFiles& flags, FlagErrors* errors);

}  // namespace benari
