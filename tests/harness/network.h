#pragma once

#include <memory>
#include <string>

// Hosts that belong to one test: network namespaces without names, which the kernel removes together with the
// last process or file that uses them, however the test ends. Needs root and iproute2; cutting a host off
// needs nftables.
namespace benari::e2e {

// Moves the calling thread to a new host with only a loopback interface, which is up. Threads and processes
// that it starts later are on that host, so it is to be called before there are any. Throws.
void EnterNewHost();

// Further hosts. The host of the calling thread is their switch and has the address 10.77.0.1.
// Confined to one thread.
class Network {
 public:
  class Host {
   public:
    Host(int number, int network);
    ~Host();
    Host(const Host&) = delete;

    const std::string& address() const { return address_; }
    int network() const { return network_; }  // for Command

    // Silently drops everything from that host on arrival; Accept ends it. Dropping it where it is sent would
    // report an error to TCP.
    void Ignore(const Host& other);
    void Accept();

   private:
    friend class Network;

    const std::string address_;
    const int network_;
  };

  Network();
  ~Network();
  std::unique_ptr<Host> AddHost();
  Host& own() { return own_; }  // of the calling thread

 private:
  Host own_;
  int last_number_ = 1;
};

}  // namespace benari::e2e
