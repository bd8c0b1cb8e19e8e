#include "tests/control/control_world.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace benari::control {

ControlProcess::ControlProcess(boost::asio::io_context& loop, fakes::VirtualTimers& timers,
                               fakes::AsteriskModel& asterisk, fakes::FakeMedia& media,
                               const std::vector<std::string>& nodes, const CallConfig& config,
                               StasisApp::Options options)
    : process_(loop, timers),
      registry_(std::make_shared<prometheus::Registry>()),
      metrics_(*registry_),
      ids_("benari"),
      config_(config),
      ari_(process_, asterisk, faults_, fakes::ModelAriClient::Options()),
      media_(process_, media, faults_, fakes::FakeMediaClient::Options()),
      keeper_(loop.get_executor(), media_, nodes_, process_, LeaseKeeper::Options()),
      context_{loop.get_executor(), ari_, media_, nodes_, keeper_, process_, metrics_, ids_, config_},
      app_(context_, std::move(options)) {
  nodes_.SetListed(nodes);
  app_.set_on_replaced([this](const std::string&) { replaced_ = true; });
}

bool ControlProcess::Connect() {
  const bool connected = ari_.Connect([this](const ari::Event& event) { app_.OnEvent(event); },
                                      [this] { app_.OnDisconnected(); });
  if (connected) app_.OnConnected();
  return connected;
}

void ControlProcess::Disconnect() {
  ari_.Disconnect();
  app_.OnDisconnected();
}

void ControlProcess::Kill() {
  process_.Kill();
  ari_.Disconnect();
  keeper_.Stop();
}

double ControlProcess::Metric(const std::string& name, const std::string& label) const {
  double sum = 0;
  for (const auto& family : registry_->Collect()) {
    if (family.name != name) continue;
    for (const auto& metric : family.metric) {
      bool wanted = label.empty();
      for (const auto& each : metric.label) wanted = wanted || each.value == label;
      if (!wanted) continue;
      sum += metric.counter.value + metric.gauge.value + static_cast<double>(metric.histogram.sample_count);
    }
  }
  return sum;
}

ControlWorld::ControlWorld(CallConfig call_config, fakes::AsteriskOptions asterisk_options,
                           StasisApp::Options app_options)
    : asterisk(timers, std::move(asterisk_options)),
      media(timers, fakes::FakeMediaOptions()),
      config(std::move(call_config)),
      options(std::move(app_options)) {
  media.AddNode(kNode1);
  media.AddNode(kNode2);
}

ControlWorld::~ControlWorld() { Kill(); }

void ControlWorld::Kill() {
  if (control == nullptr) return;
  control->Kill();
  earlier.push_back(std::move(control));
}

void ControlWorld::Start() {
  if (control != nullptr) earlier.push_back(std::move(control));
  const std::vector<std::string> nodes = {kNode1, kNode2};
  control = std::make_unique<ControlProcess>(loop, timers, asterisk, media, nodes, config, options);
  ASSERT_TRUE(control->Connect());
  ASSERT_TRUE(Until([this] { return control->app().serving(); }));
}

bool ControlWorld::UntilPhase(const std::string& call_id, CallPhase phase) {
  return Until([&] {
    const auto call = control->app().table().Find(call_id);
    return call != nullptr && call->phase() == phase;
  });
}

bool ControlWorld::UntilNoCalls() {
  return Until([this] { return control->app().table().size() == 0; });
}

std::string ControlWorld::Leftovers() const {
  std::string left = absl::StrCat(asterisk.Leftovers(), media.Leftovers(), media.violation());
  if (control != nullptr) {
    if (control->keeper().size() > 0) absl::StrAppend(&left, "kept leases: ", control->keeper().size(), "\n");
    if (control->app().table().size() > 0)
      absl::StrAppend(&left, "calls: ", control->app().table().size(), "\n");
  }
  return left;
}

}  // namespace benari::control
