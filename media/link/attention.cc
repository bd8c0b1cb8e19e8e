#include "media/link/attention.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace benari::media {

namespace {
// Never looked into: a list that is closed ends with it.
Attention* Closed() { return reinterpret_cast<Attention*>(alignof(Attention)); }
}  // namespace

absl::StatusOr<std::shared_ptr<AttentionList>> AttentionList::Create() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return absl::ResourceExhaustedError(absl::StrCat("eventfd: ", std::strerror(errno)));
  return std::shared_ptr<AttentionList>(new AttentionList(fd));
}

AttentionList::~AttentionList() { close(fd_); }

void AttentionList::Add(std::shared_ptr<Attention> attention) {
  Attention* const added = attention.get();
  added->self_ = std::move(attention);
  Attention* last = last_.load(std::memory_order_acquire);
  do {
    if (last == Closed()) return added->self_.reset();
    added->before_ = last;
  } while (!last_.compare_exchange_weak(last, added, std::memory_order_acq_rel));
  if (last != nullptr) return;  // whoever added the first one wakes the thread up
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

std::shared_ptr<Attention> AttentionList::InOrder(Attention* last) {
  std::shared_ptr<Attention> first;
  while (last != nullptr) {
    Attention* const before = std::exchange(last->before_, nullptr);
    last->next_ = std::move(first);
    first = std::move(last->self_);
    last = before;
  }
  return first;
}

std::shared_ptr<Attention> AttentionList::Take() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof count);
  Attention* const last = last_.exchange(nullptr, std::memory_order_acq_rel);
  return InOrder(last);
}

void AttentionList::Close() {
  for (auto each = InOrder(last_.exchange(Closed(), std::memory_order_acq_rel)); each != nullptr;) {
    each = each->TakeNext();
  }
}

}  // namespace benari::media
