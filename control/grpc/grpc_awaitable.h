#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace benari::control {

// One unary call of gRPC's callback API as an awaitable. `start(context, done)` starts it and must ensure
// that `done(status)` is called once, on any thread; the coroutine is resumed on its own executor. Request,
// response and context must be owned by the awaiting coroutine.
template <typename Start>
boost::asio::awaitable<grpc::Status> GrpcCall(grpc::ClientContext& context, Start start) {
  namespace asio = boost::asio;
  const auto executor = co_await asio::this_coro::executor;
  auto initiate = [&context, &start, executor](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto work = asio::make_work_guard(executor);  // the loop stays while the answer is under way
    start(&context, [shared, executor, work](grpc::Status status) {
      asio::post(executor, [shared, status] { std::move (*shared)(status); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(grpc::Status)>(
      initiate, asio::use_awaitable);
}

}  // namespace benari::control
