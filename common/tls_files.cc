#include "common/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/small_file.h"

namespace benari {

namespace {

constexpr size_t kMaxPemBytes = 1 << 20;  // the system's CAs have 200 KiB

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Certificates = std::vector<Certificate>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using File = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

// The callback for the password of an encrypted key: refuses, instead of asking at the terminal.
int NoPassword(char*, int, int, void*) { return -1; }

File Open(const std::string& path) { return File(BIO_new_file(path.c_str(), "r")); }

// Returns all certificates of a file in their order; none if it cannot be read.
Certificates ReadCertificates(const std::string& path) {
  Certificates certificates;
  if (const File file = Open(path); file != nullptr) {
    while (X509* next = PEM_read_bio_X509(file.get(), nullptr, NoPassword, nullptr)) {
      certificates.emplace_back(next);
    }
  }
  ERR_clear_error();
  return certificates;
}

PrivateKey ReadKey(const std::string& path) {
  PrivateKey key;
  if (const File file = Open(path); file != nullptr) {
    key.reset(PEM_read_bio_PrivateKey(file.get(), nullptr, NoPassword, nullptr));
  }
  ERR_clear_error();
  return key;
}

// Where `found` is false: says what is needed of the file, and why it cannot be read if it cannot.
void Need(bool found, const std::string& path, const std::string& flag, const char* what,
          FlagErrors* errors) {
  if (found) return;
  const absl::Status read = ReadSmallFile(path, kMaxPemBytes).status();
  const std::string accepted = absl::StrCat("accepted is a readable PEM file with ", what);
  errors->Refuse(flag, path, read.ok() ? accepted : absl::StrCat(read.message(), "; ", accepted));
}

Certificates NeedCertificates(const std::string& path, const std::string& flag, const char* what,
                              FlagErrors* errors) {
  Certificates certificates = ReadCertificates(path);
  Need(!certificates.empty(), path, flag, what, errors);
  return certificates;
}

std::time_t ToTime(const ASN1_TIME* time) {
  std::tm fields = {};
  return ASN1_TIME_to_tm(time, &fields) == 1 ? timegm(&fields) : 0;
}

std::string ToText(std::time_t time) {
  std::tm fields = {};
  gmtime_r(&time, &fields);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &fields)};
}

bool IsValidAt(const Certificate& certificate, std::time_t now) {
  return ToTime(X509_get0_notBefore(certificate.get())) <= now &&
         now <= ToTime(X509_get0_notAfter(certificate.get()));
}

void RequireValid(const Certificate& certificate, const std::string& path, const std::string& flag,
                  std::time_t now, FlagErrors* errors) {
  errors->Require(IsValidAt(certificate, now), flag, path,
                  absl::StrCat("a certificate that is valid now, at ", ToText(now), ", and this one is from ",
                               ToText(ToTime(X509_get0_notBefore(certificate.get()))), " to ",
                               ToText(ToTime(X509_get0_notAfter(certificate.get())))));
}

// Returns why the first of `chain` cannot be verified with `cas`; empty: it can.
std::string WhyNotVerified(const Certificates& chain, const Certificates& cas, std::time_t now) {
  const Store store(X509_STORE_new());
  for (const Certificate& ca : cas) X509_STORE_add_cert(store.get(), ca.get());
  STACK_OF(X509)* between = sk_X509_new_null();
  for (const Certificate& each : chain) sk_X509_push(between, each.get());
  const Verification verification(X509_STORE_CTX_new());
  X509_STORE_CTX_init(verification.get(), store.get(), chain.front().get(), between);
  X509_STORE_CTX_set_time(verification.get(), 0, now);
  const bool verified = X509_verify_cert(verification.get()) == 1;
  const int error = X509_STORE_CTX_get_error(verification.get());
  sk_X509_free(between);  // not the certificates in it
  ERR_clear_error();
  return verified ? "" : X509_verify_cert_error_string(error);
}

void RequireBoth(const TlsFiles& files, const TlsFiles& flags, FlagErrors* errors) {
  if (files.cert.empty() == files.key.empty()) return;
  const bool no_key = files.key.empty();
  errors->Require(false, no_key ? flags.key : flags.cert, "",
                  no_key ? absl::StrCat("the private key of --", flags.cert, "=", files.cert)
                         : absl::StrCat("the certificate of --", flags.key, "=", files.key));
}

// Checks that at least one of the CAs in the file is valid.
void CheckCas(const TlsFiles& files, const TlsFiles& flags, std::time_t now, FlagErrors* errors) {
  if (files.ca.empty()) return;
  const Certificates cas = NeedCertificates(files.ca, flags.ca, "the certificates of CAs", errors);
  const bool valid = std::any_of(cas.begin(), cas.end(), [&](const auto& ca) { return IsValidAt(ca, now); });
  if (!cas.empty() && !valid) RequireValid(cas.front(), files.ca, flags.ca, now, errors);
}

}  // namespace

void CheckTlsFiles(const TlsFiles& files, const TlsFiles& flags, Clock::WallTime wall_now,
                   FlagErrors* errors) {
  const std::time_t now = std::chrono::system_clock::to_time_t(wall_now);
  CheckCas(files, flags, now, errors);
  RequireBoth(files, flags, errors);
  Certificates chain;
  PrivateKey key;
  if (!files.cert.empty()) chain = NeedCertificates(files.cert, flags.cert, "a certificate", errors);
  if (!files.key.empty()) {
    key = ReadKey(files.key);
    Need(key != nullptr, files.key, flags.key, "a private key that is not encrypted", errors);
  }
  if (chain.empty() || key == nullptr) return;
  const bool fits = X509_check_private_key(chain.front().get(), key.get()) == 1;
  ERR_clear_error();
  errors->Require(
      fits, flags.key, files.key,
      absl::StrCat("the private key of --", flags.cert, "=", files.cert, ", and this is another's"));
  RequireValid(chain.front(), files.cert, flags.cert, now, errors);
}

void WarnOfAnotherCa(const TlsFiles& files, const TlsFiles& flags, Clock::WallTime now) {
  if (files.ca.empty() || files.cert.empty()) return;
  const Certificates cas = ReadCertificates(files.ca), chain = ReadCertificates(files.cert);
  if (cas.empty() || chain.empty()) return;
  const std::string why = WhyNotVerified(chain, cas, std::chrono::system_clock::to_time_t(now));
  if (why.empty()) return;
  log::Warning(
      absl::StrCat("the certificate of --", flags.cert, " is of no CA of --", flags.ca,
                   ": right if both sides have a CA of their own, else the other side refuses to connect"),
      {{"certificate", files.cert}, {"ca", files.ca}, {"why", why}});
}

std::optional<Clock::WallTime> CertificatesExpire(const std::string& path) {
  std::optional<std::time_t> first;
  for (const Certificate& each : ReadCertificates(path)) {
    const std::time_t expires = ToTime(X509_get0_notAfter(each.get()));
    first = std::min(first.value_or(expires), expires);
  }
  if (!first) return std::nullopt;
  return std::chrono::system_clock::from_time_t(*first);
}

}  // namespace benari
