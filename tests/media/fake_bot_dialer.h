#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "media/processor/bot/stream.h"

namespace benari::media {

// A dialer whose links are the test: it plays the link's side of each stream. Confined to one thread, except
// for the streams.
class FakeBotDialer : public BotDialer {
 public:
  std::shared_ptr<BotStream> Dial(const BotConfig& config) override {
    dialled.push_back(config);
    streams.push_back(std::make_shared<BotStream>(max_queued_bytes, budget_, [this] { ++wakes; }));
    return streams.back();
  }

  // The frames that the worker has sent to the bot since the last call.
  std::vector<Frame> TakeFrames(size_t stream = 0) {
    std::vector<Frame> frames;
    for (Frame frame; streams.at(stream)->TakeFrame(&frame);) frames.push_back(frame);
    return frames;
  }

  uint64_t max_queued_bytes = 4'800'000;
  std::vector<BotConfig> dialled;
  std::vector<std::shared_ptr<BotStream>> streams;
  std::atomic<int> wakes = 0;

 private:
  AudioBudget budget_{1 << 28};
};

}  // namespace benari::media
