// What the API is asked for in a run.
#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "control/twiml/parser.h"
#include "tests/sim/sim_world.h"

namespace benari::sim {

namespace twiml = control::twiml;

namespace {

constexpr std::chrono::seconds kRingingTime(5);

// "" unless it is a document.
std::string TextOf(const Order& order) {
  return order.kind == OrderKind::kDocument ? absl::StrCat("<Response>", order.what, "</Response>") : "";
}

twiml::Source SourceOf(const Order& order) {
  if (order.kind == OrderKind::kDocument) return *twiml::Parse(TextOf(order));
  twiml::RemoteDocument remote;
  remote.url = order.what;
  return remote;
}

bool Obeys(control::StasisApp& app, const std::string& call_id, const Order& order) {
  switch (order.kind) {
    case OrderKind::kHangUp:
      return app.HangUp(call_id);
    case OrderKind::kTransfer:
      return app.Transfer(call_id, order.what).ok();
    case OrderKind::kDigits:
      return app.SendDigits(call_id, order.what);
    case OrderKind::kDocument:
    case OrderKind::kUrl:
      break;
  }
  return app.Redirect(call_id, SourceOf(order));
}

}  // namespace

void SimWorld::OrderLater(const std::string& call_id, const std::vector<Order>& orders) {
  for (const Order& order : orders) {
    In(order.after, [this, call_id, &order] { Give(call_id, order); });
  }
}

void SimWorld::Give(const std::string& call_id, const Order& order) {
  Control* const control = Living();
  if (control == nullptr || !control->process->app().knows_calls()) return;
  const bool accepted = Obeys(control->process->app(), call_id, order);
  log::Info(
      "SIM over the API",
      {{"call", call_id}, {"what", ToString(order.kind)}, {"which", order.what}, {"accepted", accepted}});
  if (accepted) orders_.OnAccepted(call_id, order, control->watched, timers_.Now());
}

void SimWorld::DialOut(const sim::DialOut& dial_out) {
  Control* const control = Living();
  if (control == nullptr) return;
  asterisk_.SetDestination(dial_out.to, dial_out.callee);
  control::CallOrder order;
  order.to = dial_out.to;
  order.from = "3308487";
  order.source = SourceOf(dial_out.source);
  order.twiml = TextOf(dial_out.source);
  order.ringing_time = kRingingTime;
  const auto made = control->process->app().DialOut(std::move(order));
  log::Info("SIM the API asks for a call", {{"to", dial_out.to}, {"call", made.ok() ? *made : ""}});
  if (!made.ok()) return;
  orders_.OnDialOut(*made, dial_out);
  OrderLater(*made, dial_out.orders);
}

}  // namespace benari::sim
