#include "tests/control/control_world.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace benari::control {

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
  control = std::make_unique<ControlProcess>(loop, timers, asterisk, media, nodes, config, options,
                                             LeaseKeeper::Options(), fakes::FakeMediaClient::Options(),
                                             &webhooks, speaker.configured ? &speaker : nullptr);
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
