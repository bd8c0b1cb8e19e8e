#include "control/nodes/node_resolver.h"

#include <boost/asio/bind_executor.hpp>
#include <set>
#include <utility>

#include "common/log.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::seconds kInterval{2};
}

NodeResolver::NodeResolver(asio::any_io_executor executor, MediaTargets targets, OnNodes on_nodes)
    : targets_(std::move(targets)),
      on_nodes_(std::move(on_nodes)),
      loop_(executor),
      resolver_(look_ups_),
      timer_(executor) {}

void NodeResolver::Start() {
  if (!targets_.dns.host.empty()) {
    LookUp();
    return;
  }
  std::vector<std::string> addresses;
  for (const Endpoint& endpoint : targets_.fixed) addresses.push_back(endpoint.ToString());
  on_nodes_(addresses);
}

void NodeResolver::LookUp() {
  const auto on_answer = [this](const boost::system::error_code& error,
                                const asio::ip::tcp::resolver::results_type& results) {
    if (error == asio::error::operation_aborted) return;
    const std::string problem = error ? error.message() : "";
    if (problem != problem_ && error) {
      log::Warning("cannot resolve the name of the media nodes",
                   {{"name", targets_.dns.ToString()}, {"why", problem}});
    }
    problem_ = problem;
    if (!error || !told_) {
      std::set<std::string> addresses;
      for (const auto& entry : results) {
        addresses.insert(Endpoint(entry.endpoint().address().to_string(), targets_.dns.port).ToString());
      }
      told_ = true;
      on_nodes_(std::vector<std::string>(addresses.begin(), addresses.end()));
    }
    LookUpLater();
  };
  resolver_.async_resolve(targets_.dns.host, std::to_string(targets_.dns.port),
                          asio::bind_executor(loop_, on_answer));
}

void NodeResolver::LookUpLater() {
  timer_.expires_after(kInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) LookUp();
  });
}

}  // namespace benari::control
