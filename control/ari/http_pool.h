#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/net/http_exchange.h"
#include "common/net/transport.h"
#include "control/ari/http_client.h"
#include "control/ari/request.h"
#include "control/ari/standstill.h"

namespace benari::control::ari {

// The connections and the queue of HttpClient. Operations under way own the pool, which may outlive the
// client. Confined to the control loop.
class HttpPool : public std::enable_shared_from_this<HttpPool> {
 public:
  // Reads the body of a 2xx; its error ends the request as kMalformed. May be empty.
  using BodyReader = std::function<absl::Status(absl::string_view)>;

  HttpPool(boost::asio::any_io_executor loop, Access access, HttpClientLimits limits, RequestHook hook,
           LoadHook load_hook);

  // Once, before the first Submit.
  static void Start(const std::shared_ptr<HttpPool>& self);
  // Completes when the response was received and parsed, or throws Error.
  static Awaitable<void> Submit(std::shared_ptr<HttpPool> self, Request request, BodyReader read_body);

  void Close();
  void set_access(Access access) { access_ = std::make_shared<const Access>(std::move(access)); }
  void set_may_send(std::function<bool()> may_send) { may_send_ = std::move(may_send); }
  bool Overloaded() const;
  std::chrono::milliseconds clock_ahead() const { return clock_ahead_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  // One request from Submit to its end.
  struct Job {
    Job(boost::asio::any_io_executor loop, Request r, BodyReader b, Time now)
        : request(std::move(r)), read_body(std::move(b)), started(now), deadline(now), changed(loop) {}

    Request request;
    BodyReader read_body;
    Time started;
    Time deadline;
    boost::asio::steady_timer changed;  // expires at the deadline, is cancelled when that moves, or finished
    const char* stage = nullptr;        // null: waiting for a connection
    std::shared_ptr<net::Transport> transport;  // that carries it now
    bool finished = false;
    std::optional<Error> error;
  };
  using JobPtr = std::shared_ptr<Job>;

  struct Idle {
    std::shared_ptr<net::Transport> transport;
    Time since;
  };

  // Waits until the job is finished or its deadline has passed. Where that is noticed late the loop did not
  // run (SIGSTOP), and the answer may lie unread: it gets the time for an answer once more.
  static Awaitable<void> Wait(std::shared_ptr<HttpPool> self, JobPtr job);
  void GiveUp(const JobPtr& job);
  bool HasPlace() const { return served_.size() < static_cast<size_t>(limits_.connections); }
  void TellLoad();
  // Asks `standstill_` while the loop runs, and dispatches what waited for its end.
  static Awaitable<void> Look(std::shared_ptr<HttpPool> self);
  // Gives waiting requests a connection each, as far as there are any; none just after a standstill, and none
  // while `may_send_` says no.
  void Dispatch();
  // The newest idle connection that is fit for use, or null.
  std::shared_ptr<net::Transport> TakeIdle();
  // Carries the job over `transport`, or over a new connection when null; returns one fit for another job.
  static Awaitable<std::shared_ptr<net::Transport>> Serve(std::shared_ptr<HttpPool> self, JobPtr job,
                                                          std::shared_ptr<net::Transport> transport);
  void Release(const JobPtr& job, std::shared_ptr<net::Transport> transport);

  void CompareClocks(const net::HttpAnswer& answer);
  void FinishByAnswer(const JobPtr& job, const net::HttpAnswer& answer);
  void FinishByError(const JobPtr& job, ErrorKind kind, int status, const std::string& what);
  void Finish(const JobPtr& job, const std::string& code);

  boost::asio::any_io_executor loop_;
  std::shared_ptr<const Access> access_;
  HttpClientLimits limits_;
  RequestHook hook_;
  LoadHook load_hook_;
  std::function<bool()> may_send_;  // empty: always
  std::deque<JobPtr> releases_;     // wait before all of waiting_
  std::deque<JobPtr> waiting_;
  std::set<JobPtr> served_;                   // each on a connection of its own
  std::deque<Idle> idle_;                     // oldest first
  std::chrono::milliseconds clock_ahead_{0};  // Asterisk's, by the latest answer
  Standstill standstill_;
  boost::asio::steady_timer look_again_;
  bool closed_ = false;
};

}  // namespace benari::control::ari
