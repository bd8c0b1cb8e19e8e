#include "tests/harness/network.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/harness/child_process.h"

namespace benari::e2e {
namespace {

constexpr std::chrono::seconds kTimeout{10};

void Run(std::vector<std::string> argv, int network = -1) {
  const std::string program = argv.front();
  Command command;
  command.name = program;
  command.argv = std::move(argv);
  command.network = network;
  ChildProcess process(command);
  if (process.WaitForExit(kTimeout) != 0) {
    throw std::runtime_error(absl::StrCat(program, " failed:\n", process.LastLines(20)));
  }
}

// ip, with the words of `line`.
void Ip(const std::string& line, int network = -1) {
  std::vector<std::string> argv = absl::StrSplit("ip " + line, ' ');
  Run(std::move(argv), network);
}

int NewNamespace() {
  int network = -1;
  std::thread maker([&network] {
    if (unshare(CLONE_NEWNET) == 0) network = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  });
  maker.join();
  if (network < 0) throw std::runtime_error(absl::StrCat("no network namespace: ", strerror(errno)));
  return network;
}

}  // namespace

void EnterNewHost() {
  if (unshare(CLONE_NEWNET) != 0) {
    throw std::runtime_error(absl::StrCat("no network namespace: ", strerror(errno)));
  }
  Ip("link set lo up");
}

Network::Network() : own_(1, -1) {
  Ip("link add name switch type bridge");
  Ip(absl::StrCat("addr add ", own_.address(), "/24 dev switch"));
  Ip("link set switch up");
}

Network::~Network() {
  try {
    Ip("link del switch");
  } catch (const std::exception& error) {
    std::cerr << error.what();
  }
}

std::unique_ptr<Network::Host> Network::AddHost() {
  auto host = std::make_unique<Host>(++last_number_, NewNamespace());
  const std::string port = absl::StrCat("port", last_number_);
  Ip(absl::StrCat("link add name ", port, " type veth peer name eth0 netns /proc/", getpid(), "/fd/",
                  host->network_));
  Ip(absl::StrCat("link set ", port, " master switch up"));
  Ip("link set lo up", host->network_);
  Ip(absl::StrCat("addr add ", host->address_, "/24 dev eth0"), host->network_);
  Ip("link set eth0 up", host->network_);
  return host;
}

Network::Host::Host(int number, int network)
    : address_(absl::StrCat("10.77.0.", number)), network_(network) {}

Network::Host::~Host() {
  if (network_ >= 0) close(network_);
}

void Network::Host::Ignore(const Host& other) {
  Run({"nft", absl::StrCat("table ip cut { chain in { type filter hook input priority 0; ip saddr ",
                           other.address_, " drop; }; }")},
      network_);
}

void Network::Host::Accept() { Run({"nft", "delete table ip cut"}, network_); }

}  // namespace benari::e2e
