// How much, and how often, a client may ask.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "media/rpc/validation.h"
#include "tests/media/rpc/node_fixture.h"

namespace benari::media {
namespace {

using ::grpc::StatusCode;
using ::testing::HasSubstr;

TEST_F(NodeTest, TheLargestKeepAliveThatIsAllowedFitsARequest) {
  std::vector<std::string> ids;
  for (int i = 0; i < kMaxKeepAliveIds; ++i) ids.push_back(absl::StrCat(std::string(195, 'a'), 10000 + i));
  v1::KeepAliveResponse keep;
  const ::grpc::Status status = client_.KeepAlive(ids, &keep);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(keep.unknown_lease_ids_size(), kMaxKeepAliveIds);
}

TEST_F(NodeTest, ARequestAboveFourMegabytesIsRefusedUnread) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer weighs each word that comes out of gRPC, which takes minutes";
#endif
  constexpr size_t kLimit = 4 << 20;
  v1::GetSessionResponse response;
  EXPECT_EQ(client_.GetSession(std::string(kLimit - 100, 'a'), &response).error_code(),
            StatusCode::INVALID_ARGUMENT)
      << "read, and no lease id";
  const ::grpc::Status status = client_.GetSession(std::string(kLimit + 1, 'a'), &response);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr(absl::StrCat(kLimit)));
  Lease("a");  // and the node serves on
}

TEST(LeaseRate, AnOwnerThatLeasesTooOftenIsToldSoAndOthersAreNot) {
  Config config = NodeConfig();
  config.lease_rate = {1e-6, 2};
  const RealClock clock;
  const auto node = Node::Start(config, clock).value();
  Client client(node->grpc(), "benari");
  v1::LeasePortResponse lease;
  EXPECT_TRUE(client.LeasePort("a", &lease).ok());
  EXPECT_TRUE(client.LeasePort("a", &lease).ok()) << "the same again is no new lease";
  EXPECT_TRUE(client.LeasePort("b", &lease).ok());
  const ::grpc::Status status = client.LeasePort("c", &lease);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(),
            "owner benari leases too often: accepted are 1e-06 new leases a second, 2 at once");
  EXPECT_TRUE(client.LeasePort("b", &lease).ok());
  v1::KeepAliveResponse keep;
  EXPECT_TRUE(client.KeepAlive({"a", "b"}, &keep).ok());
  Client other(node->grpc(), "other");
  EXPECT_TRUE(other.LeasePort("d", &lease).ok());
}

}  // namespace
}  // namespace benari::media
