#include "media/processor/bot/stream.h"

namespace benari::media {

bool BotStream::SendDigits(Digits digits) {
  {
    MutexLock lock(&mutex_);
    if (digits_waiting_ + digits.digits.size() > kMaxDigits) return false;
    digits_waiting_ += digits.digits.size();
    digits_.push_back(std::move(digits));
  }
  wake_link_();
  return true;
}

std::vector<Digits> BotStream::TakeDigits() {
  MutexLock lock(&mutex_);
  digits_waiting_ = 0;
  return std::exchange(digits_, {});
}

BotLinkReport BotStream::report() const {
  MutexLock lock(&mutex_);
  return report_;
}

void BotStream::SetReport(BotLinkReport report) {
  MutexLock lock(&mutex_);
  report_ = std::move(report);
}

}  // namespace benari::media
