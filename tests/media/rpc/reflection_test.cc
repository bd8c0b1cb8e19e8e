// Server reflection: what it says, and that it costs the node no more threads than it may.
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "tests/media/rpc/node_fixture.h"

namespace benari::media {
namespace {

using ::grpc::StatusCode;

// One ServerReflectionInfo, as grpcurl asks to describe a service. By field numbers: its messages are in no
// header.
class ReflectionStream {
 public:
  explicit ReflectionStream(const Client& client) : stub_(client.channel) {
    call_ = stub_.PrepareCall(context_.get(),
                              "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue_);
    call_->StartCall(nullptr);
    Done();
  }
  ~ReflectionStream() {
    if (!ended_) End();
  }

  // Whether a file has the symbol; nothing when there was no answer.
  std::optional<bool> Knows(const std::string& symbol) {
    google::protobuf::UnknownFieldSet question;
    question.AddLengthDelimited(4)->assign(symbol);  // file_containing_symbol
    std::string bytes;
    question.SerializeToString(&bytes);
    const ::grpc::Slice slice(bytes);
    call_->Write(::grpc::ByteBuffer(&slice, 1), nullptr);
    answered_ = Done();
    ::grpc::ByteBuffer response;
    if (answered_) call_->Read(&response, nullptr);
    answered_ = answered_ && Done();
    if (!answered_) return std::nullopt;
    ::grpc::Slice answer;
    EXPECT_TRUE(response.DumpToSingleSlice(&answer).ok());
    google::protobuf::UnknownFieldSet fields;
    EXPECT_TRUE(fields.ParseFromArray(answer.begin(), static_cast<int>(answer.size())));
    for (int i = 0; i < fields.field_count(); ++i) {
      if (fields.field(i).number() == 4) return true;  // file_descriptor_response
    }
    return false;
  }

  // Why there was no answer; CANCELLED while there are some.
  StatusCode End() {
    if (answered_) context_->TryCancel();
    ended_ = true;
    ::grpc::Status status;
    call_->Finish(&status, nullptr);
    Done();
    return status.error_code();
  }

 private:
  bool Done() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  bool answered_ = false;
  bool ended_ = false;
  ::grpc::CompletionQueue queue_;
  const std::unique_ptr<::grpc::ClientContext> context_ = Client::Context();
  ::grpc::GenericStub stub_;
  std::unique_ptr<::grpc::GenericClientAsyncReaderWriter> call_;
};

TEST_F(NodeTest, ReflectionKnowsOursAndHealth) {
  ReflectionStream stream(client_);
  EXPECT_EQ(stream.Knows("benari.media.v1.Media"), true);
  EXPECT_EQ(stream.Knows("grpc.health.v1.Health"), true);
  EXPECT_EQ(stream.Knows("benari.media.v1.NoSuchThing"), false);
}

// Each open stream of a synchronous service holds a thread.
TEST_F(NodeTest, ReflectionHoldsFewThreads) {
  std::vector<std::unique_ptr<ReflectionStream>> streams;
  size_t answered = 0;
  for (int i = 0; i < 100; ++i) {
    streams.push_back(std::make_unique<ReflectionStream>(client_));
    if (streams.back()->Knows("benari.media.v1.Media")) {
      ++answered;
    } else {
      ASSERT_EQ(streams.back()->End(), StatusCode::RESOURCE_EXHAUSTED) << i;
    }
  }
  EXPECT_GT(answered, 0u);
  EXPECT_LE(answered, 16u);
  Lease("a");  // the node serves on
}

TEST(Node, TheHealthPortServesNothingElse) {
  Config config = NodeConfig();
  config.health_listen = Endpoint("127.0.0.1", 0);
  const RealClock clock;
  const auto node = Node::Start(config, clock).value();
  const Client client(node->health());
  ReflectionStream stream(client);
  EXPECT_EQ(stream.Knows("grpc.health.v1.Health"), std::nullopt);
  EXPECT_EQ(stream.End(), StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace benari::media
