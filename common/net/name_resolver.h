#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace benari::net {

// Looks up host names on threads of its own, one for each name that is looked up at a time, so that a name
// whose server does not answer delays no other one. Whoever asks for a name that is being looked up shares
// the answer. Thread-safe.
class NameResolver {
 public:
  struct Answer {
    std::string why_not;  // empty: found
    std::vector<boost::asio::ip::address> addresses;
  };
  // Blocks until there is an answer.
  using LookUp = std::function<Answer(const std::string& name)>;
  // Called once, by any thread; must not wait, nor call the resolver.
  using OnAnswer = std::function<void(const Answer& answer)>;

  static constexpr size_t kMaxThreads = 32;  // further names wait for one of them

  // What is asked for, for as long as it lives: after its destruction, by any thread, there is no call.
  class Request;

  explicit NameResolver(LookUp look_up = LookUpBySystem);
  // Does not wait for what is being looked up.
  ~NameResolver();

  [[nodiscard]] std::shared_ptr<Request> Ask(const std::string& name, OnAnswer on_answer);

  // By the resolver of the C library.
  static Answer LookUpBySystem(const std::string& name);

 private:
  class State;
  const std::shared_ptr<State> state_;
};

}  // namespace benari::net
