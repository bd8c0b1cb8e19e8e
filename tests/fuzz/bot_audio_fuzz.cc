// The audio of a bot session both ways: what a bot queues and clears through a playout, and packets of a
// peer, any length and number, through an uplink, while time passes or the node stalls.
#include <algorithm>
#include <chrono>
#include <vector>

#include "media/processor/bot/playout.h"
#include "media/processor/bot/uplink.h"
#include "media/processor/g711.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"
#include "tests/media/processor/bot/audio_bytes.h"

namespace benari::media {
namespace {

using fuzz::Input;
using fuzz::Require;
using std::chrono::milliseconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};
constexpr milliseconds kMostAhead{200};
constexpr milliseconds kMostBehind{
    280};  // patience and a packet of 60 ms each, twice the reorder window, a tick, a frame
constexpr size_t kHeaderBytes = 12;

class Checked {
 public:
  Checked(LegCodec codec, milliseconds start_buffer)
      : playout_(queue_, start_buffer, kStart), uplink_(codec, kStart) {}

  void Say(size_t bytes) {
    const uint64_t room = kMaxQueued - queue_.queued();
    const size_t appended = queue_.Append(AudioBytes(queue_.written(), bytes));
    Require(appended <= std::min<uint64_t>(bytes, room), "more is queued than is allowed");
  }
  void Clear() { queue_.Clear(); }

  void Later(milliseconds by) {
    const Clock::Time end = now_ + by;
    while (playout_.NextTick() <= end) {
      now_ = std::max(now_, playout_.NextTick());
      Tick();
    }
    now_ = end;
  }
  // No tick comes in time.
  void Stall(milliseconds by) {
    stalled_ = true;
    now_ += by;
    while (playout_.NextTick() <= now_) Tick();
  }

  void Packet(uint32_t ssrc, uint16_t sequence, uint32_t timestamp, const std::vector<uint8_t>& payload) {
    std::vector<uint8_t> datagram(kHeaderBytes);
    datagram.insert(datagram.end(), payload.begin(), payload.end());
    rtp::Packet packet;
    packet.ssrc = ssrc;
    packet.sequence = sequence;
    packet.timestamp = timestamp;
    packet.payload_offset = kHeaderBytes;
    packet.payload_bytes = payload.size();
    uplink_.OnPacket(now_, packet, datagram, count_);
    CheckUplink();
  }

 private:
  static constexpr uint64_t kMaxQueued = 20000;

  struct Count {
    void operator()(const Frame& /*frame*/) const { ++*frames; }
    uint64_t* frames;
  };

  void Tick() {
    uplink_.OnTick(now_, count_);
    CheckUplink();
    const milliseconds made = static_cast<int64_t>(frames_) * FrameClock::kFrame;
    Require(stalled_ || made + kMostBehind >= now_ - kStart, "the uplink has a gap");
    CheckPlayout();
  }

  void CheckUplink() const {
    Require(uplink_.frames() == frames_, "a frame is counted that was not emitted");
    Require(uplink_.filled() <= frames_, "more is filled than there is");
    const milliseconds made = static_cast<int64_t>(frames_) * FrameClock::kFrame;
    Require(made <= now_ - kStart + kMostAhead, "the uplink is ahead of time");
  }

  void CheckPlayout() {
    const uint64_t before = playout_.played_bytes();
    const Playout::Output out = playout_.OnTick(now_);
    const size_t bytes = playout_.played_bytes() - before;
    position_ += out.cleared_bytes;
    const auto audio = AudioBytes(position_, bytes);
    position_ += bytes;
    Require(out.is_audio == (bytes > 0) && bytes <= kFrameBytes, "audio that is none");
    Require(std::equal(audio.begin(), audio.end(), out.audio.begin()), "other audio than was queued");
    Require(std::all_of(out.audio.begin() + static_cast<std::ptrdiff_t>(bytes), out.audio.end(),
                        [](uint8_t code) { return code == kUlawSilence; }),
            "padding that is not silent");
    Require(playout_.played_bytes() + playout_.cleared_bytes() == queue_.read(), "audio that is not counted");
    Require(playout_.heard() <= queue_.read(), "audio is heard before it is played");
  }

  AudioBudget budget_{16000};
  AudioQueue queue_{kMaxQueued, budget_};
  Playout playout_;
  Uplink uplink_;
  Clock::Time now_ = kStart;
  bool stalled_ = false;
  uint64_t position_ = 0;  // of the next byte to be heard
  uint64_t frames_ = 0;
  const Count count_{&frames_};
};

void Run(Input& input) {
  const uint8_t first = input.Byte();
  Checked session(static_cast<LegCodec>(first % 3), milliseconds(first / 3));
  uint16_t sequence = input.Word();
  uint32_t timestamp = input.Long();
  while (!input.empty()) {
    switch (input.Byte() & 7) {
      case 0:
        session.Say(input.Word() % 5000);
        break;
      case 1:
        session.Clear();
        break;
      case 2:
        session.Later(milliseconds(input.Byte()));
        break;
      case 3:
        session.Stall(milliseconds(input.Word() % 5000));
        break;
      case 4:  // anything
        session.Packet(input.Byte(), input.Word(), input.Long(), input.Bytes(input.Word() % 1500));
        break;
      case 5:  // a gap, or numbers from before
        sequence = static_cast<uint16_t>(sequence + static_cast<int8_t>(input.Byte()));
        timestamp += input.Byte() * 80u;
        break;
      default: {  // the next one
        const size_t samples = (input.Byte() % 7) * 80u;
        session.Packet(1, sequence++, timestamp, std::vector<uint8_t>(samples, input.Byte()));
        timestamp += static_cast<uint32_t>(samples);
        break;
      }
    }
  }
}

}  // namespace
}  // namespace benari::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  benari::fuzz::Input input(data, size);
  benari::media::Run(input);
  return 0;
}
