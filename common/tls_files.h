#pragma once

#include <optional>
#include <string>

#include "common/clock.h"
#include "common/flag_types.h"

namespace benari {

// PEM files of one side of TLS; empty: without it. Also used for the names of the flags that say them.
struct TlsFiles {
  std::string ca;    // certificates that the other side's is checked against
  std::string cert;  // own certificate, followed by those between it and the CA
  std::string key;   // private key of `cert`, not encrypted
};

// Reads the files that are named. A file that cannot be read, holds something else, does not fit the others
// or is not valid at `now` goes to `errors`, under the flag that named it.
void CheckTlsFiles(const TlsFiles& files, const TlsFiles& flags, Clock::WallTime now, FlagErrors* errors);

// Logs a warning if the own certificate was not issued by a CA of `files.ca`. That is right where the two
// sides have a CA each, and a mistake where they share one: the other side then refuses every connection.
void WarnOfAnotherCa(const TlsFiles& files, const TlsFiles& flags, Clock::WallTime now);

// When the first certificate of those in the file expires; nothing when there is none.
std::optional<Clock::WallTime> CertificatesExpire(const std::string& path);

}  // namespace benari
