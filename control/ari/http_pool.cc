#include "control/ari/http_pool.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/enum_table.h"
#include "control/ari/body_parser.h"
#include "control/ari/connect_failure.h"

namespace benari::control::ari {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kLookInterval{200};

constexpr EnumRow<ErrorKind> kCodes[] = {{ErrorKind::kUnreachable, "unreachable"},
                                         {ErrorKind::kTimeout, "timeout"},
                                         {ErrorKind::kHttp, "http"},
                                         {ErrorKind::kOverloaded, "overloaded"},
                                         {ErrorKind::kMalformed, "malformed"}};
static_assert(IsWhole(kCodes));

// A request on a connection that the server had closed may be sent again if it is idempotent, or if nothing
// of it was sent.
bool MayRepeat(const Request& request, const net::HttpAnswer& answer) {
  return answer.stale && (request.method != Method::kPost || !answer.sent_any);
}

net::HttpRequest Encode(const Request& request, const Access& access) {
  net::HttpRequest out;
  out.method = MethodName(request.method);
  out.target = absl::StrCat(access.url.target, request.target);
  out.headers = {{"Host", access.url.HostHeader()},
                 {"Accept", "application/json"},
                 {"Authorization", access.BasicAuth()}};
  return out;
}

}  // namespace

HttpPool::HttpPool(asio::any_io_executor loop, Access access, HttpClientLimits limits, RequestHook hook,
                   LoadHook load_hook)
    : loop_(std::move(loop)),
      access_(std::make_shared<const Access>(std::move(access))),
      limits_(limits),
      hook_(std::move(hook)),
      load_hook_(std::move(load_hook)),
      standstill_(steady_clock::now()),
      look_again_(loop_) {}

void HttpPool::Start(const std::shared_ptr<HttpPool>& self) {
  asio::co_spawn(self->loop_, Look(self), asio::detached);
}

Awaitable<void> HttpPool::Look(std::shared_ptr<HttpPool> self) {
  while (!self->closed_) {
    boost::system::error_code ignored;
    self->look_again_.expires_after(kLookInterval);
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await self->look_again_.async_wait(token);
    self->Dispatch();
  }
}

Awaitable<void> HttpPool::Submit(std::shared_ptr<HttpPool> self, Request request, BodyReader read_body) {
  const bool releases = request.releases;
  const auto job =
      std::make_shared<Job>(self->loop_, std::move(request), std::move(read_body), steady_clock::now());
  const size_t limit = static_cast<size_t>(self->limits_.max_waiting);
  if (self->closed_) {
    self->FinishByError(job, ErrorKind::kUnreachable, 0, "the client is closed");
  } else if (!releases && !self->HasPlace() && self->waiting_.size() >= limit) {
    self->FinishByError(job, ErrorKind::kOverloaded, 0,
                        absl::StrCat("not sent: ", limit, " requests wait already"));
  } else {
    job->deadline += releases ? self->limits_.release_wait : self->limits_.timeout;
    (releases ? self->releases_ : self->waiting_).push_back(job);
    self->Dispatch();
    self->TellLoad();
  }
  Awaitable<void> waiting = Wait(self, job);
  co_await std::move(waiting);
  if (!job->finished) self->GiveUp(job);
  if (job->error) throw *job->error;
}

Awaitable<void> HttpPool::Wait(std::shared_ptr<HttpPool> self, JobPtr job) {
  while (!job->finished) {
    const Time now = steady_clock::now();
    if (now - job->deadline > Standstill::kAtLeast) job->deadline = now + self->limits_.timeout;
    if (now >= job->deadline) co_return;
    boost::system::error_code ignored;
    job->changed.expires_at(job->deadline);
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await job->changed.async_wait(token);
  }
}

void HttpPool::GiveUp(const JobPtr& job) {
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(job->deadline - job->started);
  if (job->stage == nullptr) {
    std::erase(job->request.releases ? releases_ : waiting_, job);
    TellLoad();
    return FinishByError(job, ErrorKind::kOverloaded, 0,
                         absl::StrCat("not sent: no connection was free for ", waited.count(), " ms"));
  }
  // Aborted, so that data in flight of a request that has timed out does not reach Asterisk after a cut.
  if (job->transport != nullptr) job->transport->Abort();
  FinishByError(job, ErrorKind::kTimeout, 0,
                absl::StrCat("no answer within ", limits_.timeout.count(), " ms (", job->stage, ")"));
}

bool HttpPool::Overloaded() const {
  const Time late = steady_clock::now() - limits_.overloaded_after;
  const auto has_waited = [late](const std::deque<JobPtr>& jobs) {
    return !jobs.empty() && jobs.front()->started < late;
  };
  return has_waited(releases_) || has_waited(waiting_);
}

void HttpPool::TellLoad() {
  if (load_hook_) load_hook_(releases_.size() + waiting_.size(), served_.size() + idle_.size());
}

void HttpPool::Dispatch() {
  if (standstill_.JustOver(steady_clock::now())) return;
  if (may_send_ && !may_send_()) return;
  while (HasPlace() && !(releases_.empty() && waiting_.empty())) {
    std::deque<JobPtr>& jobs = releases_.empty() ? waiting_ : releases_;
    const JobPtr job = jobs.front();
    jobs.pop_front();
    served_.insert(job);
    job->stage = "connecting";
    job->deadline = steady_clock::now() + limits_.timeout;
    job->changed.cancel();
    auto self = shared_from_this();
    auto ended = [self, job](std::exception_ptr thrown, std::shared_ptr<net::Transport> transport) {
      if (thrown) self->FinishByError(job, ErrorKind::kUnreachable, 0, "cannot be sent");
      self->Release(job, std::move(transport));
    };
    asio::co_spawn(loop_, Serve(self, job, TakeIdle()), std::move(ended));
  }
}

