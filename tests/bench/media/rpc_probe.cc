#include "tests/bench/media/rpc_probe.h"

#include "tests/bench/media/cores.h"
#include "tests/bench/media/media_target.h"
#include "tests/media/rpc/client.h"

namespace benari::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kInterval{50};
constexpr uint32_t kPageSize = 100;

template <typename Call>
void Time(Call call, Histogram* histogram, uint64_t* failed) {
  const auto asked = steady_clock::now();
  if (!call().ok()) ++*failed;
  histogram->Record(steady_clock::now() - asked);
}

}  // namespace

RpcProbe::RpcProbe(const Endpoint& node, size_t sessions, const std::vector<int>& cores)
    : thread_([this, node, sessions, cores] {
        (void)RunOn(cores);
        // It shares a core with the load where there are only two; threads of gRPC's own inherit it.
        GoBeforeOthers(Waiting::kSleep);
        Ask(node, sessions);
      }) {}

RpcProbe::~RpcProbe() { End(); }

RpcAnswers RpcProbe::End() {
  over_ = true;
  if (thread_.joinable()) thread_.join();
  return answers_;
}

void RpcProbe::Ask(const Endpoint& node, size_t sessions) {
  media::Client client(node, kLoadOwner);
  std::vector<std::string> ids;
  for (size_t i = 0; i < sessions; ++i) ids.push_back(LoadLeaseId(i));
  media::v1::ListSessionsRequest list;
  list.set_page_size(kPageSize);
  while (!over_) {
    media::v1::KeepAliveResponse kept;
    Time([&] { return client.KeepAlive(ids, &kept, kLoadTtlMs); }, &answers_.keep_alive, &answers_.failed);
    media::v1::ListSessionsResponse listed;
    Time([&] { return client.ListSessions(list, &listed); }, &answers_.list_sessions, &answers_.failed);
    std::this_thread::sleep_for(kInterval);
  }
}

}  // namespace benari::bench
