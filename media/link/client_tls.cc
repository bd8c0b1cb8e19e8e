#include "media/link/client_tls.h"

#include "common/log.h"

namespace benari::media {

absl::StatusOr<std::shared_ptr<ClientTls>> ClientTls::Load(const TlsFiles& files) {
  std::shared_ptr<ClientTls> tls(new ClientTls(files));
  const MutexLock lock(&tls->mutex_);
  tls->versions_ = tls->VersionsNow();  // before they are read: a later change is seen
  auto context = net::MakeTlsContext(files);
  if (!context.ok()) return context.status();
  tls->context_ = *std::move(context);
  return tls;
}

std::shared_ptr<boost::asio::ssl::context> ClientTls::Current() {
  const MutexLock lock(&mutex_);
  const Versions now = VersionsNow();
  if (now == versions_) return context_;
  auto context = net::MakeTlsContext(files_);
  if (context.ok()) {
    versions_ = now;
    context_ = *std::move(context);
    gate_.Forget();
    log::Info("TLS files of bots read again", {{"ca", files_.ca}, {"cert", files_.cert}});
    return context_;
  }
  const std::string why(context.status().message());
  if (gate_.Opens(why, std::chrono::steady_clock::now())) {
    log::Warning("changed TLS files of bots cannot be used, those of before still are", {{"reason", why}});
  }
  return context_;
}

ClientTls::Version ClientTls::VersionOf(const std::string& path) {
  struct stat status = {};
  if (path.empty() || stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

ClientTls::Versions ClientTls::VersionsNow() const {
  return {VersionOf(files_.ca), VersionOf(files_.cert), VersionOf(files_.key)};
}

}  // namespace benari::media
