#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "common/log_gate.h"

namespace benari::net {

// The addresses of a server's host name as the last look-up with an answer found them, and how connecting to
// each ended last. Shared by all connections, so that a name service that is away, or an address that
// swallows packets, costs each of them little. Confined to the thread of its connections.
class AddressBook {
 public:
  using Address = boost::asio::ip::tcp::endpoint;

  void SetFound(const std::vector<Address>& found);
  void SetWorked(const Address& address) { SetLast(address, Last::kWorked); }
  void SetFailed(const Address& address) { SetLast(address, Last::kFailed); }

  // The last look-up failed, or takes long, and the addresses of before are used: logged once in a while.
  void SetNotFound(const std::string& name, const std::string& why);
  bool not_found() const { return not_found_; }

  // Those that worked last come first, those that failed last at the end, each in the order found.
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
