#pragma once

#include <memory>
#include <string>

// Hosts of a test's own: network namespaces without names, which the kernel removes together with the last
// process or file that holds them, whatever way the test ends. Needs root and iproute2; cutting needs
// nftables.
namespace benari::e2e {

// Moves the calling thread to a new host, with nothing but a loopback interface that is up. Threads and
// processes that it starts from now on live there, so call it before there are any. Throws.
void EnterNewHost();

// Other hosts beside that of the calling thread, which is their switch and has the address 10.77.0.1.
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

    // Drops everything that comes from that host, without a word; Accept takes it again. Nothing is dropped
    // where it is sent: TCP would notice.
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
