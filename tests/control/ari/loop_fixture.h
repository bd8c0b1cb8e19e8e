#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "control/ari/access.h"
#include "control/ari/client.h"

namespace benari::control::ari {

// How a request ended.
struct Outcome {
  bool done = false;
  std::unique_ptr<Error> error;

  bool ok() const { return done && error == nullptr; }
  std::string what() const { return !done ? "not done" : error ? error->what() : "ok"; }
};

// A test with a loop of its own, run step by step until what is waited for has come.
class LoopFixture : public ::testing::Test {
 protected:
  template <typename T>
  std::shared_ptr<Outcome> Start(Awaitable<T> request) {
    auto outcome = std::make_shared<Outcome>();
    if constexpr (std::is_void_v<T>) {
      auto ended = [outcome](std::exception_ptr thrown) { Keep(*outcome, thrown); };
      boost::asio::co_spawn(loop_, std::move(request), std::move(ended));
    } else {
      auto ended = [outcome](std::exception_ptr thrown, const T&) { Keep(*outcome, thrown); };
      boost::asio::co_spawn(loop_, std::move(request), std::move(ended));
    }
    return outcome;
  }

  // Fails the test when `done` has not become true within 20 s.
  void RunUntil(const std::function<bool()>& done) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    loop_.restart();
    while (!done() && std::chrono::steady_clock::now() < give_up) {
      if (loop_.run_one_for(std::chrono::milliseconds(100)) == 0) loop_.restart();
    }
    ASSERT_TRUE(done()) << "not within 20 s";
  }

  template <typename T>
  std::shared_ptr<Outcome> Finish(Awaitable<T> request) {
    auto outcome = Start(std::move(request));
    RunUntil([outcome] { return outcome->done; });
    return outcome;
  }

  // Whether the loop has nothing left to do, once all that is under way has ended.
  bool RunsOut() {
    loop_.restart();
    loop_.run_for(std::chrono::seconds(10));
    return loop_.stopped();
  }

  static Access MakeTestAccess(const std::string& url, const std::string& ca_file = "") {
    auto access = MakeAccess(url, "benari", "geheim", "voicebot1", ca_file);
    EXPECT_TRUE(access.ok()) << access.status();
    return *std::move(access);
  }
  static std::string LoopbackUrl(uint16_t port) { return absl::StrCat("http://127.0.0.1:", port, "/ari"); }

  boost::asio::io_context loop_;

 private:
  static void Keep(Outcome& outcome, std::exception_ptr thrown) {
    outcome.done = true;
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      outcome.error = std::make_unique<Error>(error);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "not an ari::Error: " << error.what();
    }
  }
};

}  // namespace benari::control::ari
