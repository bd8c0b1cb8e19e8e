#include "media/rpc/tones.h"

#include "absl/strings/str_cat.h"
#include "media/processor/frame_clock.h"

namespace benari::media {

namespace {

constexpr int kMaxSegments = 16;
constexpr int kMaxFrequencies = 2;
constexpr uint32_t kMaxHz = 3999;
constexpr uint32_t kFrameMs = static_cast<uint32_t>(FrameClock::kFrame.count());
constexpr uint32_t kMaxSegmentMs = 60000;

ToneSegment ReadSegment(const v1::ToneSegment& segment, absl::string_view name, FieldErrors* errors) {
  const int frequencies = segment.frequencies_hz_size();
  errors->Require(frequencies <= kMaxFrequencies, absl::StrCat(name, ".frequencies_hz"),
                  absl::StrCat("(", frequencies, " of them)"), absl::StrCat("at most ", kMaxFrequencies));
  ToneSegment read;
  for (const uint32_t hz : segment.frequencies_hz()) {
    if (read.frequencies_hz.size() == kMaxFrequencies) break;
    errors->Require(hz >= 1 && hz <= kMaxHz, absl::StrCat(name, ".frequencies_hz"), absl::StrCat(hz),
                    absl::StrCat("1..", kMaxHz));
    read.frequencies_hz.push_back(hz);
  }
  const uint32_t ms = segment.duration_ms();
  errors->Require(ms >= kFrameMs && ms <= kMaxSegmentMs && ms % kFrameMs == 0,
                  absl::StrCat(name, ".duration_ms"), absl::StrCat(ms),
                  absl::StrCat(kFrameMs, "..", kMaxSegmentMs, ", a multiple of ", kFrameMs));
  read.duration = std::chrono::milliseconds(ms);
  return read;
}

}  // namespace

ToneConfig ReadTone(const v1::Tone& tone, absl::string_view field, FieldErrors* errors) {
  const int segments = tone.segments_size();
  errors->Require(segments >= 1 && segments <= kMaxSegments, absl::StrCat(field, ".segments"),
                  absl::StrCat("(", segments, " of them)"), absl::StrCat("1..", kMaxSegments));
  ToneConfig read;
  for (int i = 0; i < segments && i < kMaxSegments && errors->status().ok(); ++i) {
    read.segments.push_back(ReadSegment(tone.segments(i), absl::StrCat(field, ".segments[", i, "]"), errors));
  }
  read.repetitions = tone.repetitions();
  return read;
}

void ToProto(const ToneConfig& tone, v1::Tone* out) {
  for (const ToneSegment& segment : tone.segments) {
    v1::ToneSegment* const each = out->add_segments();
    for (const uint32_t hz : segment.frequencies_hz) each->add_frequencies_hz(hz);
    each->set_duration_ms(static_cast<uint32_t>(segment.duration.count()));
  }
  out->set_repetitions(tone.repetitions);
}

}  // namespace benari::media
