// Preloaded into a process: a name service that answers for "once.test" once, with 127.0.0.1, and then never
// again.
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  using GetAddrInfo = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<GetAddrInfo>(dlsym(RTLD_NEXT, "getaddrinfo"));
  static std::atomic<bool> answered{false};
  if (name == nullptr || std::strcmp(name, "once.test") != 0) return real(name, service, hints, found);
  if (!answered.exchange(true)) return real("127.0.0.1", service, hints, found);
  dprintf(STDERR_FILENO, "{\"message\":\"the name service hangs\"}\n");
  while (true) pause();
}
