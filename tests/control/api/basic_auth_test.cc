#include "control/api/basic_auth.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace benari::control::api {
namespace {

using std::chrono::seconds;
using Result = BasicAuth::Result;

std::string Basic(const std::string& credentials) {
  return absl::StrCat("Basic ", absl::Base64Escape(credentials));
}

class BasicAuthTest : public ::testing::Test {
 protected:
  Result Check(const std::string& authorization, const std::string& peer = "10.0.0.1") {
    return auth_.Check(authorization, peer, now_);
  }

  const std::string right_ = Basic("AC1:secret:1");
  BasicAuth auth_{"AC1", "secret:1"};
  Clock::Time now_{};
};

TEST_F(BasicAuthTest, OnlyTheUserWithItsPasswordIsLetIn) {
  EXPECT_EQ(Check(right_), Result::kGood);
  EXPECT_EQ(Check(absl::StrCat("basic  ", absl::Base64Escape("AC1:secret:1"), " ")), Result::kGood);
  EXPECT_EQ(Check(""), Result::kMissing);
  for (const std::string& wrong :
       {Basic("AC1:secret"), Basic("AC1:secret:12"), Basic("AC2:secret:1"), Basic(":"), Basic(""),
        Basic("AC1secret:1"), std::string("Basic"), std::string("Basic "), std::string("Basic %%%"),
        std::string("Bearer AC1:secret:1"), absl::StrCat("Digest ", absl::Base64Escape("AC1:secret:1"))}) {
    EXPECT_EQ(auth_.Check(wrong, wrong, now_), Result::kWrong) << wrong;
  }
}

TEST_F(BasicAuthTest, AnAddressThatGuessesIsRefusedForAMinute) {
  for (int i = 0; i < BasicAuth::kMostFailures; ++i) {
    EXPECT_EQ(Check(Basic(absl::StrCat("AC1:", i))), Result::kWrong);
    now_ += seconds(1);
  }
  EXPECT_EQ(Check(right_), Result::kTooMany) << "even with what is right, or guessing would go on";
  EXPECT_EQ(Check(""), Result::kTooMany);
  EXPECT_EQ(Check(right_, "10.0.0.2"), Result::kGood);
  now_ += BasicAuth::kFailuresLast - seconds(2);
  EXPECT_EQ(Check(right_), Result::kTooMany);
  now_ += seconds(1);
  EXPECT_EQ(Check(right_), Result::kGood);
}

TEST_F(BasicAuthTest, WhoIsRightInBetweenBeginsAnew) {
  for (int i = 0; i < 10 * BasicAuth::kMostFailures; ++i) {
    EXPECT_EQ(Check(Basic("AC1:wrong")), Result::kWrong);
    if (i % (BasicAuth::kMostFailures - 1) == 0) {
      EXPECT_EQ(Check(right_), Result::kGood);
    }
  }
}

TEST_F(BasicAuthTest, WhatIsRememberedIsBounded) {
  const std::string wrong = Basic("AC1:wrong");
  for (int i = 0; i < BasicAuth::kMostFailures; ++i) Check(wrong, "first");
  now_ += seconds(1);
  for (size_t i = 1; i < BasicAuth::kMostAddresses; ++i) Check(wrong, absl::StrCat(i));
  EXPECT_EQ(Check(right_, "first"), Result::kTooMany);
  Check(wrong, "one too many");
  EXPECT_EQ(Check(right_, "first"), Result::kGood) << "forgotten: it failed longest ago";
}

}  // namespace
}  // namespace benari::control::api
