#pragma once

#include <optional>
#include <string>

#include "common/clock.h"
#include "common/flag_types.h"

namespace benari {

// The PEM files of one side of a TLS connection; empty: not used. Also holds the names of the flags for them.
struct TlsFiles {
  std::string ca;    // CA certificates to verify the peer's certificate with
  std::string cert;  // own certificate, followed by the intermediate ones
  std::string key;   // private key of `cert`, not encrypted
};

// Reads the files. A file that cannot be read, has other contents, does not match the other files or is not
// valid at `now` is added to `errors` with its flag.
void CheckTlsFiles(const TlsFiles& files, const TlsFiles& flags, Clock::WallTime now, FlagErrors* errors);

// Logs a warning if the own certificate was not issued by a CA of `files.ca`. That is correct if each side
// has its own CA, and an error if they share one: the peer then refuses every connection.
void WarnOfAnotherCa(const TlsFiles& files, const TlsFiles& flags, Clock::WallTime now);

// Returns when the first certificate in the file expires; nullopt if there is none.
std::optional<Clock::WallTime> CertificatesExpire(const std::string& path);

}  // namespace benari
