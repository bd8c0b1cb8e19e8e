// A hostile ARI's HTTP answers, to the real client over a real socket.
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <string>

#include "control/ari/http_client.h"
#include "tests/fuzz/hostile_ari.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace benari::control::ari {
namespace {

namespace asio = boost::asio;
using fuzz::HostileAri;
using fuzz::Require;

constexpr size_t kMaxErrorBytes = 400;

void CheckError(std::exception_ptr thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    const std::string what = error.what();
    Require(what.size() <= kMaxErrorBytes && fuzz::IsOneLine(what), "an error that is no short line");
    const bool is_http = error.kind == ErrorKind::kHttp;
    Require(is_http ? error.status != 0 && error.status / 100 != 2 : error.status == 0,
            "an error with a wrong status");
  } catch (...) {
    Require(false, "an exception that no caller expects");
  }
}

// One request under way; `ended` counts those that came to an end.
template <typename T>
void Start(asio::io_context& loop, Awaitable<T> request, int* ended) {
  if constexpr (std::is_void_v<T>) {
    auto done = [ended](std::exception_ptr thrown) { CheckError(thrown), ++*ended; };
    asio::co_spawn(loop, std::move(request), std::move(done));
  } else {
    auto done = [ended](std::exception_ptr thrown, const T&) { CheckError(thrown), ++*ended; };
    asio::co_spawn(loop, std::move(request), std::move(done));
  }
}

void StartOne(uint8_t which, asio::io_context& loop, HttpClient& client, int* ended) {
  switch (which & 7) {
    case 0:
      return Start(loop, client.ListChannels(), ended);
    case 1:
      return Start(loop, client.GetChannel("c"), ended);
    case 2:
      return Start(loop, client.CreateBridge("b", "1,2,inbound"), ended);
    case 3:
      return Start(loop, client.HangUp("c", "normal"), ended);
    case 4:
      return Start(loop, client.ListBridges(), ended);
    case 5:
      return Start(loop, client.GetApplication("voicebot1"), ended);
    case 6:
      return Start(loop, client.CreateExternalMedia({"m", "alaw", Endpoint("127.0.0.1", 26500)}), ended);
    default:
      return Start(loop, client.AddToBridge("b", {"c", "m"}), ended);
  }
}

void Run(fuzz::Input& input) {
  const uint8_t which = input.Byte();
  const uint8_t how = input.Byte();
  fuzz::Conduct conduct;
  conduct.ending = static_cast<fuzz::Ending>((how & 3) % 3);
  conduct.chunk_bytes = (how >> 2) & 31;
  conduct.answer = [bytes = input.Rest()](const std::string&) { return bytes; };

  asio::io_context loop;
  HostileAri server(loop, conduct);
  int ended = 0;
  HttpClient client(loop.get_executor(), HostileAri::MakeAccess(), HttpClientLimits());
  StartOne(which, loop, client, &ended);
  server.Run([&ended] { return ended == 1; });
  // The next one meets what the first has left of the connection.
  const bool twice = ended == 1;
  if (twice) {
    StartOne(which >> 3, loop, client, &ended);
    server.Run([&ended] { return ended == 2; });
  }
  client.Close();
  server.RunOut();
  Require(ended == (twice ? 2 : 1), "a request without an end");
}

}  // namespace
}  // namespace benari::control::ari

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  benari::fuzz::Input input(data, size);
  benari::control::ari::Run(input);
  return 0;
}
