#include "tests/control/control_process.h"

#include <stdexcept>
#include <utility>

namespace benari::control {

ControlProcess::ControlProcess(boost::asio::io_context& loop, fakes::VirtualTimers& timers,
                               fakes::AsteriskModel& asterisk, fakes::FakeMedia& media,
                               const std::vector<std::string>& nodes, const CallConfig& config,
                               StasisApp::Options options, LeaseKeeper::Options keeper,
                               fakes::FakeMediaClient::Options media_client,
                               fakes::FakeWebhookServer* webhooks, fakes::FakeSpeaker* speaker)
    : loop_(loop),
      process_(loop, timers),
      registry_(std::make_shared<prometheus::Registry>()),
      metrics_(*registry_),
      ids_(media_client.owner),
      config_(config),
      ari_(process_, asterisk, faults_, fakes::ModelAriClient::Options()),
      media_(process_, media, faults_, std::move(media_client)),
      keeper_(loop.get_executor(), media_, nodes_, process_, keeper),
      webhooks_(process_, webhooks),
      speech_(speaker == nullptr ? nullptr : std::make_unique<fakes::FakeSpeech>(process_, *speaker)),
      make_flow_([this](const CallConfig& settings) { return MakeFlow(settings, webhooks_, speech_.get()); }),
      context_{loop.get_executor(), ari_,   media_, nodes_, keeper_, process_, metrics_, history_, ids_,
               make_flow_,          config_},
      app_(context_, std::move(options)) {
  nodes_.SetListed(nodes);
  app_.set_on_replaced([this](const std::string&) { replaced_ = true; });
  keeper_.set_on_fenced([this](const std::string&) { replaced_ = true; });
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
  bool known = false;
  for (const auto& family : registry_->Collect()) {
    if (family.name != name) continue;
    known = true;
    for (const auto& metric : family.metric) {
      bool wanted = label.empty();
      for (const auto& each : metric.label) wanted = wanted || each.value == label;
      if (!wanted) continue;
      sum += metric.counter.value + metric.gauge.value + static_cast<double>(metric.histogram.sample_count);
    }
  }
  if (!known) throw std::invalid_argument("there is no metric " + name);  // 0 would hold in most checks
  return sum;
}

}  // namespace benari::control
