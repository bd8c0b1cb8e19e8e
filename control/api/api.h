#pragma once

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "absl/status/status.h"
#include "common/clock.h"
#include "common/endpoint.h"
#include "common/http/server.h"
#include "common/tls_files.h"
#include "control/api/account.h"
#include "control/api/basic_auth.h"
#include "control/api/call_actions.h"
#include "control/api/calls_resource.h"

namespace benari::control::api {

// The REST API that bots call: a listener of its own, for one account. Confined to the control loop.
class Api {
 public:
  // What is passed, and what `port` names, outlives it. Its metrics are there from now on.
  Api(boost::asio::any_io_executor executor, const Account& account, CallsPort port, ActionsPort actions,
      const Clock& clock, prometheus::Registry& registry);

  void set_account(const Account& account);

  static http::Limits DefaultLimits();
  // Over TLS if `tls` has a certificate. UNAVAILABLE: nobody can listen there. INVALID_ARGUMENT: the files of
  // `tls` cannot be used. Blocks to read them.
  absl::Status Listen(const Endpoint& listen, const TlsFiles& tls = {},
                      http::Limits limits = DefaultLimits());
  // Reads the files again for connections from now on. INVALID_ARGUMENT: all goes on with the earlier ones.
  // Blocks.
  absl::Status set_tls(const TlsFiles& tls);
  const Endpoint& endpoint() const {
    return server_->endpoint();
  }  // after Listen, with the port really bound

  // Who is who, and then what is asked for.
  http::Reply Answer(const http::Request& request);

 private:
  boost::asio::awaitable<http::Reply> Serve(http::Request request);
  http::Reply AnswerChecked(const http::Request& request);
  http::Reply Counted(http::Reply reply);

  const boost::asio::any_io_executor executor_;
  const Clock& clock_;
  BasicAuth auth_;
  CallsResource calls_;
  CallActions actions_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Counter>& limits_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace benari::control::api
