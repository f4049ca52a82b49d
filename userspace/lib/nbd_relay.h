// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/nbd_link.h"
#include "lib/reply_tamper.h"
#include "lib/result.h"

namespace netswap {

/// Stands between NBD clients and their server, in a thread of its own, and does to the replies
/// what its tamper is told to. A connection that the server does not take is closed.
class NbdRelay {
  public:
    struct Options {
        std::string address; ///< where clients come
        int port = 0;        ///< likewise; 0: any, see port()
        std::string server_address;
        int server_port = 0;
        std::uint64_t seed = 0;
    };
    static Result<std::unique_ptr<NbdRelay>> start(Options options, const Clock &clock);
    ~NbdRelay();

    [[nodiscard]] ReplyTamper &tamper() { return tamper_; }
    [[nodiscard]] int port() const { return port_; }

  private:
    NbdRelay(Options options, Fd listener, int port, const Clock &clock);
    void relay();
    void accept();

    const Options options_;
    const Fd listener_;
    const int port_;
    const Clock &clock_;
    ReplyTamper tamper_;
    std::list<NbdLink> links_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace netswap
