#include "common/net/name_resolver.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace benari::net {

namespace asio = boost::asio;

// Kept by the threads too, which may outlive the resolver.
class NameResolver::State {
 public:
  explicit State(LookUp look_up) : look_up_(std::move(look_up)) {}

  static std::shared_ptr<Request> Ask(const std::shared_ptr<State>& self, const std::string& name,
                                      OnAnswer on_answer);
  void Forget(const std::string& name, const Request* request) ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing that waits for a thread is looked up any more.
  void End() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);
  bool TakeNext(std::string* name) ABSL_LOCKS_EXCLUDED(mutex_);
  void Tell(const std::string& name, const Answer& answer) ABSL_LOCKS_EXCLUDED(mutex_);

  const LookUp look_up_;
  Mutex mutex_;
  std::map<std::string, std::vector<Request*>> asked_ ABSL_GUARDED_BY(mutex_);  // queued or being looked up
  std::deque<std::string> queue_ ABSL_GUARDED_BY(mutex_);
  size_t threads_ ABSL_GUARDED_BY(mutex_) = 0;
};

class NameResolver::Request {
 public:
  Request(std::shared_ptr<State> of, std::string name, OnAnswer to_call)
      : on_answer(std::move(to_call)), state_(std::move(of)), name_(std::move(name)) {}
  ~Request() { state_->Forget(name_, this); }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  const OnAnswer on_answer;

 private:
  const std::shared_ptr<State> state_;
  const std::string name_;
};

std::shared_ptr<NameResolver::Request> NameResolver::State::Ask(const std::shared_ptr<State>& self,
                                                                const std::string& name, OnAnswer on_answer) {
  auto request = std::make_shared<Request>(self, name, std::move(on_answer));
  bool starts_thread = false;
  {
    const MutexLock lock(&self->mutex_);
    const auto [at, is_new] = self->asked_.try_emplace(name);
    at->second.push_back(request.get());
    if (!is_new) return request;
    self->queue_.push_back(name);
    starts_thread = self->threads_ < kMaxThreads;
    if (starts_thread) ++self->threads_;
  }
  if (!starts_thread) return request;
  try {
    std::thread([self] { self->Work(); }).detach();
  } catch (const std::system_error& error) {
    {
      const MutexLock lock(&self->mutex_);
      --self->threads_;
      std::erase(self->queue_, name);
    }
    self->Tell(name, {std::string("no thread to look it up: ") + error.what(), {}});
  }
  return request;
}

void NameResolver::State::Forget(const std::string& name, const Request* request) {
  const MutexLock lock(&mutex_);
  const auto at = asked_.find(name);
  if (at != asked_.end()) std::erase(at->second, request);
}

void NameResolver::State::End() {
  const MutexLock lock(&mutex_);
  for (const std::string& name : std::exchange(queue_, {})) asked_.erase(name);
}

void NameResolver::State::Work() {
  for (std::string name; TakeNext(&name);) Tell(name, look_up_(name));
}

bool NameResolver::State::TakeNext(std::string* name) {
  const MutexLock lock(&mutex_);
  if (queue_.empty()) {
    --threads_;
    return false;
  }
  *name = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void NameResolver::State::Tell(const std::string& name, const Answer& answer) {
  const MutexLock lock(&mutex_);
  const auto at = asked_.find(name);
  if (at == asked_.end()) return;
  for (Request* request : at->second) request->on_answer(answer);
  asked_.erase(at);
}

NameResolver::NameResolver(LookUp look_up) : state_(std::make_shared<State>(std::move(look_up))) {}
NameResolver::~NameResolver() { state_->End(); }

std::shared_ptr<NameResolver::Request> NameResolver::Ask(const std::string& name, OnAnswer on_answer) {
  return State::Ask(state_, name, std::move(on_answer));
}

NameResolver::Answer NameResolver::LookUpBySystem(const std::string& name) {
  asio::io_context context;
  boost::system::error_code ec;
  Answer answer;
  for (const auto& found : asio::ip::tcp::resolver(context).resolve(name, "", ec)) {
    answer.addresses.push_back(found.endpoint().address());
  }
  if (ec) answer.why_not = ec.message();
  return answer;
}

}  // namespace benari::net
