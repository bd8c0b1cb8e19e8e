#include "media/rpc/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace benari::media {
namespace {

using ::testing::HasSubstr;

v1::StartSessionRequest Start() {
  v1::StartSessionRequest request;
  request.mutable_owner()->set_name("benari");
  request.mutable_owner()->set_epoch(1);
  request.set_lease_id("benari.1732350000.12.media1");
  request.mutable_peer()->set_host("10.0.0.5");
  request.mutable_peer()->set_port(25000);
  request.set_payload_type(8);
  request.set_clock_rate_hz(8000);
  request.set_no_media_timeout_ms(2000);
  request.mutable_echo();
  return request;
}

TEST(Validation, AGoodStartIsRead) {
  const auto config = ReadConfig(Start());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->peer.ToString(), "10.0.0.5:25000");
  EXPECT_EQ(config->peer_policy, PeerPolicy::kExact);
  EXPECT_EQ(config->payload_type, 8);
  EXPECT_EQ(config->clock_rate_hz, 8000u);
  EXPECT_EQ(config->no_media_timeout, std::chrono::milliseconds(2000));
}

TEST(Validation, EachFieldOfAStartIsChecked) {
  struct Case {
    std::function<void(v1::StartSessionRequest*)> spoil;
    const char* error;
  };
  const Case cases[] = {
      {[](auto* r) { r->clear_owner(); }, "owner.name '': accepted is 1..32 of A-Z a-z 0-9 _ -"},
      {[](auto* r) { r->mutable_owner()->set_name(std::string(33, 'a')); }, "owner.name 'aaa"},
      {[](auto* r) { r->mutable_owner()->set_name("a.b"); }, "owner.name 'a.b'"},
      {[](auto* r) { r->mutable_owner()->set_epoch(0); },
       "owner.epoch 0: accepted is 1..9223372036854775807"},
      {[](auto* r) { r->mutable_owner()->set_epoch(uint64_t{1} << 63); },
       "owner.epoch 9223372036854775808: accepted is 1..9223372036854775807"},
      {[](auto* r) { r->mutable_owner()->set_epoch(~uint64_t{0}); }, "owner.epoch 18446744073709551615"},
      {[](auto* r) { r->set_lease_id(""); }, "lease_id '': accepted is 1..200 of"},
      {[](auto* r) { r->set_lease_id(std::string(201, 'x')); }, "...' (201 bytes): accepted is 1..200"},
      {[](auto* r) { r->set_lease_id("a/b"); }, "lease_id 'a/b'"},
      {[](auto* r) { r->set_lease_id("a\nb"); }, "lease_id 'a\\nb'"},
      {[](auto* r) { r->set_lease_id(std::string("a\0b", 3)); }, "lease_id 'a\\x00\\x62'"},
      {[](auto* r) { r->clear_peer(); }, "peer.port 0: accepted is 1..65535; peer.host ''"},
      {[](auto* r) { r->mutable_peer()->set_host("asterisk"); },
       "peer.host 'asterisk': accepted is the IPv4 or"},
      {[](auto* r) { r->mutable_peer()->set_host("0.0.0.0"); }, "peer.host '0.0.0.0'"},
      {[](auto* r) { r->mutable_peer()->set_host("239.0.0.1"); }, "peer.host '239.0.0.1'"},
      {[](auto* r) { r->mutable_peer()->set_port(65536); }, "peer.port 65536"},
      {[](auto* r) { r->set_peer_policy(static_cast<v1::PeerPolicy>(9)); },
       "peer_policy 9: accepted is PEER_"},
      {[](auto* r) { r->set_payload_type(128); }, "payload_type 128: accepted is 0..127"},
      {[](auto* r) { r->set_clock_rate_hz(0); }, "clock_rate_hz 0: accepted is 1..192000"},
      {[](auto* r) { r->set_clock_rate_hz(4000000000u); }, "clock_rate_hz 4000000000"},
      {[](auto* r) { r->clear_processor(); }, "processor (none): accepted is echo, tone or bot"},
  };
  for (const Case& each : cases) {
    v1::StartSessionRequest request = Start();
    each.spoil(&request);
    const auto config = ReadConfig(request);
    EXPECT_TRUE(absl::IsInvalidArgument(config.status())) << each.error;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(each.error));
  }
}

v1::StartSessionRequest StartTone() {
  v1::StartSessionRequest request = Start();
  request.mutable_tone()->set_repetitions(3);
  v1::ToneSegment* const dial_tone = request.mutable_tone()->add_segments();
  dial_tone->add_frequencies_hz(350);
  dial_tone->add_frequencies_hz(440);
  dial_tone->set_duration_ms(1000);
  request.mutable_tone()->add_segments()->set_duration_ms(20);
  return request;
}

TEST(Validation, ATone) {
  const auto config = ReadConfig(StartTone());
  ASSERT_TRUE(config.ok()) << config.status();
  ToneConfig expected;
  expected.segments = {{{350, 440}, std::chrono::milliseconds(1000)}, {{}, std::chrono::milliseconds(20)}};
  expected.repetitions = 3;
  EXPECT_EQ(config->processor, ProcessorConfig(expected));
}

