#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "control/loop/timers.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::fakes {

// One process in a modelled world: its timers and its input. While it is stopped (SIGSTOP) both wait; once it
// is killed nothing of it runs any more. Stop, Continue and Kill are called while the loop is idle, by a
// timer of the world. Confined to the control loop.
class Process : public control::Timers {
 public:
  Process(boost::asio::io_context& loop, VirtualTimers& world) : loop_(loop), world_(world) {}
  ~Process() override;
  Process(const Process&) = delete;

  Time Now() const override { return world_.Now(); }
  WallTime WallNow() const override { return world_.WallNow(); }
  [[nodiscard]] std::unique_ptr<control::Timer> CallAt(Time when, std::function<void()> function) override;
  // Delivers input: a response, an event.
  void Post(std::function<void()> arrival);

  void Stop();
  void Continue();
  void Kill();
  bool running() const { return state_ == State::kRunning; }
  bool dead() const { return state_ == State::kDead; }

  // The clock of the world, which continues while this process is stopped.
  VirtualTimers& world() { return world_; }

 private:
  enum class State { kRunning, kStopped, kDead };
  struct Entry {
    std::function<void()> function;
    std::unique_ptr<control::Timer> timer;
  };
  using Entries = std::map<uint64_t, Entry>;
  class Handle;

  void Fire(uint64_t id);

  boost::asio::io_context& loop_;
  VirtualTimers& world_;
  State state_ = State::kRunning;
  uint64_t last_id_ = 0;
  std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();
  std::vector<std::function<void()>> waiting_;  // for Continue, in order
};

}  // namespace benari::fakes
