#include "media/io/io_uring_engine.h"

#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/batch_window.h"
#include "media/io/io_uring_buffers.h"
#include "media/io/send_batch.h"
#include "media/net/dialled_address.h"
#include "media/net/sockaddr.h"

namespace benari::media {

namespace {

constexpr unsigned kSubmissions = 1024;
constexpr unsigned kCompletions = 8192;
constexpr unsigned kGatherAtMost = 256;  // completions that end a batch window early
constexpr std::chrono::seconds kLongest{3600};

enum class What : uint8_t { kReceived, kNotSent, kWoken, kCancelled };

// The word that comes back with a completion; the index is of a slot, or of the buffer that was sent.
uint64_t Tag(What what, uint32_t index) { return uint64_t{static_cast<uint8_t>(what)} << 32 | index; }
What WhatOf(uint64_t tag) { return static_cast<What>(tag >> 32); }
uint32_t IndexOf(uint64_t tag) { return static_cast<uint32_t>(tag); }

__kernel_timespec ToTimespec(Clock::Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

class IoUringEngine : public IoEngine {
 public:
  IoUringEngine(const Clock& clock, Clock::Duration batch_window) : clock_(clock), window_(batch_window) {
    receive_.msg_namelen = IoUringBuffers::kSourceBytes;
    receive_.msg_controllen = kDialledAddressBytes;
  }
  ~IoUringEngine() override;
  absl::Status Open();

  absl::Status Add(DatagramHandler* handler) override;
  void Send(DatagramHandler* handler, const OutgoingDatagram& datagram) override;
  void Flush() override;
  void Remove(DatagramHandler* handler) override;
  Ran RunOnce(std::optional<Clock::Time> until) override;
  void Wake() override;

 private:
  struct Slot {
    DatagramHandler* handler = nullptr;  // nullptr: removed
    uint32_t generation = 0;             // which of the sockets that used this slot
    bool receiving = false;
  };
  // A datagram on its way out: one that came in, back to its source, or one of ours.
  struct Sending {
    uint32_t slot = 0;
    uint32_t generation = 0;
    bool failed = false;
    Datagram datagram;
    Sockaddr address;
    socklen_t address_bytes = 0;
    msghdr message{};  // and its vector: where the answer says which address it comes from
    iovec vector{};
  };

  io_uring_sqe* NextSqe();
  void Submit();
  void Wait(Clock::Time now, std::optional<Clock::Time> until);
  size_t HandleCompletions(Clock::Time now, bool* woken);
  void OnReceived(Clock::Time now, const io_uring_cqe& cqe);
  void Request(unsigned buffer);
  void OnSubmitted(Clock::Time now, size_t sends);
  void Settle(Clock::Time now, bool* woken);
  void Receive(uint32_t slot);
  void Rearm();
  void WatchWake();

  const Clock& clock_;
  BatchWindow window_;
  IoUringBuffers buffers_;
  io_uring ring_{};
  bool open_ = false;
  bool enabled_ = false;
  int wake_fd_ = -1;
  bool wake_watched_ = false;
  Clock::Time now_;   // of the last round
  msghdr receive_{};  // says how much room the source takes
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_slots_;
  std::vector<uint32_t> to_rearm_;
  absl::flat_hash_map<DatagramHandler*, uint32_t> slot_of_;
  std::vector<Sending> sending_{IoUringBuffers::kAll};  // by buffer
  SendBatch overflow_;                                  // of our own, where no buffer is free
  std::vector<unsigned> to_settle_;                     // buffers whose request to send was made
};

absl::Status Failed(const char* what, int error) {
  const std::string text = absl::StrCat(what, ": ", std::strerror(error));
  const bool full = error == ENOMEM || error == EMFILE || error == ENFILE;
  return full ? absl::ResourceExhaustedError(text) : absl::UnavailableError(text);
}

absl::Status IoUringEngine::Open() {
  io_uring_params params{};
  // Completions are made by our own thread when it asks for them, and not in the middle of a packet. Disabled
  // until the worker's thread is there: it becomes the one issuer.
  params.flags =
      IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_R_DISABLED;
  params.cq_entries = kCompletions;
  const int opened = io_uring_queue_init_params(kSubmissions, &ring_, &params);
  if (opened == -EINVAL)
    return absl::UnavailableError("io_uring of this kernel is too old, Linux 6.1 is not");
  if (opened < 0) return Failed("io_uring_setup", -opened);
  open_ = true;
  if (const int failed = buffers_.Open(&ring_); failed != 0) return Failed("ring of buffers", failed);
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd_ < 0) return Failed("eventfd", errno);
  return absl::OkStatus();
}

IoUringEngine::~IoUringEngine() {
  if (open_) io_uring_queue_exit(&ring_);
  if (wake_fd_ >= 0) close(wake_fd_);
}

io_uring_sqe* IoUringEngine::NextSqe() {
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  while (sqe == nullptr) {
    Submit();
    sqe = io_uring_get_sqe(&ring_);
  }
  return sqe;
}

void IoUringEngine::Submit() {
  if (!std::exchange(enabled_, true)) io_uring_enable_rings(&ring_);
  io_uring_submit(&ring_);
}

absl::Status IoUringEngine::Add(DatagramHandler* handler) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint32_t index = free_slots_.back();
  free_slots_.pop_back();
  slots_[index].handler = handler;
  slot_of_[handler] = index;
  Receive(index);
  return absl::OkStatus();
}

void IoUringEngine::Receive(uint32_t index) {
  Slot& slot = slots_[index];
  slot.receiving = true;
  io_uring_sqe* sqe = NextSqe();
  io_uring_prep_recvmsg_multishot(sqe, slot.handler->fd(), &receive_, MSG_TRUNC);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = IoUringBuffers::kGroup;
  sqe->user_data = Tag(What::kReceived, index);
}

// Until its receive request has ended the kernel holds the socket, and with it the port.
void IoUringEngine::Remove(DatagramHandler* handler) {
  const auto found = slot_of_.find(handler);
  if (found == slot_of_.end()) return;
  const uint32_t index = found->second;
  slot_of_.erase(found);
  slots_[index].handler = nullptr;
  ++slots_[index].generation;
  bool woken = false;
  Settle(clock_.Now(), &woken);
  if (slots_[index].receiving) {
    io_uring_sqe* sqe = NextSqe();
    io_uring_prep_cancel64(sqe, Tag(What::kReceived, index), 0);
    sqe->user_data = Tag(What::kCancelled, index);
  }
  while (slots_[index].receiving) {
    io_uring_submit_and_wait(&ring_, 1);
    HandleCompletions(clock_.Now(), &woken);
  }
  Settle(clock_.Now(), &woken);  // what came meanwhile on the other sockets
  if (woken) Wake();
  free_slots_.push_back(index);
}

IoEngine::Ran IoUringEngine::RunOnce(std::optional<Clock::Time> until) {
  // Behind the datagram that ended a receive request there may be others, which have waited long enough.
  const bool unfinished = !to_rearm_.empty();
  Rearm();
  if (!wake_watched_) WatchWake();
  Ran ran;
  ran.waits_since = clock_.Now();
  Wait(ran.waits_since, unfinished ? ran.waits_since : until);
  ran.now = now_ = clock_.Now();
  const size_t packets = HandleCompletions(ran.now, &ran.woken);
  window_.OnRound(ran.now, packets);
  // Where a window is gathered, the wait for it submits what goes back: one system call a window. But who was
  // woken is about to read or close a session, whose packets must be settled.
  if (!window_.GatherUntil() || ran.woken) Settle(ran.now, &ran.woken);
  return ran;
}

void IoUringEngine::Wait(Clock::Time now, std::optional<Clock::Time> until) {
  if (!enabled_) Submit();
  unsigned wanted = 1;
  Clock::Time end = until.value_or(now + kLongest);
  if (const auto gather_until = window_.GatherUntil()) {
    wanted = kGatherAtMost;
    end = std::min(end, *gather_until);
  }
  __kernel_timespec timeout = ToTimespec(std::max(end - now, Clock::Duration::zero()));
  io_uring_cqe* first = nullptr;
  io_uring_submit_and_wait_timeout(&ring_, &first, wanted, &timeout, nullptr);
}

size_t IoUringEngine::HandleCompletions(Clock::Time now, bool* woken) {
  size_t received = 0;
  unsigned handled = 0;
  unsigned head = 0;
  const size_t submitted = io_uring_sq_ready(&ring_) == 0 ? to_settle_.size() : 0;
  io_uring_cqe* cqe = nullptr;
  io_uring_for_each_cqe(&ring_, head, cqe) {
    ++handled;
    switch (WhatOf(cqe->user_data)) {
      case What::kReceived:
        ++received;
        OnReceived(now, *cqe);
        break;
      case What::kNotSent:
        sending_[IndexOf(cqe->user_data)].failed = true;
        break;
      case What::kWoken: {
        uint64_t wakes = 0;
        *woken |= read(wake_fd_, &wakes, sizeof wakes) == sizeof wakes;
        if ((cqe->flags & IORING_CQE_F_MORE) == 0) wake_watched_ = false;
        break;
      }
      case What::kCancelled:
        break;
    }
  }
  io_uring_cq_advance(&ring_, handled);
  OnSubmitted(now, submitted);
  buffers_.Advance();
  return received;
}

void IoUringEngine::OnReceived(Clock::Time now, const io_uring_cqe& cqe) {
  const uint32_t index = IndexOf(cqe.user_data);
  Slot& slot = slots_[index];
  if ((cqe.flags & IORING_CQE_F_MORE) == 0) {
    slot.receiving = false;
    to_rearm_.push_back(index);
  }
  if ((cqe.flags & IORING_CQE_F_BUFFER) == 0) return;
  const unsigned id = cqe.flags >> IORING_CQE_BUFFER_SHIFT;
  io_uring_recvmsg_out* out = io_uring_recvmsg_validate(buffers_.ReceivedAt(id), cqe.res, &receive_);
  if (out == nullptr || slot.handler == nullptr) return buffers_.GiveBack(id);
  Sending& sending = sending_[id];
  std::memcpy(&sending.address, io_uring_recvmsg_name(out), sizeof sending.address);
  auto* payload = static_cast<uint8_t*>(io_uring_recvmsg_payload(out, &receive_));
  const size_t bytes = io_uring_recvmsg_payload_length(out, cqe.res, &receive_);
  sending.datagram.bytes = std::span(payload, bytes);
  sending.address_bytes = out->namelen;
  sending.datagram.source = FromSockaddr(sending.address);
  sending.datagram.dialled = {reinterpret_cast<uint8_t*>(io_uring_recvmsg_cmsg_firsthdr(out, &receive_)),
                              out->controllen};
  sending.datagram.truncated = (out->flags & MSG_TRUNC) != 0;
  sending.datagram.send_back = false;
  slot.handler->OnDatagrams(now, std::span(&sending.datagram, 1));
  if (!sending.datagram.send_back) return buffers_.GiveBack(id);
  sending.slot = index;
  sending.generation = slot.generation;
  sending.failed = false;
  Request(id);
}

void IoUringEngine::Send(DatagramHandler* handler, const OutgoingDatagram& datagram) {
  const auto found = slot_of_.find(handler);
  if (found == slot_of_.end() || !buffers_.has_own()) {
    overflow_.Add(handler, datagram);
    return overflow_.Send(
        [this](DatagramHandler* sender, size_t bytes, bool sent) { sender->OnSendDone(now_, bytes, sent); });
  }
  const IoUringBuffers::Own buffer = buffers_.TakeOwn();
  std::copy(datagram.dialled.begin(), datagram.dialled.end(), buffer.dialled);
  std::copy(datagram.bytes.begin(), datagram.bytes.end(), buffer.datagram);
  Sending& sending = sending_[buffer.id];
  sending.slot = found->second;
  sending.generation = slots_[found->second].generation;
  sending.failed = false;
  sending.address_bytes = ToSockaddr(datagram.to, &sending.address);
  sending.datagram.bytes = {buffer.datagram, datagram.bytes.size()};
  sending.datagram.dialled = {buffer.dialled, datagram.dialled.size()};
  Request(buffer.id);
}

void IoUringEngine::Request(unsigned buffer) {
  to_settle_.push_back(buffer);
  Sending& sending = sending_[buffer];
  const std::span<uint8_t> bytes = sending.datagram.bytes;
  const int fd = slots_[sending.slot].handler->fd();
  io_uring_sqe* sqe = NextSqe();
  if (sending.datagram.dialled.empty()) {
    io_uring_prep_send(sqe, fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    io_uring_prep_send_set_addr(sqe, &sending.address.any, static_cast<uint16_t>(sending.address_bytes));
  } else {
    sending.vector = {bytes.data(), bytes.size()};
    sending.message = {};
    sending.message.msg_name = &sending.address;
    sending.message.msg_namelen = sending.address_bytes;
    sending.message.msg_iov = &sending.vector;
    sending.message.msg_iovlen = 1;
    sending.message.msg_control = const_cast<uint8_t*>(sending.datagram.dialled.data());
    sending.message.msg_controllen = sending.datagram.dialled.size();
    AnswerFromDialledAddress(&sending.message);
    io_uring_prep_sendmsg(sqe, fd, &sending.message, MSG_DONTWAIT);
  }
  sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
  sqe->user_data = Tag(What::kNotSent, buffer);
}

// A request to send is done when it was submitted, and only a failed one has a completion.
void IoUringEngine::OnSubmitted(Clock::Time now, size_t sends) {
  for (size_t i = 0; i < sends; ++i) {
    const Sending& sending = sending_[to_settle_[i]];
    const Slot& slot = slots_[sending.slot];
    const bool removed = slot.generation != sending.generation;
    if (!removed) slot.handler->OnSendDone(now, sending.datagram.bytes.size(), !sending.failed);
    buffers_.GiveBack(to_settle_[i]);
  }
  to_settle_.erase(to_settle_.begin(), to_settle_.begin() + static_cast<ptrdiff_t>(sends));
}

void IoUringEngine::Flush() {
  bool woken = false;
  Settle(now_, &woken);
  if (woken) Wake();
}

void IoUringEngine::Settle(Clock::Time now, bool* woken) {
  if (io_uring_sq_ready(&ring_) == 0) return;
  Submit();
  HandleCompletions(now, woken);
}

// Those whose request ended: with an empty datagram, an error, or because no buffer was free.
void IoUringEngine::Rearm() {
  for (const uint32_t index : std::exchange(to_rearm_, {})) {
    if (slots_[index].handler != nullptr && !slots_[index].receiving) Receive(index);
  }
}

void IoUringEngine::WatchWake() {
  wake_watched_ = true;
  io_uring_sqe* sqe = NextSqe();
  io_uring_prep_poll_multishot(sqe, wake_fd_, POLLIN);
  sqe->user_data = Tag(What::kWoken, 0);
}

void IoUringEngine::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);  // full: it is awake anyway
}

}  // namespace

absl::StatusOr<std::unique_ptr<IoEngine>> NewIoUringEngine(const Clock& clock, Clock::Duration batch_window) {
  auto engine = std::make_unique<IoUringEngine>(clock, batch_window);
  if (absl::Status opened = engine->Open(); !opened.ok()) return opened;
  return engine;
}

}  // namespace benari::media