TEST(Validation, LimitsOfATone) {
  using Tone = v1::Tone;
  struct Case {
    std::function<void(v1::StartSessionRequest*, Tone*)> spoil;
    const char* error;
  };
  const Case cases[] = {
      {[](auto* r, Tone*) { r->set_payload_type(9); },
       "payload_type 9: accepted is 0 (PCMU) or 8 (PCMA) for a tone"},
      {[](auto* r, Tone*) { r->set_clock_rate_hz(16000); },
       "clock_rate_hz 16000: accepted is 8000 for a tone"},
      {[](auto*, Tone* t) { t->clear_segments(); }, "tone.segments (0 of them): accepted is 1..16"},
      {[](auto*, Tone* t) {
         while (t->segments_size() < 17) t->add_segments();
       },
       "tone.segments (17 of them): accepted is 1..16"},
      {[](auto*, Tone* t) { t->mutable_segments(1)->set_duration_ms(0); },
       "tone.segments[1].duration_ms 0: accepted is 20..60000, a multiple of 20"},
      {[](auto*, Tone* t) { t->mutable_segments(0)->set_duration_ms(60020); }, "duration_ms 60020"},
      {[](auto*, Tone* t) { t->mutable_segments(0)->set_duration_ms(1010); }, "duration_ms 1010"},
      {[](auto*, Tone* t) { t->mutable_segments(0)->set_frequencies_hz(1, 4000); },
       "tone.segments[0].frequencies_hz 4000: accepted is 1..3999"},
      {[](auto*, Tone* t) { t->mutable_segments(0)->set_frequencies_hz(0, 0); }, "frequencies_hz 0"},
      {[](auto*, Tone* t) { t->mutable_segments(0)->add_frequencies_hz(1); },
       "tone.segments[0].frequencies_hz (3 of them): accepted is at most 2"},
  };
  for (const Case& each : cases) {
    v1::StartSessionRequest request = StartTone();
    each.spoil(&request, request.mutable_tone());
    const auto config = ReadConfig(request);
    EXPECT_TRUE(absl::IsInvalidArgument(config.status())) << each.error;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(each.error));
  }
}

TEST(Validation, EveryMistakeIsNamed) {
  v1::LeasePortRequest request;
  request.set_ttl_ms(4294967295u);  // -1 of a client that thinks it is signed
  const std::string error(Validate(request, 60000).message());
  EXPECT_THAT(error, HasSubstr("owner.name"));
  EXPECT_THAT(error, HasSubstr("owner.epoch"));
  EXPECT_THAT(error, HasSubstr("lease_id"));
  EXPECT_THAT(error, HasSubstr("ttl_ms 4294967295: accepted is 1..60000"));
}

TEST(Validation, AnErrorIsShortHoweverLongTheValue) {
  v1::GetSessionRequest request;
  request.set_lease_id(std::string(1 << 20, '\xff'));
  EXPECT_LT(Validate(request).message().size(), 400u);
}

// A successor's epoch is higher by one than any that a node has seen, so every request is held to the bound.
TEST(Validation, NoRequestBringsAnEpochThatLeavesNoneForASuccessor) {
  const auto epochs = [](uint64_t epoch) {
    v1::KeepAliveRequest keep;
    v1::LeasePortRequest lease;
    v1::ReleasePortRequest release;
    v1::StopSessionRequest stop;
    lease.set_lease_id("a"), release.set_lease_id("a"), stop.set_lease_id("a");
    keep.set_ttl_ms(1), lease.set_ttl_ms(1);
    for (auto* owner :
         {keep.mutable_owner(), lease.mutable_owner(), release.mutable_owner(), stop.mutable_owner()}) {
      owner->set_name("benari");
      owner->set_epoch(epoch);
    }
    return std::vector<absl::Status>{Validate(keep, 60000), Validate(lease, 60000), Validate(release),
                                     Validate(stop)};
  };
  for (const absl::Status& status : epochs(kMaxEpoch)) EXPECT_TRUE(status.ok()) << status;
  for (const absl::Status& status : epochs(kMaxEpoch + 1)) {
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr("owner.epoch 9223372036854775808"));
  }
}

TEST(Validation, TimesToLive) {
  for (const auto& [ttl_ms, ok] : {std::pair(0u, false), {1u, true}, {60000u, true}, {60001u, false}}) {
    v1::LeasePortRequest lease;
    *lease.mutable_owner() = Start().owner();
    lease.set_lease_id("a");
    lease.set_ttl_ms(ttl_ms);
    EXPECT_EQ(Validate(lease, 60000).ok(), ok) << ttl_ms;
    v1::KeepAliveRequest keep;
    *keep.mutable_owner() = Start().owner();
    keep.set_ttl_ms(ttl_ms);
    EXPECT_EQ(Validate(keep, 60000).ok(), ok) << ttl_ms;
  }
}

TEST(Validation, KeepAliveIds) {
  v1::KeepAliveRequest request;
  *request.mutable_owner() = Start().owner();
  request.set_ttl_ms(1);
  for (int i = 0; i < 10000; ++i) request.add_lease_ids("a");
  EXPECT_TRUE(Validate(request, 60000).ok());
  request.set_lease_ids(7, "b c");
  EXPECT_THAT(std::string(Validate(request, 60000).message()), HasSubstr("lease_ids[7] 'b c'"));
  request.add_lease_ids("a");
  EXPECT_THAT(std::string(Validate(request, 60000).message()), HasSubstr("accepted is at most 10000"));
}

TEST(Validation, Lists) {
  v1::ListSessionsRequest request;
  EXPECT_TRUE(Validate(request).ok());
  request.set_page_size(1001);
  request.set_owner("a b");
  request.set_page_token("?");
  const std::string error(Validate(request).message());
  EXPECT_THAT(error, HasSubstr("page_size 1001: accepted is 0..1000"));
  EXPECT_THAT(error, HasSubstr("owner 'a b'"));
  EXPECT_THAT(error, HasSubstr("page_token '?'"));
  v1::WatchSessionsRequest watch;
  EXPECT_TRUE(Validate(watch).ok());
  watch.set_owner(std::string(33, 'x'));
  EXPECT_FALSE(Validate(watch).ok());
}

}  // namespace
}  // namespace benari::media