std::shared_ptr<net::Transport> HttpPool::TakeIdle() {
  const Time oldest = steady_clock::now() - limits_.max_idle;
  while (!idle_.empty() && idle_.front().since < oldest) idle_.pop_front();
  while (!idle_.empty()) {
    std::shared_ptr<net::Transport> transport = std::move(idle_.back().transport);
    idle_.pop_back();
    if (transport->IsQuiet()) return transport;
  }
  return nullptr;
}

Awaitable<std::shared_ptr<net::Transport>> HttpPool::Serve(std::shared_ptr<HttpPool> self, JobPtr job,
                                                           std::shared_ptr<net::Transport> transport) {
  const net::HttpRequest encoded = Encode(job->request, *self->access_);
  for (;;) {
    const bool reused = transport != nullptr;
    if (!reused) transport = std::make_shared<net::Transport>(self->loop_, self->access_);
    job->transport = transport;
    if (!reused) {
      const auto failure = co_await transport->Connect();
      if (job->finished) co_return nullptr;
      if (failure) {
        self->FinishByError(job, ErrorKind::kUnreachable, 0,
                            DescribeConnectFailure(*failure, *self->access_));
        co_return nullptr;
      }
    }
    job->stage = "waiting for the answer";
    const net::HttpAnswer answer = co_await net::Exchange(*transport, encoded, kMaxBodyBytes);
    if (job->finished) co_return nullptr;
    if (reused && MayRepeat(job->request, answer)) {
      transport.reset();
      continue;
    }
    self->FinishByAnswer(job, answer);
    co_return answer.reusable ? transport : nullptr;
  }
}

void HttpPool::Release(const JobPtr& job, std::shared_ptr<net::Transport> transport) {
  job->transport.reset();
  served_.erase(job);
  if (closed_) return;
  if (transport != nullptr) idle_.push_back({std::move(transport), steady_clock::now()});
  Dispatch();
  TellLoad();
}

void HttpPool::Close() {
  closed_ = true;
  look_again_.cancel();
  for (const JobPtr& job : releases_) FinishByError(job, ErrorKind::kUnreachable, 0, "the client was closed");
  for (const JobPtr& job : waiting_) FinishByError(job, ErrorKind::kUnreachable, 0, "the client was closed");
  for (const JobPtr& job : served_) {
    if (job->transport != nullptr) job->transport->Close();
    FinishByError(job, ErrorKind::kUnreachable, 0, "the client was closed");
  }
  releases_.clear();
  waiting_.clear();
  idle_.clear();
  hook_ = nullptr;
  load_hook_ = nullptr;
  may_send_ = nullptr;
}

// The Date header has no fractions of a second.
void HttpPool::CompareClocks(const net::HttpAnswer& answer) {
  absl::Time date;
  std::string error;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", answer.date, &date, &error)) return;
  const absl::Duration ahead = date + absl::Milliseconds(500) - absl::Now();
  clock_ahead_ = absl::AbsDuration(ahead) < absl::Seconds(1) ? std::chrono::milliseconds(0)
                                                             : absl::ToChronoMilliseconds(ahead);
}

void HttpPool::FinishByAnswer(const JobPtr& job, const net::HttpAnswer& answer) {
  CompareClocks(answer);
  if (answer.status == 0) {
    const std::string what = DescribeConnectFailure(answer.failure, *access_);
    return FinishByError(job, ErrorKind::kUnreachable, 0, what);
  }
  if (answer.status < 200 || answer.status > 299) {
    std::string what = absl::StrCat(answer.status, " ", net::ReasonPhrase(answer.status));
    const std::string message = answer.complete ? ParseErrorMessage(answer.body) : "";
    if (!message.empty()) absl::StrAppend(&what, ": ", message);
    return FinishByError(job, ErrorKind::kHttp, answer.status, what);
  }
  if (!answer.complete) {
    return FinishByError(
        job, ErrorKind::kMalformed, 0,
        absl::StrCat(answer.status, ", yet its body cannot be read: ", answer.failure.detail));
  }
  const absl::Status read = job->read_body ? job->read_body(answer.body) : absl::OkStatus();
  if (!read.ok()) {
    return FinishByError(
        job, ErrorKind::kMalformed, 0,
        absl::StrCat(answer.status, ", yet its body is not as expected: ", std::string(read.message())));
  }
  Finish(job, absl::StrCat(answer.status));
}

void HttpPool::FinishByError(const JobPtr& job, ErrorKind kind, int status, const std::string& what) {
  if (job->finished) return;
  job->error.emplace(kind, status, absl::StrCat(job->request.Name(), ": ", what));
  Finish(job, kind == ErrorKind::kHttp ? absl::StrCat(status) : Translate(kCodes, kind));
}

void HttpPool::Finish(const JobPtr& job, const std::string& code) {
  job->finished = true;
  job->changed.cancel();
  if (hook_) hook_(job->request.operation, code, steady_clock::now() - job->started);
}

}  // namespace benari::control::ari
