#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "media/link/links.h"
#include "tests/fakes/fake_bot.h"

namespace benari::media {

// A test that is the worker of streams whose links and bots are real.
class LinksFixture : public ::testing::Test {
 protected:
  using Json = nlohmann::json;
  using Connections = fakes::FakeBot::Connections;
  using Milliseconds = std::chrono::milliseconds;

  std::shared_ptr<BotStream> Dial(const std::string& url, Milliseconds reconnect = Milliseconds(20000),
                                  const std::string& credential = "") {
    if (links_ == nullptr) {
      auto links = Links::Start(options_);
      EXPECT_TRUE(links.ok()) << links.status();
      links_ = *std::move(links);
    }
    BotConfig config;
    config.url = url;
    config.call_sid = "CA0123456789abcdef0123456789abcdef";
    config.parameters = {{"from_number", "+4930123"}};
    config.credential = credential;
    config.reconnect = reconnect;
    return links_->Dial(config);
  }
  // A stream whose bot is ready.
  std::shared_ptr<BotStream> Reach(const fakes::FakeBot& bot) {
    auto stream = Dial(bot.Url());
    EXPECT_TRUE(Comes(*stream, LinkPhase::kReady)) << stream->report().last_error;
    return stream;
  }

  // Whether it comes true within 20 s.
  static bool Eventually(const std::function<bool()>& holds) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::sleep_for(Milliseconds(1));
    }
    return true;
  }
  static bool Comes(const BotStream& stream, LinkPhase phase) {
    return Eventually([&] { return stream.phase() == phase; });
  }
  // The events of a connection's messages, once there are so many.
  static std::vector<std::string> Events(const fakes::FakeBot& bot, size_t connection, size_t count) {
    bot.WaitUntil([&](const Connections& all) {
      return all.size() > connection && all[connection].messages.size() >= count;
    });
    std::vector<std::string> events;
    const Connections connections = bot.connections();
    for (const std::string& text : connections.at(connection).messages) {
      events.push_back(Json::parse(text)["event"]);
    }
    return events;
  }
  static Json Message(const fakes::FakeBot& bot, size_t connection, size_t index) {
    bot.WaitUntil([&](const Connections& all) {
      return all.size() > connection && all[connection].messages.size() > index;
    });
    return Json::parse(bot.connections().at(connection).messages.at(index));
  }
  static std::string StreamSid(const fakes::FakeBot& bot, size_t connection) {
    return Message(bot, connection, 1)["streamSid"];
  }

  // What a bot sends on its last connection.
  static std::string Media(const std::string& stream_sid, const std::string& audio) {
    return absl::StrCat(R"({"event":"media","streamSid":")", stream_sid, R"(","media":{"payload":")",
                        absl::Base64Escape(audio), "\"}}");
  }
  static std::string Mark(const std::string& stream_sid, const std::string& name) {
    return absl::StrCat(R"({"event":"mark","streamSid":")", stream_sid, R"(","mark":{"name":")", name,
                        "\"}}");
  }
  static std::string Clear(const std::string& stream_sid) {
    return absl::StrCat(R"({"event":"clear","streamSid":")", stream_sid, "\"}");
  }

  // The worker: plays what is queued, up to so many bytes.
  static std::string Play(BotStream& stream, size_t bytes) {
    stream.audio().Skip();
    std::string audio(bytes, '\0');
    audio.resize(stream.audio().Read({reinterpret_cast<uint8_t*>(audio.data()), audio.size()}));
    stream.SetPlayed(stream.audio().read());
    return audio;
  }

  LinkOptions options_;
  std::unique_ptr<Links> links_;
};

}  // namespace benari::media
