#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/endpoint.h"

namespace benari::e2e {

// The settings of deploy/asterisk that depend on where it runs.
struct AsteriskSettings {
  std::string run_dir;  // as Asterisk sees it; configuration in etc/, the rest in run/ log/ spool/ db/
  std::string http_host = "127.0.0.1";
  uint16_t http_port = 0;
  Endpoint sip;
  Endpoint trunk;
  uint16_t rtp_first = 25'000;
  uint16_t rtp_last = 26'000;
  std::string ari_password;
  std::chrono::seconds rtp_timeout{60};
  std::chrono::seconds max_call{36'000};
  std::string system_name;      // part of every channel id, up to 19 bytes; empty: none
  std::string codecs = "alaw";  // of phones and trunk, as pjsip.conf lists them
  std::string extensions;       // more of extensions.conf
  std::string music;            // more of musiconhold.conf
  std::string modules;          // more of modules.conf
};

// Writes into `target` (as this process sees it) the package's files from `packaged` and over them those of
// deploy/asterisk, as an operator would copy them, with the settings applied. Throws unless the line of each
// setting is there exactly once.
void RenderAsteriskConfig(const std::string& packaged, const std::string& deploy, const std::string& target,
                          const AsteriskSettings& settings);

// Adds https to the http.conf in `target`, which Asterisk sees as `etc`, with etc/https.pem and
// etc/https.key.
void AddHttps(const std::string& target, const std::string& etc, const Endpoint& listen);

// Returns `text` with the value of its only line "key = …" replaced. Throws unless there is exactly one.
std::string WithSetting(const std::string& text, const std::string& key, const std::string& value);

}  // namespace benari::e2e
