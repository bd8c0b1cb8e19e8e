#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "control/call/call_facts.h"

namespace benari::control {

// An answer that a call waits for, but not once it has to end: what comes after that finds nobody. Confined
// to the control loop.
template <typename T>
class PendingAnswer {
 public:
  explicit PendingAnswer(CallFacts& facts) : facts_(facts) {}

  // What to call with the answer, once, whether anybody waits by then or not.
  std::function<void(T)> Receiver() {
    return [kept = std::weak_ptr(answer_), &facts = facts_](T came) {
      const auto waiting = kept.lock();
      if (waiting == nullptr) return;
      *waiting = std::move(came);
      facts.AnswerArrived();
    };
  }
  // Throws CallOver when the call has to end.
  boost::asio::awaitable<T> Wait() {
    std::function<bool()> settled = [this] { return answer_->has_value() || facts_.Ending(); };
    co_await facts_.WaitUntil(settled, Clock::Time::max());
    facts_.ThrowIfEnding();
    co_return std::move(**answer_);
  }

 private:
  CallFacts& facts_;
  const std::shared_ptr<std::optional<T>> answer_ = std::make_shared<std::optional<T>>();
};

}  // namespace benari::control
