#pragma once

#include <grpcpp/support/channel_arguments.h>

#include <memory>
#include <string>

namespace grpc {
class Channel;
class ChannelCredentials;
}  // namespace grpc

namespace benari {

// Creates a channel that connects to `address` directly: by default gRPC uses a proxy that http_proxy,
// https_proxy or grpc_proxy name in the environment, and a node is never behind one. Thread-safe.
std::shared_ptr<grpc::Channel> NewChannel(const std::string& address,
                                          const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                                          grpc::ChannelArguments arguments = {});

}  // namespace benari
