#include "control/check/media_findings.h"

#include <gmock/gmock.h>

namespace benari::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

NodeAnswers Node() {
  NodeAnswers node;
  node.address = "media-1:50051";
  node.status.emplace();
  node.status->name = "media-1";
  node.status->ports_total = 500;
  node.status->ports_free = 498;
  node.owners.emplace();
  return node;
}

TEST(MediaFindings, ANodeThatAnswers) {
  NodeAnswers node = Node();
  EXPECT_EQ(
      OfNode(node, "benari", false).text,
      "media media-1:50051: node media-1, 498 of 500 ports are free; --owner=benari has not used it so far");
  node.owners->owner_epoch = 7;
  node.owners->sessions.resize(2);
  node.owners->owner_silence = std::chrono::milliseconds(3100);
  const Finding used = OfNode(node, "benari", true);
  EXPECT_EQ(used.verdict, Verdict::kOk);
  EXPECT_THAT(used.text, HasSubstr("node media-1 over TLS, "));
  EXPECT_THAT(used.text, HasSubstr("--owner=benari has 2 leases there, epoch 7, last heard of 3 s ago"));
}

TEST(MediaFindings, ANodeThatTakesNoCalls) {
  NodeAnswers node = Node();
  node.status->draining = true;
  EXPECT_EQ(OfNode(node, "benari", false).verdict, Verdict::kWarning);
  EXPECT_FALSE(node.takes_calls());
  node = Node();
  node.status->ports_free = 0;
  EXPECT_EQ(OfNode(node, "benari", false).verdict, Verdict::kFailed);
  EXPECT_THAT(OfNode(node, "benari", false).text, HasSubstr("--rtp_port_max of media"));
  EXPECT_FALSE(node.takes_calls());
}

TEST(MediaFindings, ANodeThatIsDown) {
  NodeAnswers node;
  node.address = "media-1:50051";
  node.problem = "KeepAlive at media-1:50051: UNAVAILABLE: why";
  EXPECT_EQ(
      OfNode(node, "benari", false).text,
      "media media-1:50051: KeepAlive at media-1:50051: UNAVAILABLE: why: look at --media, and at media's "
      "--grpc_listen");
  EXPECT_THAT(OfNode(node, "benari", true).text, HasSubstr("--media_tls_ca_file"));
}

TEST(MediaFindings, PortsAreCountedOverAllNodes) {
  EXPECT_EQ(OfPorts({Node(), Node()}, 1000).verdict, Verdict::kOk);
  const Finding few = OfPorts({Node(), NodeAnswers()}, 501);
  EXPECT_EQ(few.verdict, Verdict::kWarning);
  EXPECT_THAT(few.text, HasSubstr("500 in all, one a call, --max_calls=501"));
}

AudioResult Result() {
  AudioResult result;
  result.node = "media-1:50051";
  result.media = Endpoint("10.0.0.7", 26500);
  result.asterisk = Endpoint("10.0.0.5", 25004);
  result.session.received_packets = 50;
  result.session.sent_packets = 50;
  result.heard = true;
  return result;
}

TEST(MediaFindings, AudioBothWays) {
  const Findings found = OfAudio(Result());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(ToLine(found[0]),
            "ok       audio to media media-1:50051: 50 packets arrived, from Asterisk's 10.0.0.5:25004 at "
            "10.0.0.7:26500");
  EXPECT_EQ(ToLine(found[1]),
            "ok       audio from media media-1:50051: Asterisk hears it, at its 10.0.0.5:25004");
  AudioResult lossy = Result();
  lossy.session.lost_packets = 3;
  EXPECT_EQ(OfAudio(lossy)[0].verdict, Verdict::kWarning);
}

TEST(MediaFindings, NothingArrives) {
  AudioResult result = Result();
  result.session.received_packets = 0;
  for (const char* const diagnosis : {"", "nothing_arrived"}) {
    result.session.diagnosis = diagnosis;
    const Findings found = OfAudio(result);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].verdict, Verdict::kFailed);
    EXPECT_THAT(found[0].text, AllOf(HasSubstr("Asterisk sends from 10.0.0.5:25004 to 10.0.0.7:26500"),
                                     HasSubstr("--rtp_advertise of media"), HasSubstr("firewall")));
    EXPECT_EQ(found[1].verdict, Verdict::kOk) << "the other way is measured on its own";
  }
  result.session.diagnosis = "stranger";
  result.session.diagnosis_text = "expected 10.0.0.5:25004, saw 10.9.9.9:1";
  EXPECT_THAT(OfAudio(result)[0].text, AllOf(HasSubstr("saw 10.9.9.9:1"), HasSubstr("--rtp_source=latch")));
  result.session.diagnosis = "wrong_payload_type";
  result.session.diagnosis_text = "payload type 0 arrives";
  EXPECT_THAT(OfAudio(result)[0].text, HasSubstr("payload type 0 arrives"));
}

TEST(MediaFindings, AsteriskHearsNothing) {
  AudioResult result = Result();
  result.heard = false;
  EXPECT_EQ(OfAudio(result)[1].verdict, Verdict::kFailed);
  EXPECT_THAT(OfAudio(result)[1].text, AllOf(HasSubstr("none of 50 packets sent from 10.0.0.7:26500"),
                                             HasSubstr("rtpstart to rtpend of Asterisk's rtp.conf")));
  result.can_tell = false;
  EXPECT_EQ(OfAudio(result)[1].verdict, Verdict::kWarning);
  EXPECT_THAT(OfAudio(result)[1].text, HasSubstr("func_talkdetect.so"));
}

TEST(MediaFindings, WhatFailedAndWhatIsLeft) {
  AudioResult result = Result();
  result.failed = "LeasePort at media-1:50051: why";
  result.left = {"DELETE /channels/x: why; the channel ends after 20 s"};
  const Findings found = OfAudio(result);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].text, "audio to media media-1:50051: LeasePort at media-1:50051: why");
  EXPECT_EQ(found[1].verdict, Verdict::kWarning);
}

}  // namespace
}  // namespace benari::control
