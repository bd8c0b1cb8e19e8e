#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "common/log_gate.h"

namespace benari::net {

// The addresses of a server's host name, from the last successful look-up, and the result of the last attempt
// to connect to each. Shared by all connections of a server, so that a name server that does not answer, or
// an address that drops packets, delays each of them little. Confined to the thread of its connections.
class AddressBook {
 public:
  using Address = boost::asio::ip::tcp::endpoint;

  void SetFound(const std::vector<Address>& found);
  void SetWorked(const Address& address) { SetLast(address, Last::kWorked); }
  void SetFailed(const Address& address) { SetLast(address, Last::kFailed); }

  // Logs, at a limited rate, that the last look-up failed or takes long, so that the last addresses are used.
  void SetNotFound(const std::string& name, const std::string& why);
  bool not_found() const { return not_found_; }

  // Returns the addresses: those that worked last first, those that failed last at the end.
  std::vector<Address> InOrder() const;

 private:
  enum class Last { kWorked, kUntried, kFailed };
  struct Entry {
    Address address;
    Last last = Last::kUntried;
  };

  void SetLast(const Address& address, Last last);

  std::vector<Entry> entries_;
  bool not_found_ = false;
  LogGate gate_{std::chrono::seconds(60)};
};

}  // namespace benari::net
