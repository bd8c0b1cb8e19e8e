#include "common/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace benari {

namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using File = std::unique_ptr<BIO, Freer<BIO_free_all>>;

// Of an encrypted key, instead of asking at the terminal.
int NoPassword(char*, int, int, void*) { return -1; }

// The first certificate or key of a file; null, and a line in `errors`, without one.
template <typename Object, typename Read>
Object ReadFirst(const std::string& path, const std::string& flag, const char* accepted, Read read,
                 FlagErrors* errors) {
  Object object;
  if (const File file(BIO_new_file(path.c_str(), "r")); file != nullptr) {
    object.reset(read(file.get(), nullptr, NoPassword, nullptr));
  }
  ERR_clear_error();
  errors->Require(object != nullptr, flag, path, absl::StrCat("a readable PEM file with ", accepted));
  return object;
}

}  // namespace

void CheckTlsFiles(const TlsFiles& files, const TlsFiles& flags, FlagErrors* errors) {
  if (!files.ca.empty()) {
    ReadFirst<Certificate>(files.ca, flags.ca, "the certificates of CAs", PEM_read_bio_X509, errors);
  }
  if (files.cert.empty() != files.key.empty()) {
    const bool no_key = files.key.empty();
    errors->Require(false, no_key ? flags.key : flags.cert, "",
                    no_key ? absl::StrCat("the private key of --", flags.cert, "=", files.cert)
                           : absl::StrCat("the certificate of --", flags.key, "=", files.key));
  }
  Certificate cert;
  PrivateKey key;
  if (!files.cert.empty()) {
    cert = ReadFirst<Certificate>(files.cert, flags.cert, "a certificate", PEM_read_bio_X509, errors);
  }
  if (!files.key.empty()) {
    key = ReadFirst<PrivateKey>(files.key, flags.key, "a private key that is not encrypted",
                                PEM_read_bio_PrivateKey, errors);
  }
  if (cert == nullptr || key == nullptr) return;
  const bool fits = X509_check_private_key(cert.get(), key.get()) == 1;
  ERR_clear_error();
  errors->Require(
      fits, flags.key, files.key,
      absl::StrCat("the private key of --", flags.cert, "=", files.cert, ", and this is another's"));
}

}  // namespace benari
