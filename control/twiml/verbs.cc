#include "control/twiml/verbs.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/enum_table.h"
#include "common/shown.h"
#include "control/twiml/parser.h"

namespace benari::control::twiml {

namespace {

constexpr int kLongestPause = 4 * 3600;  // seconds
constexpr int kLongestRinging = 600;     // seconds
constexpr int kMostLoops = 1000;

constexpr EnumRow<DialEvent> kDialEvents[] = {{DialEvent::kInitiated, "initiated"},
                                              {DialEvent::kRinging, "ringing"},
                                              {DialEvent::kAnswered, "answered"},
                                              {DialEvent::kCompleted, "completed"}};
static_assert(IsWhole(kDialEvents));

Callback TakeCallback(Element& element, const char* url, const char* method) {
  Callback callback;
  callback.url = element.TakeText(url);
  callback.method = element.TakeWord(method, {"POST", "GET"}) == 0 ? Method::kPost : Method::kGet;
  return callback;
}

void ReadParameter(Element element, ConnectStream* stream) {
  const std::string name = element.TakeText("name"), value = element.TakeText("value");
  element.EndAttributes();
  if (name.empty()) {
    element.Warn("<Parameter> without a name is left out");
    return;
  }
  if (!stream->parameters.emplace(name, value).second)
    element.Warn(absl::StrCat("<Parameter name=", Shown(name), "> is given twice, the first one counts"));
}

ConnectStream ReadStream(Element element) {
  ConnectStream stream;
  stream.url = element.TakeText("url");
  stream.name = element.TakeText("name");
  element.ExpectDefault("track", {"inbound_track"});
  stream.status = TakeCallback(element, "statusCallback", "statusCallbackMethod");
  element.EndAttributes();
  for (const pugi::xml_node child : element.Children()) {
    Element parameter(child, element.findings());
    if (parameter.name() == "Parameter") {
      ReadParameter(std::move(parameter), &stream);
    } else {
      parameter.Warn(absl::StrCat(Tag(parameter.name()), " in <Stream> is not supported"));
    }
  }
  return stream;
}

std::optional<Verb> ReadConnect(Element& element) {
  const Callback action = TakeCallback(element, "action", "method");
  element.EndAttributes();
  std::optional<Verb> found;
  for (const pugi::xml_node child : element.Children()) {
    Element noun(child, element.findings());
    if (noun.name() != "Stream") {
      noun.Warn(absl::StrCat(Tag(noun.name()), " in <Connect> is not supported"));
      continue;
    }
    if (found.has_value()) {
      noun.Warn("one <Stream> in <Connect> is accepted, the first one counts");
      continue;
    }
    ConnectStream stream = ReadStream(noun);
    stream.action = action;
    if (!stream.url.empty()) found = std::move(stream);
  }
  if (!found.has_value()) element.Warn("<Connect> without a <Stream> that has a url is left out");
  return found;
}

// Words with blanks in between; what is none of them is warned of.
std::set<DialEvent> TakeEvents(Element& element, const char* name) {
  const auto text = element.Take(name);
  if (!text.has_value()) return {DialEvent::kCompleted};
  std::set<DialEvent> events;
  for (const absl::string_view word : absl::StrSplit(*text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty())) {
    DialEvent event = DialEvent::kCompleted;
    if (const absl::Status known = ChooseWord(word, kDialEvents, &event); known.ok()) {
      events.insert(event);
    } else {
      element.Warn(absl::StrCat("<", element.name(), " ", name, "=", Shown(*text), ">: ", known.message()));
    }
  }
  return events;
}

std::optional<Target> ReadTarget(Element& noun) {
  const bool number = noun.name() == "Number";
  if (!number && noun.name() != "Sip") {
    noun.Warn(absl::StrCat(Tag(noun.name()), " in <Dial> is not supported"));
    return std::nullopt;
  }
  Target target;
  target.kind = number ? TargetKind::kNumber : TargetKind::kSip;
  target.status = TakeCallback(noun, "statusCallback", "statusCallbackMethod");
  target.events = TakeEvents(noun, "statusCallbackEvent");
  noun.EndAttributes();
  target.address = noun.Text();
  if (!target.address.empty()) return target;
  noun.Warn(absl::StrCat("<", noun.name(), "> without text is left out"));
  return std::nullopt;
}

std::optional<Verb> ReadDial(Element& element) {
  Dial dial;
  dial.caller_id = element.TakeText("callerId");
  dial.timeout = std::chrono::seconds(element.TakeInteger("timeout", 1, kLongestRinging, 30));
  dial.action = TakeCallback(element, "action", "method");
  element.ExpectDefault("answerOnBridge", {"true", "false"});  // a caller that rings is answered then, always
  element.ExpectDefault("hangupOnStar", {"false"});
  element.ExpectDefault("record", {"do-not-record", "false"});
  element.ExpectDefault("timeLimit", {"14400"});
  element.EndAttributes();
  for (const pugi::xml_node child : element.Children()) {
    Element noun(child, element.findings());
    auto target = ReadTarget(noun);
    if (target.has_value() && dial.targets.size() == kMaxTargets) {
      noun.Warn(absl::StrCat("at most ", kMaxTargets,
                             " destinations of <Dial> are accepted, the first ones count"));
      break;
    }
    if (target.has_value()) dial.targets.push_back(std::move(*target));
  }
  const std::string text = element.Text(/*may_hold_elements=*/true);
  if (!text.empty() && dial.targets.empty()) {
    dial.targets.push_back({TargetKind::kNumber, text});
  } else if (!text.empty()) {
    element.Warn(absl::StrCat("text ", Shown(text), " beside the nouns of <Dial> is left out"));
  }
  if (!dial.targets.empty()) return dial;
  element.Warn("<Dial> without anybody to dial is left out");
  return std::nullopt;
}

Verb ReadHangup(Element& element) {
  element.EndAttributes();
  element.Text();
  return Hangup();
}

Verb ReadReject(Element& element) {
  const size_t reason = element.TakeWord("reason", {"rejected", "busy"});
  element.EndAttributes();
  element.Text();
  return Reject{reason == 0 ? RejectReason::kRejected : RejectReason::kBusy};
}

Verb ReadPause(Element& element) {
  const int length = element.TakeInteger("length", 0, kLongestPause, 1);
  element.EndAttributes();
  element.Text();
  return Pause{std::chrono::seconds(length)};
}

Verb ReadRedirect(Element& element) {
  Redirect redirect;
  redirect.target.method = element.TakeWord("method", {"POST", "GET"}) == 0 ? Method::kPost : Method::kGet;
  element.EndAttributes();
  redirect.target.url = element.Text();
  return redirect;
}

std::optional<Verb> ReadPlay(Element& element) {
  Play play;
  play.loop = element.TakeInteger("loop", 0, kMostLoops, 1);
  element.EndAttributes();
  play.sound = element.Text();
  if (!play.sound.empty()) return play;
  element.Warn("<Play> without a sound is left out");
  return std::nullopt;
}

std::optional<Verb> ReadSay(Element& element) {
  Say say;
  say.loop = element.TakeInteger("loop", 0, kMostLoops, 1);
  say.voice = element.TakeText("voice");
  say.language = element.TakeText("language");
  element.EndAttributes();
  say.text = element.Text();
  if (!say.text.empty()) return say;
  element.Warn("<Say> without text is left out");
  return std::nullopt;
}

std::optional<Verb> ReadVerb(Element& element) {
  const absl::string_view name = element.name();
  if (name == "Connect") return ReadConnect(element);
  if (name == "Dial") return ReadDial(element);
  if (name == "Hangup") return ReadHangup(element);
  if (name == "Reject") return ReadReject(element);
  if (name == "Pause") return ReadPause(element);
  if (name == "Redirect") return ReadRedirect(element);
  if (name == "Play") return ReadPlay(element);
  if (name == "Say") return ReadSay(element);
  element.Warn(absl::StrCat("verb ", Tag(name), " is not supported"));
  return std::nullopt;
}

}  // namespace

std::vector<Verb> ReadVerbs(pugi::xml_node response, Findings& findings) {
  std::vector<Verb> verbs;
  Element root(response, findings);
  root.EndAttributes();
  const std::string text = root.Text(/*may_hold_elements=*/true);
  if (!text.empty()) root.Warn(absl::StrCat("text ", Shown(text), " outside of a verb is left out"));
  for (const pugi::xml_node child : root.Children()) {
    Element element(child, findings);
    auto verb = ReadVerb(element);
    if (!verb.has_value()) continue;
    if (verbs.size() == kMaxVerbs) {
      findings.Refuse(child.offset_debug(), absl::StrCat("accepted are at most ", kMaxVerbs, " verbs"));
      break;
    }
    verbs.push_back(std::move(*verb));
  }
  return verbs;
}

const char* NameOf(const Verb& verb) {
  constexpr const char* kNames[] = {"Connect", "Dial",     "Hangup", "Reject",
                                    "Pause",   "Redirect", "Play",   "Say"};
  static_assert(std::size(kNames) == std::variant_size_v<Verb>);
  return kNames[verb.index()];
}

}  // namespace benari::control::twiml
