// What an ARI request takes over kept-alive HTTP, and over the event WebSocket: `./dev bench ari`.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <memory>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/command_line.h"
#include "control/ari/http_client.h"
#include "tests/bench/ari/web_socket_requests.h"
#include "tests/harness/asterisk_server.h"
#include "tests/harness/process_use.h"

ABSL_FLAG(int, requests, 4000, "in each row: half of them create a bridge, half destroy it");
ABSL_FLAG(int, rounds, 3, "how often each row is measured, by turns; the medians are shown");

namespace benari::bench {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

// Creates a bridge, or destroys it; throws when Asterisk does not do it.
using Request = std::function<control::ari::Awaitable<void>(bool create, std::string bridge_id)>;

struct Row {
  double p50_us = 0;
  double p99_us = 0;
  double a_second = 0;
  double asterisk_cpu_us = 0;  // a request
};

struct Measured {
  std::vector<double> took_us;
  std::exception_ptr failure;
  int left = 0;  // requests to begin
};

control::ari::Awaitable<void> Client(const Request* request, Measured* measured, int number) {
  for (int i = 0; measured->left > 0; ++i) {
    measured->left -= 2;
    const std::string bridge_id = absl::StrCat("bench.", number, ".", i);
    for (const bool create : {true, false}) {
      const auto began = steady_clock::now();
      control::ari::Awaitable<void> done = (*request)(create, bridge_id);
      co_await std::move(done);
      const std::chrono::duration<double, std::micro> took = steady_clock::now() - began;
      measured->took_us.push_back(took.count());
    }
  }
}

Row Measure(asio::io_context& loop, e2e::AsteriskServer& asterisk, const Request& request, int in_flight) {
  Measured measured;
  measured.left = absl::GetFlag(FLAGS_requests);
  const double cpu_s = e2e::UseOf(asterisk.process().pid()).cpu_s;
  const auto began = steady_clock::now();
  int running = in_flight;
  for (int i = 0; i < in_flight; ++i) {
    asio::co_spawn(loop, Client(&request, &measured, i), [&](std::exception_ptr failure) {
      if (failure) measured.failure = failure;
      --running;
    });
  }
  while (running > 0 && !measured.failure) loop.run_one();
  if (measured.failure) std::rethrow_exception(measured.failure);
  const std::chrono::duration<double> took = steady_clock::now() - began;
  std::sort(measured.took_us.begin(), measured.took_us.end());
  const size_t count = measured.took_us.size();
  Row row;
  row.p50_us = measured.took_us[count / 2];
  row.p99_us = measured.took_us[count * 99 / 100];
  row.a_second = static_cast<double>(count) / took.count();
  row.asterisk_cpu_us =
      (e2e::UseOf(asterisk.process().pid()).cpu_s - cpu_s) * 1e6 / static_cast<double>(count);
  return row;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string Line(const std::string& name, int in_flight, const std::vector<Row>& rows) {
  const auto median = [&rows](double Row::*figure) {
    std::vector<double> values;
    for (const Row& row : rows) values.push_back(row.*figure);
    return Median(values);
  };
  return absl::StrFormat("| %s | %d | %.0f | %.0f | %.0f | %.0f |\n", name, in_flight, median(&Row::p50_us),
                         median(&Row::p99_us), median(&Row::a_second), median(&Row::asterisk_cpu_us));
}

control::ari::Access AccessTo(const e2e::AsteriskServer& asterisk) {
  const e2e::AriAccess at = asterisk.ari_access();
  std::string password;
  std::ifstream(at.password_file) >> password;
  auto access = control::ari::MakeAccess(at.url, at.user, password, "bench", "");
  if (!access.ok()) throw std::runtime_error(std::string(access.status().message()));
  return *std::move(access);
}

void Run() {
  auto asterisk = e2e::AsteriskServer::Start({});
  if (!asterisk.ok()) throw std::runtime_error(std::string(asterisk.status().message()));
  const control::ari::Access access = AccessTo(**asterisk);
  asio::io_context loop;
  auto work = asio::make_work_guard(loop);
  control::ari::HttpClient http(loop.get_executor(), access, {});
  WebSocketRequests web_socket(loop);
  web_socket.Connect(access);
  web_socket.Start();

  const Request over_http = [&http](bool create, std::string id) -> control::ari::Awaitable<void> {
    if (create) {
      co_await http.CreateBridge(id, "");
    } else {
      co_await http.DestroyBridge(id);
    }
  };
  const Request over_web_socket = [&web_socket](bool create,
                                                std::string id) -> control::ari::Awaitable<void> {
    const std::string method = create ? "POST" : "DELETE";
    const std::string uri = absl::StrCat("bridges/", id, create ? "?type=mixing" : "");
    const int status = co_await web_socket.Send(method, uri);
    if (status / 100 != 2) throw std::runtime_error(absl::StrCat(method, " ", uri, ": ", status));
  };
  std::printf(
      "| requests over | in flight | p50 us | p99 us | requests/s | CPU of Asterisk, us a request |\n"
      "|---|---:|---:|---:|---:|---:|\n");
  for (const int in_flight : {1, 4, 8, 32}) {
    std::vector<Row> http_rows, web_socket_rows;
    for (int round = 0; round < absl::GetFlag(FLAGS_rounds); ++round) {
      http_rows.push_back(Measure(loop, **asterisk, over_http, in_flight));
      web_socket_rows.push_back(Measure(loop, **asterisk, over_web_socket, in_flight));
    }
    std::printf("%s%s", Line("HTTP, 8 connections kept alive", in_flight, http_rows).c_str(),
                Line("the event WebSocket", in_flight, web_socket_rows).c_str());
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace benari::bench

int main(int argc, char** argv) {
  benari::FlagErrors errors;
  benari::ParseCommandLine(argc, argv, "compares ARI requests over HTTP and over the event WebSocket",
                           &errors);
  errors.Require(absl::GetFlag(FLAGS_requests) >= 2, "requests", absl::StrCat(absl::GetFlag(FLAGS_requests)),
                 "2 or more");
  errors.Require(absl::GetFlag(FLAGS_rounds) >= 1, "rounds", absl::StrCat(absl::GetFlag(FLAGS_rounds)),
                 "1 or more");
  errors.ExitIfAny();
  try {
    benari::bench::Run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
