#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"

namespace benari::media {

class Attention;
class Link;

// The links of a thread that are to look at their streams, and the eventfd that wakes it up. Adding takes no
// lock and allocates nothing; the eventfd is written once however many links are added before the thread
// takes them. Thread-safe; Take and Close are called by the links' thread only.
class AttentionList {
 public:
  static absl::StatusOr<std::shared_ptr<AttentionList>> Create();
  ~AttentionList();
  AttentionList(const AttentionList&) = delete;
  AttentionList& operator=(const AttentionList&) = delete;

  int fd() const { return fd_; }  // readable when there may be something to take

  void Add(std::shared_ptr<Attention> attention);
  // Takes all links that were added before the call, and returns the first; TakeNext leads to the others.
  std::shared_ptr<Attention> Take();
  // Takes everything and accepts nothing from here on.
  void Close();

 private:
  explicit AttentionList(int fd) : fd_(fd) {}

  std::shared_ptr<Attention> InOrder(Attention* last);

  const int fd_;
  std::atomic<Attention*> last_ = nullptr;
};

// One link in the list. Outlives the link, since a worker may still ask for its attention.
class Attention : public std::enable_shared_from_this<Attention> {
 public:
  explicit Attention(std::shared_ptr<AttentionList> list) : list_(std::move(list)) {}

  // Any thread: makes the link look at its stream soon.
  void Want() {
    if (!wanted_.exchange(true, std::memory_order_acq_rel)) list_->Add(shared_from_this());
  }

  // The links' thread, of a link that was taken: returns the next one, and Want adds this one again.
  std::shared_ptr<Attention> TakeNext() {
    auto next = std::move(next_);
    wanted_.exchange(false, std::memory_order_acq_rel);
    return next;
  }

  Link* link = nullptr;  // the links' thread: null before it begins and after it is over

 private:
  friend class AttentionList;

  const std::shared_ptr<AttentionList> list_;
  std::atomic<bool> wanted_ = false;
  Attention* before_ = nullptr;      // the list's: added before this one
  std::shared_ptr<Attention> self_;  // the list's: keeps it while it is in there
  std::shared_ptr<Attention> next_;  // taken: added after this one
};

}  // namespace benari::media
